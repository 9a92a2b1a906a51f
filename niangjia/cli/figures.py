"""``niangjia figures`` and ``niangjia calendar``: what a deployer adds to the shipped figures and holidays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from niangjia.cli.clock import now, today

figures = typer.Typer(no_args_is_help=True, help="Dated figures: terms, limits, and where they come from.")
calendar = typer.Typer(no_args_is_help=True, help="Holidays and make-up days.")
DAY = typer.Argument(formats=["%Y-%m-%d"])


@figures.command("list")
def listed(region: Annotated[str, typer.Option(help="A division's code.")] = "") -> None:
    """Print every figure as it holds today."""
    from niangjia.core.parameters.shipped import names
    from niangjia.foundation import parameters

    held = parameters.at(today(), region or None)
    for name in names():
        figure = held.explain(name)
        typer.echo(f"{name} = {figure.value} {figure.unit} since {figure.from_on} ({figure.source})")


@figures.command("add")
def add(
    name: str,
    value: str,
    source: Annotated[str, typer.Option(help="The paper that says so.")],
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    region: Annotated[str, typer.Option(help="A division's code; everywhere without it.")] = "",
) -> None:
    """Add a dated value of your own."""
    from niangjia.core.errors import Refusal
    from niangjia.foundation import parameters
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor

    from_on = since.date() if since else today()
    try:
        with acting(system_actor("figures add")) as by:
            parameters.add(name, value, source=source, region=region, from_on=from_on, by=by, at=now())
    except Refusal as refusal:
        raise typer.BadParameter(str(refusal)) from None
    typer.echo(f"{name} is {value} from {from_on} on.")


@calendar.command("mark")
def mark(
    day: Annotated[datetime, DAY],
    source: Annotated[str, typer.Option(help="The notice that says so.")],
    worked: Annotated[bool, typer.Option("--worked/--off", help="Whether the day is worked.")] = False,
) -> None:
    """Mark one day as off, or as worked."""
    from niangjia.foundation import clocks
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor

    with acting(system_actor("calendar mark")) as by:
        clocks.mark(day.date(), is_worked=worked, source=source, by=by, at=now())
    typer.echo(f"{day.date()} is {'worked' if worked else 'off'}.")
