"""What signing in leaves in the audit: that it happened, and to which account; never what was typed.

A refused request is rolled back, so what must outlive it is written on the ledger's connection.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from niangjia.foundation import audit
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.actors import NOBODY, Actor


def signed_in(account: Account, *, factors: str, at: datetime) -> None:
    """Somebody came in, with "password", "password and code" or "phone"."""
    _record("signin.done", account, at=at, facts={"factors": factors})


def sign_in_failed(*, at: datetime) -> None:
    """A name and a password did not fit. Which name stays unsaid: people type passwords there."""
    audit.record("signin.failed", by=NOBODY, at=at)


def code_failed(account: Account, *, at: datetime) -> None:
    """The password fitted, the code did not: somebody may have the password."""
    _record("signin.code_failed", account, at=at)


def phone_code_failed(*, at: datetime) -> None:
    """A code sent to a phone came back wrong, late or twice."""
    audit.record("signin.phone_code_failed", by=NOBODY, at=at)


def limited(request: HttpRequest, *, at: datetime) -> None:
    """A limit was reached, and the request is refused."""
    account = request.user if request.user.is_authenticated else None
    _record("signin.limited", account, at=at, facts={"path": request.path}, using="ledger")


def second_factor(request: HttpRequest, change: str, *, at: datetime) -> None:
    """The second factor was "set_up", "removed" or "shown"."""
    _record(f"second_factor.{change}", request.user, at=at)


def password_changed(account: Account, *, at: datetime) -> None:
    """A new password holds."""
    _record("password.changed", account, at=at)


def office_chosen(by: Actor, *, at: datetime) -> None:
    """From now on ``by`` acts under this posting."""
    audit.record("office.chosen", by=by, at=at, subject=("posting", by.posting_id))


def signed_out(account: Any, *, why: str, at: datetime) -> None:
    """A session ended, by "choice" or for "limit" of time."""
    _record("signin.ended", account, at=at, facts={"why": why})


def _record(event: str, account: Any, **said: Any) -> None:
    by = Actor(role=None, account_id=account.pk) if account is not None else NOBODY
    subject = ("account", account.pk) if account is not None else None
    audit.record(event, by=by, subject=subject, **said)
