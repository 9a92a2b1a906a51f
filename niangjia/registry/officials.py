"""Officials: a sign-in, and what it may do where."""

from __future__ import annotations

from datetime import date, datetime

from niangjia.core.errors import Conflict
from niangjia.core.roles import DATABASE_ROLE, Role
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Organisation, Posting

OF_OFFICES = frozenset(DATABASE_ROLE) - {Role.SYSTEM, Role.APPLICANT, Role.MEMBER}


class AlreadyPosted(Conflict):
    """The account holds this role at this office already."""

    code = "already_posted"
    message = gettext_noop("This sign-in holds this role at this office already.")


def appoint(
    account: Account,
    office: Organisation,
    *,
    role: Role,
    shown_name: str,
    title: str = "",
    from_on: date,
    to_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Posting:
    """Let ``account`` act in ``role`` for ``office`` from the day ``from_on``, as the system.

    Raises:
        AlreadyPosted: it does already.
    """
    held = Posting.objects.filter(account=account, organisation=office, role=role, to_on__isnull=True)
    if held.exists():
        raise AlreadyPosted
    facts = {"role": role, "shown_name": shown_name, "title": title, "from_on": from_on, "to_on": to_on}
    posting = Posting.objects.create(account=account, organisation=office, **facts)
    said = {"role": role, "from": from_on, "until": to_on, "account": account.pk}
    audit.record("posting.began", by=by, at=at, subject=posting, organisation=office, facts=said)
    return posting
