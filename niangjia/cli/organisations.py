"""``niangjia organisation add``: the first unions of an installation, and others one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from niangjia.cli.clock import now, today

organisation = typer.Typer(no_args_is_help=True, help="Unions and federations.")


@organisation.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Unlike any other, such as 3601 or the credit code.")],
    name: Annotated[str, typer.Argument(help="The full name.")],
    kind: Annotated[
        str, typer.Option(help="A code of table union_kind, such as general_federation or single.")
    ],
    level: Annotated[str, typer.Option(help="A code of table union_level, such as city or grassroots.")],
    region: Annotated[str, typer.Option(help="The division's code.")],
    under: Annotated[str, typer.Option(help="The code of the superior; none for the top.")] = "",
    since: Annotated[datetime | None, typer.Option(help="The day of founding.", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Found an organisation under another, or at the top."""
    from niangjia.core.errors import Refusal
    from niangjia.foundation import audit
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import organisations
    from niangjia.registry.models import Organisation, Region

    with acting(system_actor("organisation add")) as by:
        superior = Organisation.objects.filter(code=under).first()
        if under and superior is None:
            raise typer.BadParameter(f"There is no organisation with the code {under}.")
        if Organisation.objects.filter(code=code).exists():
            raise typer.BadParameter(f"The code {code} is taken.")
        if not Region.objects.filter(code=region).exists():
            raise typer.BadParameter(
                f"There is no division {region}. Load its edition with: niangjia regions load"
            )
        facts = {"code": code, "name": name, "kind": kind, "level": level, "region_id": region}
        try:
            made = organisations.found(facts, under=superior, on=since.date() if since else today())
        except Refusal as refusal:
            raise typer.BadParameter(str(refusal)) from None
        audit.record("organisation.founded", by=by, at=now(), subject=made, organisation=made)
    typer.echo(f"{name} ({code}) is founded.")
