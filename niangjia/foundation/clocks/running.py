"""Starting, pausing and stopping clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from niangjia.foundation.clocks import terms
from niangjia.foundation.clocks.models import Clock


def start(row: Any, name: str, *, at: datetime, region: str = "") -> Clock:
    """Start the clock ``name`` of ``row``; its length is the figure of that name, in ``region``. One runs at a time."""
    return Clock.objects.create(
        subject_kind=row._meta.label_lower,
        subject_id=row.pk,
        name=name,
        region=region,
        started_at=at,
        due_at=terms.due(name, at=at, region=region),
    )


def stop(row: Any, name: str, *, at: datetime) -> None:
    """Stop one clock of ``row``: what it waited for has been done."""
    _live(row).filter(name=name).update(ended_at=at)


def stop_all(row: Any, *, at: datetime) -> None:
    """Stop every clock of ``row``."""
    _live(row).update(ended_at=at)


def pause(row: Any, *, at: datetime) -> None:
    """Let every running clock of ``row`` stand still."""
    _live(row).filter(paused_at__isnull=True).update(paused_at=at)


def resume(row: Any, *, at: datetime) -> None:
    """Let them go on; the time that they stood still does not count."""
    for clock in _live(row):
        if clock.paused_at is None:
            continue
        clock.due_at = terms.moved(clock.name, clock.due_at, paused_at=clock.paused_at, at=at)
        clock.paused_at = None
        clock.save(update_fields=["due_at", "paused_at"])


def _live(row: Any) -> QuerySet[Clock]:
    return Clock.objects.filter(subject_id=row.pk, ended_at__isnull=True)
