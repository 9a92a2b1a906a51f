"""What can be asked about clocks. They name rows, not people: whoever may see the row may see its clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from niangjia.foundation.clocks.models import Clock


def of(row: Any) -> list[Clock]:
    """Return the clocks of ``row`` that still count, the next due first."""
    return list(Clock.objects.filter(subject_id=row.pk, ended_at__isnull=True).order_by("due_at"))


def ran_out(row: Any, name: str) -> bool:
    """Tell whether the last clock ``name`` of ``row`` ran until its end."""
    last = Clock.objects.filter(subject_id=row.pk, name=name).order_by("started_at").last()
    return last is not None and last.run_out_at is not None


def due_of(subjects: Iterable[UUID], name: str) -> dict[UUID, Clock]:
    """Return by subject the clock ``name`` that still counts, in one query for a page of rows."""
    found = Clock.objects.filter(subject_id__in=list(subjects), name=name, ended_at__isnull=True)
    return {clock.subject_id: clock for clock in found}


def overdue(name: str, *, at: datetime) -> QuerySet[Clock]:
    """Return the clocks ``name`` whose time is over at ``at``, and which do not stand still."""
    return Clock.objects.filter(name=name, ended_at__isnull=True, paused_at__isnull=True, due_at__lte=at)
