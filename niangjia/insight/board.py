"""The board of an office: members by branch and group, what came this month, what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from niangjia.core.codes import table
from niangjia.core.days import day_of
from niangjia.foundation.actors import Actor
from niangjia.insight import figures
from niangjia.insight.slices import Slice, rows_of
from niangjia.joining import queries as joining
from niangjia.registry import organisations
from niangjia.registry.models import Organisation


@dataclass(frozen=True)
class Row:
    """One branch: its organisation, whether only that itself, and its members by group.

    ``stands`` is false for one that stood there on that day and has moved since: another office sees its list now.
    """

    organisation: Organisation
    alone: bool
    by_group: dict[str, int]
    stands: bool = True

    @property
    def total(self) -> int:
        """Return the members of every group."""
        return sum(self.by_group.values())


@dataclass(frozen=True)
class Board:
    """What a leader sees in five minutes, on the day ``on``."""

    office: Organisation
    on: date
    groups: tuple[str, ...]
    rows: tuple[Row, ...]
    came: int
    waiting: int | None
    overdue: int | None

    @cached_property
    def total(self) -> Row:
        """Return the sum over all branches."""
        sums: dict[str, int] = defaultdict(int)
        for row in self.rows:
            for group, n in row.by_group.items():
                sums[group] += n
        return Row(self.office, False, dict(sums))


def branches(*, by: Actor, on: date) -> tuple[Row, ...]:
    """Return the branches of the actor's office with their members on the day ``on``."""
    return _rows(Organisation.objects.get(pk=by.organisation_id), by=by, on=on)


def board(*, by: Actor, on: date, at: datetime) -> Board:
    """Return the board of the actor's office on the day ``on``; what waits is known of today only."""
    office = Organisation.objects.get(pk=by.organisation_id)
    rows = _rows(office, by=by, on=on)
    today = on == day_of(at)
    return Board(
        office=office,
        on=on,
        groups=_groups(rows),
        rows=rows,
        came=rows_of(Slice(on=on, since=on.replace(day=1)), by=by).count(),
        waiting=joining.awaiting_review(by=by).count() if today else None,
        overdue=joining.overdue(by=by, at=at).count() if today else None,
    )


def _rows(office: Organisation, *, by: Actor, on: date) -> tuple[Row, ...]:
    by_branch: dict[str, dict[str, int]] = defaultdict(dict)
    for cell in figures.members_by_branch(by=by, depth=office.depth + 1, on=on):
        by_branch[cell.branch][cell.group] = cell.n
    below = {branch.path: branch for branch in _branches(office, by_branch)}
    then = (
        {}
        if by_branch.keys() <= below.keys()
        else organisations.stood_at(by_branch.keys() - below.keys(), on=on)
    )
    return tuple(
        Row(organisation, path == office.path, by_branch.get(path, {}), stands=path in below)
        for path, organisation in sorted((below | then).items())
    )


def _branches(office: Organisation, counted: dict[str, dict[str, int]]) -> list[Organisation]:
    """Return what stands directly below, and whatever else has been counted (a federation's line lies elsewhere)."""
    below = Organisation.objects.filter(
        path__gt=office.path, path__lt=office.scope.hi, depth=office.depth + 1
    )
    return [*below, *Organisation.objects.filter(path__in=counted.keys() - {branch.path for branch in below})]


def _groups(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Return the groups that occur, in the order of the code table, the unrecorded last."""
    found = {group for row in rows for group, n in row.by_group.items() if n}
    known = [code.code for code in table("worker_group") if code.code in found]
    return (*known, *sorted(found - set(known)))
