"""The commands that audiences below the installation bring along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

regions = typer.Typer(no_args_is_help=True, help="Administrative divisions.")


@regions.command("load")
def load_regions(editions: Annotated[list[str], typer.Argument(help="Editions, such as 2023-06.")]) -> None:
    """Load divisions by edition; what is there stays."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import regions as registry_regions

    with acting(system_actor("regions load")):
        typer.echo(f"{registry_regions.load(*editions):,} divisions")


def now() -> datetime:
    """Return the present moment: the terminal is an audience, so the clock may be read here."""
    return datetime.now(UTC)


def add_commands(app: typer.Typer, with_installation: Callable[[typer.Context], None]) -> None:
    """Add every command to ``app``; those that need the database hold ``with_installation`` open."""
    app.add_typer(regions, name="regions", callback=with_installation)
