"""What joining does by itself, as the system: each job may be run twice and does its work once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import job
from niangjia.joining import registration, screening


@job("joining.screen")
def screen(*, submission: UUID, by: Actor, at: datetime) -> None:
    """Turn what a phone handed in into a request in its union's queue."""
    screening.screen(submission, by=by, at=at)


@job("joining.prove")
def prove(*, submission: UUID, account: UUID, phone: UUID, by: Actor, at: datetime) -> None:
    """Give a submission to the account that proved the phone whose blind index is ``phone``."""
    screening.claim(submission, account, phone, by=by, at=at)


@job("joining.register")
def register(*, join_request: UUID, by: Actor, at: datetime) -> None:
    """Put an approved worker on the roll, or the request before the common superior."""
    registration.register(join_request, by=by, at=at)


@job("joining.carry_out")
def carry_out(*, elsewhere: UUID, by: Actor, at: datetime) -> None:
    """Do what the common superior decided."""
    registration.carry_out(elsewhere, by=by, at=at)
