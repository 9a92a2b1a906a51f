"""Held rows that nobody decided in time, or whose list was taken back: nothing of what they said stays; as the system."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from niangjia.core.days import day_of
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch
from niangjia.registry.held.states import Status
from niangjia.registry.models import HeldRow

NOTHING = {"said": {}, "secrets": b"", "candidates": []}
WAITING = (Status.RETURNED, Status.OPEN, Status.DECIDED)


def lapse_overdue(*, by: Actor, at: datetime) -> int:
    """Let the rows go whose term is over, and return how many: they come back by the repair workbook alone."""
    return _lapse(HeldRow.objects.filter(status__in=WAITING, until__lte=day_of(at)), None, by=by, at=at)


def after_taking_back(row: Batch, *, by: Actor, at: datetime) -> None:
    """Let the rows of a list go that was taken back."""
    _lapse(HeldRow.objects.filter(status__in=WAITING, batch_id=row.pk), row, by=by, at=at)


def _lapse(rows: QuerySet[HeldRow], batch: Batch | None, *, by: Actor, at: datetime) -> int:
    n = rows.update(status=Status.LAPSED, outcome="", chosen=None, **NOTHING)
    if n:
        audit.record("held_rows.lapsed", by=by, at=at, subject=batch, facts={"rows": n})
    return n
