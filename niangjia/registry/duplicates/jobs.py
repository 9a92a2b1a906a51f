"""What is done about duplicates as the system: each job may be run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import job
from niangjia.registry.duplicates import merging, parting, searching


def _give_up_search(*, search: UUID, by: Actor, at: datetime) -> None:
    searching.give_up(search, by=by, at=at)


@job("duplicates.search", transaction=False, together="duplicates.search", given_up=_give_up_search)
def search(*, search: UUID, by: Actor, now: Callable[[], datetime]) -> None:
    """Find the pairs of one office, or of the newcomers of one roster."""
    searching.run(search, by=by, now=now)


@job("duplicates.merge")
def merge(*, pair: UUID, by: Actor, at: datetime) -> None:
    """Make one record of the two of a pair that a clerk decided on."""
    merging.carry_out(pair, by=by, at=at)


@job("duplicates.unmerge")
def unmerge(*, pair: UUID, by: Actor, at: datetime) -> None:
    """Make two records again of what a clerk took apart."""
    parting.take_apart(pair, by=by, at=at)
