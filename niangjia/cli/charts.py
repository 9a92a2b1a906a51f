"""``niangjia statecharts``: each chart drawn from the table that the code runs by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from niangjia.core.statemachine import Machine

HEAD = "Drawn by `niangjia statecharts` from the table in the code; do not edit it by hand."


def page(chart: Machine) -> str:
    """Return the page of one chart."""
    title = chart.name.replace("-", " ").capitalize()
    rows = "\n".join(
        f"| {step.event} | {step.source} | {step.target} | {', '.join(sorted(step.roles)) or 'whoever sees it'} | {step.clock or ''} |"
        for step in chart.steps
    )
    table = f"| step | from | to | who | clock |\n|---|---|---|---|---|\n{rows}"
    return f"# {title}\n\n{HEAD}\n\n```mermaid\n{chart.mermaid()}```\n\n{table}\n"


def add_statecharts(app: typer.Typer, charts: Sequence[str], set_up: object) -> None:
    """Add the command that draws ``charts``, given as ``module:name``."""

    @app.command("statecharts")
    def statecharts(
        check: Annotated[
            bool, typer.Option(help="Draw nothing; fail when a page is not what the code says.")
        ] = False,
        folder: Annotated[Path, typer.Option(help="Where the pages are.")] = Path("docs/statecharts"),
    ) -> None:
        """Draw every chart of statuses into docs/statecharts."""
        set_up()  # type: ignore[operator]
        stale = [
            path
            for path, text in _pages(charts, folder).items()
            if not path.exists() or path.read_text("utf-8") != text
        ]
        if check:
            for path in stale:
                typer.echo(f"{path} is not what the code says. Run: niangjia statecharts", err=True)
            raise typer.Exit(1 if stale else 0)
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in _pages(charts, folder).items():
            path.write_text(text, "utf-8")
            typer.echo(str(path))


def _pages(charts: Sequence[str], folder: Path) -> dict[Path, str]:
    from importlib import import_module

    found = [getattr(import_module(module), name) for module, name in (each.split(":") for each in charts)]
    return {folder / f"{chart.name}.md": page(chart) for chart in found}
