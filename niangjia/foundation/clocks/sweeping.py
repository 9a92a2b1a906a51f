"""What happens when a clock runs out: the job of every minute calls who waits for that, as the system."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from niangjia.foundation import audit
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.clocks.models import Clock

AT_MOST = 1_000


class Handler(Protocol):
    """What is called, inside ``acting(by)``, for a clock that ran out."""

    def __call__(self, subject_id: UUID, *, by: Actor, at: datetime) -> None:
        """Escalate; it may be called for a row that has moved on meanwhile, and then does nothing."""


_handlers: dict[str, Handler] = {}


def on_run_out(name: str, handler: Handler) -> None:
    """Call ``handler`` when a clock ``name`` runs out."""
    _handlers[name] = handler


def sweep(*, by: Actor, at: datetime) -> int:
    """Run out every clock whose time is over, each in a transaction of its own; return how many.

    Raises:
        ExceptionGroup: what handlers raised; those clocks are tried again at the next sweep, all others are done.
    """
    with acting(by):
        over = Clock.objects.filter(
            due_at__lte=at, ended_at__isnull=True, paused_at__isnull=True, run_out_at__isnull=True
        )
        ids = list(over.order_by("due_at").values_list("pk", flat=True)[:AT_MOST])
    failed: list[Exception] = []
    done = 0
    for pk in ids:
        try:
            done += _run_out(pk, by=by, at=at)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("clocks that could not be run out", failed)
    return done


def _run_out(pk: UUID, *, by: Actor, at: datetime) -> bool:
    with acting(by):
        waiting = Clock.objects.filter(
            pk=pk, ended_at__isnull=True, paused_at__isnull=True, run_out_at__isnull=True
        )
        if not waiting.update(run_out_at=at):
            return False
        clock = Clock.objects.get(pk=pk)
        subject = (clock.subject_kind, clock.subject_id)
        audit.record("clock.ran_out", by=by, at=at, subject=subject, facts={"clock": clock.name})
        if handler := _handlers.get(clock.name):
            handler(clock.subject_id, by=by, at=at)
    return True
