"""``niangjia audit verify``: proof that nothing was altered, or where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from niangjia.cli.clock import now

audit = typer.Typer(no_args_is_help=True, help="The audit.")
WORDS = {
    "content": "segment {segment}: the {what} are not those that were sealed",
    "missing": "segment {segment}: {what} are missing ({found} of {expected})",
    "added": "segment {segment}: {what} were added ({found} instead of {expected})",
    "duplicate": "segment {segment}: a number stands twice",
    "signature": "segment {segment}: its row is not what was signed",
    "chain": "segment {segment}: it does not follow from the one before",
    "gap": "segments {segment} to {until} are missing",
    "archive": "segment {segment}: its archived file is cut, changed or gone",
    "orphans": "{found} rows say whom an event was about, and the event is gone",
    "tail_lost": "segments from {segment} on were anchored outside, and are not here any more",
    "other_head": "segment {segment}: outside it was anchored with another head; the chain was set back",
    "not_anchored": "segment {segment}: it is not among the anchors outside",
    "anchor_not_ours": "a line among the anchors was not signed here",
    "no_anchors": "there is no file of anchors: the loss of the end could not be seen",
}


@audit.command("verify")
def verify(
    anchors: Annotated[
        Path | None, typer.Option(help="The file of anchored heads, else the one in NIANGJIA_HOME.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compute the whole audit anew; exit status 1 when anything does not fit."""
    from niangjia.core.roles import Role
    from niangjia.foundation.actors import Actor
    from niangjia.foundation.audit.verify import report

    found = report(by=Actor(role=Role.AUDITOR, job="audit verify"), at=now(), anchors_file=anchors)
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        typer.echo(
            f"{found.segments:,} segments, {found.events:,} events, sealed until {found.sealed_at or 'never'}"
        )
        for each in found.findings:
            typer.echo("- " + WORDS[each.code].format_map(_Dashes(vars(each))))
        typer.echo(
            "Nothing was altered."
            if found.is_clean
            else "Something was altered. Keep this machine as it is, and call your security administrator."
        )
    raise typer.Exit(0 if found.is_clean else 1)


class _Dashes(dict[str, object]):
    """Values for a sentence, a dash where there is none."""

    def __getitem__(self, name: str) -> object:
        value = super().get(name)
        return "rows" if name == "what" and not value else "-" if value is None else value
