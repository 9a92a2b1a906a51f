"""What happens when nobody acted in time: connected to the clocks in ``config.wiring``, done as the system.

A handler may come late or twice: it looks at the request as it is now, and does nothing where there is nothing to do.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from niangjia.foundation import clocks, notices, workflow
from niangjia.foundation.actors import Actor
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import CHART, Status
from niangjia.registry import organisations
from niangjia.registry.models import Organisation


def remind_superior(join_request_id: UUID, *, by: Actor, at: datetime) -> None:
    """Tell the union above that a worker waits."""
    join_request = _if(join_request_id, Status.PENDING)
    above = _above(join_request)
    if join_request and above:
        notices.tell_office(above.pk, "join_request_late", at=at, subject=join_request.pk)


@transaction.atomic
def hand_up(join_request_id: UUID, *, by: Actor, at: datetime) -> None:
    """Let the union above decide; the worker's own union still may, until one of them has."""
    join_request = _if(join_request_id, Status.PENDING)
    above = _above(join_request)
    if join_request is None or above is None:
        return
    workflow.fire(join_request, "hand_up", machine=CHART, by=by, at=at, holder_id=above.pk)
    notices.tell_office(above.pk, "join_request_handed_up", at=at, subject=join_request.pk)
    if join_request.account_id:
        notices.tell_account(
            join_request.account_id, "join_request_handed_up", at=at, subject=join_request.pk
        )


def past_hard_stop(join_request_id: UUID, *, by: Actor, at: datetime) -> None:
    """Tell the union above the one that has it now: nobody may wait longer than this."""
    join_request = _if(join_request_id, Status.PENDING)
    if join_request is None:
        return
    above = organisations.parent_of(join_request.holder) or join_request.holder
    notices.tell_office(above.pk, "join_request_past_hard_stop", at=at, subject=join_request.pk)


@transaction.atomic
def lapse(join_request_id: UUID, *, by: Actor, at: datetime) -> None:
    """Close a request whose worker did not answer; asking again is always possible."""
    join_request = _if(join_request_id, Status.NEED_MORE)
    if join_request is None:
        return
    workflow.fire(join_request, "lapse", machine=CHART, by=by, at=at)
    clocks.stop_all(join_request, at=at)
    if join_request.account_id:
        notices.tell_account(join_request.account_id, "join_request_lapsed", at=at, subject=join_request.pk)


def _if(join_request_id: UUID, status: Status) -> JoinRequest | None:
    """Return the request while it still stands there."""
    rows = JoinRequest.objects.select_related("organisation", "holder")
    return rows.filter(pk=join_request_id, status=status).first()


def _above(join_request: JoinRequest | None) -> Organisation | None:
    """Return the union above that of the request, None at the top and for one that was handed up already."""
    if join_request is None or join_request.holder_id != join_request.organisation_id:
        return None
    return organisations.parent_of(join_request.organisation)
