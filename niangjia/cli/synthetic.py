"""``niangjia synth KIND FILE``: made-up lists, each with the truth about its rows beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from niangjia.cli.synth.kinds import ABOUT

synth = typer.Typer(
    no_args_is_help=True, help="Made-up lists for trying things out, with the truth beside them."
)
OUT = Annotated[Path, typer.Argument(help="*.xlsx or *.csv")]
ROWS = Annotated[int, typer.Option(help="How large it is to be.")]
ENCODING = Annotated[str, typer.Option(help="Of a *.csv: utf-8, utf-8-bom or gb18030.")]


@synth.command("roster")
def roster(out: OUT, rows: int = 1000, seed: int = 1, encoding: ENCODING = "utf-8") -> None:
    """A messy roster of people who do not exist, and beside it what is to become of each row."""
    from niangjia.cli.synth.commands import write_roster

    _say(lambda: [write_roster(out, rows=rows, seed=seed, encoding=encoding)])


def _add(kind: str, about: str) -> None:
    @synth.command(kind, help=about)
    def write(out: OUT, rows: ROWS = 200, seed: int = 1, encoding: ENCODING = "utf-8") -> None:
        from niangjia.cli.synth.commands import write_list

        _say(lambda: write_list(kind, out, rows=rows, seed=seed, encoding=encoding))


def _say(write: Callable[[], list[Path]]) -> None:
    try:
        for path in write():
            typer.echo(str(path))
    except (ValueError, KeyError) as wrong:
        raise typer.BadParameter(str(wrong)) from None


for _kind, _about in ABOUT.items():
    _add(_kind, _about)
