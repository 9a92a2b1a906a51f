"""How far long work has come, and the wish that it stop. It outlives the tab that watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs.models import Progress

REPORT = """INSERT INTO jobs_progress AS p (subject, stage, done, total, stage_started_at, updated_at)
    VALUES (%(subject)s, %(stage)s, %(done)s, %(total)s, %(at)s, %(at)s)
    ON CONFLICT (subject) DO UPDATE SET stage = %(stage)s, done = %(done)s, total = %(total)s, updated_at = %(at)s,
        stage_started_at = CASE WHEN p.stage = %(stage)s THEN p.stage_started_at ELSE %(at)s END"""


@dataclass(frozen=True)
class State:
    """What a page shows of long work.

    Attributes:
        rate: rows a second in this stage; None before anything is done.
        left: how long the stage will still take at this rate.
    """

    stage: str
    done: int
    total: int
    rate: float | None
    left: timedelta | None
    is_cancelled: bool


def report(subject: UUID, *, stage: str, done: int, total: int, at: datetime) -> None:
    """Say how far the work on ``subject`` has come; it is seen when the transaction commits."""
    facts: dict[str, Any] = {"subject": subject, "stage": stage, "done": done, "total": total, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(REPORT, facts)


def of(subject: UUID) -> State | None:
    """Return how far the work on ``subject`` has come."""
    row = Progress.objects.filter(pk=subject).first()
    if row is None:
        return None
    seconds = (row.updated_at - row.stage_started_at).total_seconds()
    rate = row.done / seconds if row.done and seconds > 0 else None
    left = timedelta(seconds=(row.total - row.done) / rate) if rate else None
    return State(row.stage, row.done, row.total, rate, left, row.cancelled_at is not None)


def cancel(subject: UUID, *, by: Actor, at: datetime) -> None:
    """Ask the work on ``subject`` to stop at its next step; what has been committed stays."""
    if Progress.objects.filter(pk=subject, cancelled_at__isnull=True).update(cancelled_at=at):
        audit.record("work.cancelled", by=by, at=at, subject=("work", subject))


def is_cancelled(subject: UUID) -> bool:
    """Tell whether somebody asked the work on ``subject`` to stop."""
    return Progress.objects.filter(pk=subject, cancelled_at__isnull=False).exists()


def start_over(subject: UUID) -> None:
    """Forget an earlier wish to stop, before the work is asked for again."""
    Progress.objects.filter(pk=subject).delete()
