"""The commands that audiences below the installation bring along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from niangjia.cli.clock import now
from niangjia.cli.figures import calendar, figures
from niangjia.cli.health import doctor
from niangjia.cli.officials import official
from niangjia.cli.organisations import organisation
from niangjia.cli.proof import audit
from niangjia.cli.synthetic import synth

regions = typer.Typer(no_args_is_help=True, help="Administrative divisions.")


@regions.command("load")
def load_regions(editions: Annotated[list[str], typer.Argument(help="Editions, such as 2023-06.")]) -> None:
    """Load divisions by edition; what is there stays."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import regions as registry_regions

    with acting(system_actor("regions load")):
        typer.echo(f"{registry_regions.load(*editions):,} divisions")


KIND = Annotated[
    str, typer.Argument(help="What it is a list of; a wrong word is answered with the right ones.")
]
FILE = Annotated[Path, typer.Argument(help="The list: .xlsx or .csv.")]
OFFICE = Annotated[str, typer.Option(help="The code of the office that hands it in.")]
TRIAL = Annotated[bool, typer.Option("--trial", help="Show what would become of the rows, write nothing.")]
FOUND = Annotated[
    bool, typer.Option("--create-organisations", help="Found the unions that are not there yet.")
]
SAY = Annotated[list[str] | None, typer.Option("--say", help="What holds for the whole list, as name=value.")]
AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
BELOW = Annotated[str, typer.Option(help="The code of the organisation below which to compare.")]
SPARK = Annotated[
    str | None,
    typer.Option(metavar="MASTER_URL", help="Run on Spark, for example local[4] or spark://host:7077."),
]
SPARK_SECRET = Annotated[str, typer.Option(envvar="NIANGJIA_SPARK_SECRET", hidden=True)]
THRESHOLD = Annotated[
    float, typer.Option(min=0.05, max=1, help="The least probability of a pair of Splink's.")
]
QUEUE = Annotated[bool, typer.Option("--queue", help="Put what only Splink found into the queue, as likely.")]


def add_commands(app: typer.Typer, with_installation: Callable[[typer.Context], None]) -> None:
    """Add every command to ``app``; those that need the database hold ``with_installation`` open."""
    for name, group in (
        ("regions", regions),
        ("organisation", organisation),
        ("official", official),
        ("audit", audit),
        ("figures", figures),
        ("calendar", calendar),
    ):
        app.add_typer(group, name=name, callback=with_installation)
    app.add_typer(synth, name="synth")

    @app.command("intake")
    def intake(
        context: typer.Context,
        kind: KIND,
        file: FILE,
        organisation: OFFICE,
        trial: TRIAL = False,
        create_organisations: FOUND = False,
        said: SAY = None,
        as_json: AS_JSON = False,
    ) -> None:
        """Bring a list in; rows that are refused come back in a repair workbook."""
        with_installation(context)
        from niangjia.cli.rosters import hand_in

        told = [*(said or ()), *(["create_organisations=yes"] if create_organisations else ())]
        hand_in(kind, file, organisation, trial=trial, said=told, as_json=as_json, now=now)

    @app.command("linkage")
    def linkage(
        context: typer.Context,
        organisation: BELOW,
        spark: SPARK = None,
        spark_secret: SPARK_SECRET = "",
        threshold: THRESHOLD = 0.99,
        queue: QUEUE = False,
        as_json: AS_JSON = False,
    ) -> None:
        """Compare our search for people with two records with Splink's, trained on the register itself."""
        from niangjia.core.errors import Refusal
        from niangjia.registry.linkage import engines

        try:
            engines.ready(spark, secret=spark_secret)
        except Refusal as missing:
            typer.echo(str(missing), err=True)
            raise typer.Exit(2) from None
        with_installation(context)
        from niangjia.cli.linkage import compare

        compare(
            organisation,
            master=spark,
            secret=spark_secret,
            threshold=threshold,
            queue=queue,
            as_json=as_json,
            now=now,
        )

    @app.command("doctor", help=doctor.__doc__)
    def look(
        context: typer.Context,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        with_installation(context)
        doctor(as_json=as_json)
