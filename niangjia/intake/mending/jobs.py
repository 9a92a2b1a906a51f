"""What is done about repair tasks as the system: each job may be run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import every, job
from niangjia.intake.mending import sending, taking_in


@job("mending.send", transaction=False)
def send(*, task: UUID, by: Actor, now: Callable[[], datetime]) -> None:
    """Send the link of one task."""
    sending.send(task, by=by, now=now)


@job("mending.take_in")
def take_in(*, answer: UUID, by: Actor, at: datetime) -> None:
    """Put what one worker answered into the row, before the clerk."""
    taking_in.take_in(answer, by=by, at=at)


@every("31 * * * *")
@job("mending.expire")
def expire(*, by: Actor, at: datetime) -> None:
    """End the links whose term is over."""
    sending.expire(by=by, at=at)
