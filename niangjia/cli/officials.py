"""``niangjia official add``: a sign-in for an official, and the office that it may act for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from niangjia.cli.clock import now, today

official = typer.Typer(no_args_is_help=True, help="Officials and their offices.")
SHORTEST = 12


@official.command("add")
def add(
    sign_in_name: Annotated[str, typer.Argument(help="What the official types to sign in.")],
    office: Annotated[str, typer.Option(help="The code of the organisation.")],
    role: Annotated[str, typer.Option(help="Such as clerk, leader, reviewer, auditor, system_admin.")],
    name: Annotated[str, typer.Option(help="The name shown to colleagues.")] = "",
    since: Annotated[datetime | None, typer.Option(help="The first day.", formats=["%Y-%m-%d"])] = None,
    until: Annotated[
        datetime | None, typer.Option(help="The first day on which it has ended.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Let somebody act for an office. A new sign-in needs a first password; its owner sets the code app up at first sign-in."""
    from niangjia.core.errors import Refusal
    from niangjia.foundation.accounts.models import Account

    password = ""
    if not Account.objects.filter(sign_in_name=sign_in_name).exists():
        password = typer.prompt("First password", hide_input=True, confirmation_prompt=True)
    try:
        add_official(
            sign_in_name,
            _office(office),
            role=_role(role),
            shown_name=name,
            password=password,
            from_on=since.date() if since else today(),
            to_on=until.date() if until else None,
            at=now(),
        )
    except Refusal as refusal:
        raise typer.BadParameter(str(refusal)) from None
    typer.echo(f"{sign_in_name} may act for {office} as {role}.")


def add_official(
    sign_in_name: str,
    office: object,
    *,
    role: str,
    shown_name: str,
    password: str,
    from_on: date,
    to_on: date | None = None,
    at: datetime,
) -> object:
    """Return the account ``sign_in_name``, newly made where there is none, with its new posting."""
    from niangjia.core.roles import Role
    from niangjia.foundation.accounts.models import Account
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import NOBODY, system_actor
    from niangjia.registry.officials import appoint

    # Accounts belong to the plain login and postings to the system: two transactions. Without its posting an account
    # opens nothing, and the command may be given again.
    with acting(NOBODY):
        account = Account.objects.filter(sign_in_name=sign_in_name).first()
        if account is None:
            _refuse_weak(password)
            account = Account.objects.create_official(sign_in_name, password)
    with acting(system_actor("official add")) as by:
        appoint(
            account,
            office,  # type: ignore[arg-type]
            role=Role(role),
            shown_name=shown_name,
            from_on=from_on,
            to_on=to_on,
            by=by,
            at=at,
        )
    return account


def _refuse_weak(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as weak:
        raise typer.BadParameter(" ".join(weak.messages)) from None


def _office(code: str) -> object:
    from niangjia.registry.models import Organisation

    with_code = Organisation.objects.filter(code=code).first()
    if with_code is None:
        raise typer.BadParameter(f"There is no organisation with the code {code}.")
    return with_code


def _role(name: str) -> str:
    from niangjia.registry.officials import OF_OFFICES

    if name not in OF_OFFICES:
        raise typer.BadParameter(
            f"There is no role {name} of an office. Choose one of: {', '.join(sorted(OF_OFFICES))}."
        )
    return name
