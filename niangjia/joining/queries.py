"""What can be asked about requests: by the office that answers, and by the worker who waits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation import clocks
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.joining.models import Elsewhere, JoinCode, JoinRequest
from niangjia.joining.states import OPEN, WAITING, Status


def visible_to(actor: Actor) -> QuerySet[JoinRequest]:
    """Return the requests to unions at or below the actor's office; a worker's own."""
    rows = JoinRequest.objects.select_related("organisation", "holder")
    if actor.account_id is not None and actor.scope is None:
        return rows.filter(account_id=actor.account_id)
    return within(rows, actor)


def get(pk: UUID, *, by: Actor) -> JoinRequest:
    """Return one request.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def awaiting_review(*, by: Actor) -> QuerySet[JoinRequest]:
    """Return the requests that wait for a decision or for the worker's answer, oldest first."""
    return visible_to(by).filter(status__in=WAITING).order_by("submitted_at", "pk")


def latest_of_worker(*, by: Actor) -> JoinRequest | None:
    """Return the worker's newest request, an open one first."""
    mine = visible_to(by).order_by("-submitted_at")
    return mine.filter(status__in=OPEN).first() or mine.first()


def live_code(token: str, *, at: datetime) -> JoinCode | None:
    """Return the join code behind a QR address, None when it never was or is revoked."""
    live = JoinCode.objects.filter(token=token, revoked_at__isnull=True, organisation__ended_on__isnull=True)
    return live.select_related("organisation", "organisation__region").first()


def code_of(join_request: JoinRequest) -> JoinCode | None:
    """Return a code by which one can ask the same union again."""
    live = JoinCode.objects.filter(organisation_id=join_request.organisation_id, revoked_at__isnull=True)
    return live.order_by("-made_at").first()


def has_lapsed(join_request: JoinRequest) -> bool:
    """Tell whether it was closed because the worker's answer did not come, and not taken back by the worker."""
    return join_request.status == Status.WITHDRAWN and clocks.ran_out(join_request, "need_more_days")


def overdue(*, by: Actor, at: datetime) -> QuerySet[JoinRequest]:
    """Return the requests that wait for the union beyond the time that the worker was told."""
    late = clocks.overdue("joining_decide", at=at)
    return (
        visible_to(by)
        .filter(status=Status.PENDING, pk__in=late.values("subject_id"))
        .order_by("submitted_at")
    )


def elsewhere_visible_to(actor: Actor) -> QuerySet[Elsewhere]:
    """Return the cases put before the actor's office or one below it, as the common superior of two unions."""
    rows = Elsewhere.objects.select_related("join_request__organisation", "person", "organisation")
    return within(rows, actor)


def elsewhere_open(*, by: Actor) -> QuerySet[Elsewhere]:
    """Return the cases that wait for a decision, oldest first."""
    return elsewhere_visible_to(by).filter(settled_at__isnull=True).order_by("found_at", "pk")


def elsewhere_of(pk: UUID, *, by: Actor) -> Elsewhere:
    """Return one case.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = elsewhere_visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
