"""What orders do by themselves, as the system: carried out on their day, and taken back."""

from __future__ import annotations

from collections.abc import Callable
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
    """Carry out the orders whose day has come; one that waits for a roster is tried again at the next sweep."""
    with acting(by):
        waiting = queries.due(on=day_of(now()))
    for order in waiting:
        try:
            carrying.carry_out(order, by=by, now=now)
        except carrying.RostersAtWork:
            continue
