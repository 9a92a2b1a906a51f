"""What is done about held rows as the system: each job may be run twice and does its work once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import every, job
from niangjia.registry.held import carrying, lapsing


def _give_up(*, batch: UUID, by: Actor, at: datetime) -> None:
    carrying.give_up(batch, by=by, at=at)


@job("held.carry_out", given_up=_give_up)
def carry_out(*, batch: UUID, by: Actor, at: datetime) -> None:
    """Carry out what was decided about rows of one list."""
    carrying.carry_out(batch, by=by, at=at)


@every("17 2 * * *")
@job("held.lapse")
def lapse(*, by: Actor, at: datetime) -> None:
    """Let the rows go whose term is over."""
    lapsing.lapse_overdue(by=by, at=at)
