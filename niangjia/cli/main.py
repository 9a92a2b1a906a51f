"""The commands that audiences below the installation bring along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

regions = typer.Typer(no_args_is_help=True, help="Administrative divisions.")

intake = typer.Typer(no_args_is_help=True, help="Rosters in.")


@regions.command("load")
def load_regions(editions: Annotated[list[str], typer.Argument(help="Editions, such as 2023-06.")]) -> None:
    """Load divisions by edition; what is there stays."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import regions as registry_regions

    with acting(system_actor("regions load")):
        typer.echo(f"{registry_regions.load(*editions):,} divisions")


@intake.command("members")
def intake_members(
    file: Annotated[Path, typer.Argument(help="A roster: .xlsx, .xls, .csv.")],
    organisation: Annotated[str, typer.Option(help="The code of the office that hands it in.")],
    trial: Annotated[
        bool, typer.Option("--trial", help="Show what would become of the rows, write nothing.")
    ] = False,
    create_organisations: Annotated[
        bool, typer.Option("--create-organisations", help="Found the unions that are not there yet.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring a roster of members in; rows that are refused come back in a repair workbook."""
    from niangjia.cli.rosters import hand_in

    hand_in(
        file, organisation, trial=trial, create_organisations=create_organisations, as_json=as_json, now=now
    )


def now() -> datetime:
    """Return the present moment: the terminal is an audience, so the clock may be read here."""
    return datetime.now(UTC)


def add_commands(app: typer.Typer, with_installation: Callable[[typer.Context], None]) -> None:
    """Add every command to ``app``; those that need the database hold ``with_installation`` open."""
    app.add_typer(regions, name="regions", callback=with_installation)
    app.add_typer(intake, name="intake", callback=with_installation)
