"""What orders do by themselves, as the system: carried out on their day, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from niangjia.core.days import day_of
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import every, job
from niangjia.registry.reorganisation import carrying, queries, taking_back

Clock = Callable[[], datetime]
TOGETHER = "reorganisation"


@job("reorganisation.carry_out", transaction=False, together=TOGETHER)
def carry_out(*, order: UUID, by: Actor, now: Clock) -> None:
    """Carry one order out, if its day has come."""
    carrying.carry_out(order, by=by, now=now)


@job("reorganisation.take_back", transaction=False, together=TOGETHER)
def take_back(*, order: UUID, by: Actor, now: Clock) -> None:
    """Take one order back."""
    taking_back.carry_back(order, by=by, now=now)


@every("*/10 * * * *")
@job("reorganisation.sweep", transaction=False)
def sweep(*, by: Actor, now: Clock) -> None:
    """Carry out the orders whose day has come, and take back those asked for that a job has given up.

    One that waits for a roster is tried again at the next sweep.
    """
    with acting(by):
        waiting = [(carrying.carry_out, order) for order in queries.due(on=day_of(now()))]
        waiting += [(taking_back.carry_back, order) for order in queries.being_taken_back()]
    for work, order in waiting:
        with suppress(carrying.RostersAtWork):
            work(order, by=by, now=now)
