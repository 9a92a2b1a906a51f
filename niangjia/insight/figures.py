"""Counts over deltas: any level, any group, any day (docs/algorithms/figures.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Left

from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry import deltas
from niangjia.registry.models import Delta, Organisation


class Cell(NamedTuple):
    """Members of one group under one branch, named by the first part of its path."""

    branch: str
    group: str
    n: int


def deltas_visible_to(actor: Actor) -> QuerySet[Delta]:
    """Return the deltas in the actor's scope."""
    return within(Delta.objects.all(), actor)


def members_by_branch(*, by: Actor, depth: int, on: date) -> Iterator[Cell]:
    """Return the members on the day ``on``, by branch at ``depth`` steps of the tree and by group.

    What an organisation above that depth holds itself comes under its own, shorter path.
    """
    counted = deltas_visible_to(by).filter(measure=deltas.MEMBERS, day__lte=on)
    branch = Left("path", depth * Organisation.steplen)
    sums = (
        counted.annotate(branch=branch)
        .values("branch", "group")
        .annotate(sum=deltas.sum_until(on))
        .order_by("branch", "group")
    )
    return (Cell(row["branch"], row["group"], row["sum"]) for row in sums)


def members(*, by: Actor, on: date) -> int:
    """Return all members in the actor's scope on the day ``on``."""
    counted = deltas_visible_to(by).filter(measure=deltas.MEMBERS, day__lte=on)
    return counted.aggregate(sum=deltas.sum_until(on))["sum"] or 0
