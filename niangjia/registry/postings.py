"""Which postings there are in a scope, which offices an account may act for today, and as whom a session acts."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.accounts import sessions
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.actors import NOBODY, Actor
from niangjia.registry import organisations
from niangjia.registry.models import Organisation, PersonLogin, Posting


def visible_to(actor: Actor) -> QuerySet[Posting]:
    """Return the postings, past ones too, at the offices in the actor's scope, and at those that a federation leads."""
    offices = organisations.visible_to(actor)
    if actor.scope is not None and actor.scope.line:
        offices |= Organisation.objects.filter(line_id=actor.organisation_id)
    return Posting.objects.filter(organisation__in=offices)


def open_postings(account_id: UUID, *, on: date) -> QuerySet[Posting]:
    """Return the postings that the account holds on the day ``on``."""
    still = Q(to_on__isnull=True) | Q(to_on__gt=on)
    mine = Posting.objects.filter(still, account_id=account_id, from_on__lte=on)
    return (
        mine.filter(organisation__ended_on__isnull=True)
        .select_related("organisation")
        .order_by("from_on", "pk")
    )


def actor_for(account_id: UUID, posting: Posting) -> Actor:
    """Return the actor that ``posting`` makes of its account."""
    office = posting.organisation
    return Actor(
        role=Role(posting.role),
        account_id=account_id,
        posting_id=posting.pk,
        organisation_id=office.pk,
        scope=office.office_scope,
    )


def actor_held(account_id: UUID, posting_id: UUID, on: date) -> Actor | None:
    """Return whom a posting makes of its account on a day; None where it is not held, or the account is closed."""
    held = open_postings(account_id, on=on).filter(pk=posting_id, account__is_active=True).first()
    return actor_for(account_id, held) if held else None


def actor_of_session(account: Any, session: MutableMapping[str, Any], *, at: datetime) -> Actor:
    """Return who acts in this session at ``at``; rights are read anew each time, so a removed one ends at once."""
    if not account.is_authenticated or not account.is_active or sessions.has_run_out(session, at=at):
        return NOBODY
    sessions.stamp(session, at=at)
    if account.is_official:
        return _official(account, session, on=day_of(at))
    return _worker(account)


def _official(account: Account, session: MutableMapping[str, Any], *, on: date) -> Actor:
    signed_in_only = Actor(role=None, account_id=account.pk)
    if not sessions.has_second_factor(session):
        return signed_in_only
    postings = list(open_postings(account.pk, on=on))
    chosen = [posting for posting in postings if str(posting.pk) == session.get(sessions.POSTING)]
    if len(postings) == 1 and sessions.POSTING not in session:
        chosen = postings
    return actor_for(account.pk, chosen[0]) if chosen else signed_in_only


def _worker(account: Account) -> Actor:
    login = PersonLogin.objects.filter(account=account, to_at__isnull=True).first()
    if login is None:
        return Actor(role=Role.APPLICANT, account_id=account.pk)
    return Actor(role=Role.MEMBER, account_id=account.pk, person_id=login.person_id)
