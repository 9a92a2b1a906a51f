"""Carrying an order out: whole or not at all, in one transaction, as it was signed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.core.days import day_of
from niangjia.core.reorganisation.orders import ENDING, Kind
from niangjia.core.reorganisation.refusals import Refused
from niangjia.foundation import notices, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status as Roster
from niangjia.registry.models import Carried, Organisation, Parenthood, ReorganisationOrder
from niangjia.registry.organisations import line_below
from niangjia.registry.reorganisation.between import place_pairs
from niangjia.registry.reorganisation.handing_over import Going, hand_over, record_whom
from niangjia.registry.reorganisation.placing import Placed, as_kept, change_parenthoods, place
from niangjia.registry.reorganisation.previewing import Preview, preview, stale
from niangjia.registry.reorganisation.states import CHART, Status

Clock = Callable[[], datetime]
ORDER_LOCK = 0x6E6A_6F72  # "njor": one order at a time, wherever
AT_WORK = (Roster.PLANNING, Roster.COMMITTING, Roster.UNDOING)
LOCK_UNITS = "SELECT 1 FROM registry_organisation WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"
# Receivers too, in one order with the units: nobody founds a unit below them meanwhile; who joins them need not wait.
LOCK_ALL = "SELECT 1 FROM registry_organisation WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"


class RostersAtWork(Exception):
    """A roster of a unit in the order is being checked or written: the order waits for it."""


def carry_out(order_id: UUID, *, by: Actor, now: Clock) -> None:
    """Carry out a signed order whose day has come. Killed at any instant and called again, it ends the same."""
    start = time.monotonic()
    if not _begin(order_id, by=by, at=now()):
        return
    with acting(by):
        order = locked(order_id)
        if order.status != Status.CARRYING_OUT:
            return
        on = day_of(now())
        found, refusals = _looked_at(order, on=on)
        if refusals:
            _refused(order, refusals, by=by, at=now())
            return
        _write(order, found, by=by, at=now())
        seconds = time.monotonic() - start
        workflow.fire(
            order,
            "finish",
            machine=CHART,
            by=by,
            at=now(),
            carried_out_at=now(),
            seconds=seconds,
            done=order.done,
        )
        _tell(order, found, at=now())


def locked(order_id: UUID) -> ReorganisationOrder:
    """Return the order, after every other order has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORDER_LOCK])
    return ReorganisationOrder.objects.select_for_update().get(pk=order_id)


def _begin(order_id: UUID, *, by: Actor, at: datetime) -> bool:
    """Say that the work has begun, for whoever watches; False where there is nothing to do yet or any more."""
    with acting(by):
        order = ReorganisationOrder.objects.select_for_update().get(pk=order_id)
        if order.status == Status.SIGNED and order.effective_on <= day_of(at):
            workflow.fire(order, "begin", machine=CHART, by=by, at=at)
        return order.status == Status.CARRYING_OUT


def _looked_at(order: ReorganisationOrder, *, on: date) -> tuple[Preview, tuple[Refused, ...]]:
    """Return the preview of now, with every unit that it touches locked, and why it cannot be carried out."""
    wait_for_rosters(order)
    first = preview(order, on=order.effective_on)
    if not first.refusals:
        _lock(first)
        first = preview(order, on=order.effective_on)
    return first, stale(order.preview, first, on=on)


def wait_for_rosters(order: ReorganisationOrder) -> None:
    """Hold the rosters below the office: a chunk under way ends first, the next one finds the new place.

    Raises:
        RostersAtWork: one is in the middle of its work.
    """
    office = Organisation.objects.get(pk=order.organisation_id)
    below = Batch.objects.filter(path__gt=office.path, path__lt=office.scope.hi)
    rows = below.exclude(status__in=[Roster.UNDONE, Roster.CANCELLED, Roster.FAILED]).order_by("pk")
    if any(status in AT_WORK for status in rows.select_for_update().values_list("status", flat=True)):
        raise RostersAtWork


def _lock(found: Preview) -> None:
    rows = found.outcome.units
    changed = rows.filter((pl.col("path") != pl.col("new_path")) | pl.col("ends").is_not_null())[
        "id"
    ].to_list()
    receivers = [*found.read.lines["target"].drop_nulls(), *rows["superior"].drop_nulls()]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALL, [sorted({*changed, *(set(receivers) & found.tree.rows.keys())})])
        cursor.execute(LOCK_UNITS, [changed])


def _refused(order: ReorganisationOrder, refusals: tuple[Refused, ...], *, by: Actor, at: datetime) -> None:
    told = [asdict(each) for each in refusals]
    workflow.fire(order, "refuse", machine=CHART, by=by, at=at, refusals=told)
    notices.tell_office(order.organisation_id, "order_refused", at=at, subject=order.pk)


def _write(order: ReorganisationOrder, found: Preview, *, by: Actor, at: datetime) -> None:
    founded = _found(order, found)
    placed = _placed(found)
    place(placed, since=order.effective_on, source=order.pk)
    pairs = change_parenthoods(placed, on=order.effective_on, number=order.document_number)
    Carried.objects.bulk_create(
        Carried(order=order, what="registry_parenthood", row_id=closed, successor=opened)
        for closed, opened in pairs
    )
    ended = []
    for going in _going(found):
        hand_over(order, going, by=by, at=at)
        if going.ends:
            Organisation.objects.filter(pk=going.before.pk).update(ended_on=order.effective_on)
            ended.append(str(going.before.pk))
    place_pairs(found.tree.office.scope)
    record_whom(order, "reorganisation.members_carried", by=by, at=at)
    order.done = {"placed": as_kept(placed), "ended": ended, "founded": founded}


def _found(order: ReorganisationOrder, found: Preview) -> list[str]:
    """Found what splits found, at the place that the arithmetic gave it."""
    paths = dict(found.outcome.units.select("id", "new_path").rows())
    above = dict(found.outcome.units.select("id", "superior").rows())
    made = []
    for row in found.read.lines.drop_nulls("new").iter_rows(named=True):
        old, path = found.tree.rows[row["unit"]], paths[row["new"]]
        superior = Organisation.objects.select_related("line").get(pk=above[row["new"]])
        Organisation.objects.create(
            id=row["new"],
            # Where its superior stands before anything moves: it moves along, as all that stands there.
            path=superior.path + path[-Organisation.steplen :],
            depth=superior.depth + 1,
            numchild=0,
            code=row["code"],
            name=row["name"],
            kind=old.kind,
            level=old.level,
            region_id=old.region_id,
            line=line_below(superior),
            established_on=order.effective_on,
        )
        Parenthood.objects.create(
            organisation_id=row["new"],
            parent=superior,
            path=path,
            from_on=order.effective_on,
            document_number=order.document_number,
        )
        made.append(row["new"])
    return made


def _placed(found: Preview) -> list[Placed]:
    """Return the units whose place, or the federation that leads them, changes."""
    rows = found.tree.rows
    fresh = {
        str(row.pk): row for row in Organisation.objects.filter(pk__in=found.read.lines["new"].drop_nulls())
    }
    every = rows | fresh
    above = dict(found.outcome.units.select("id", "superior").rows())
    lines: dict[str, str | None] = {}
    result = []
    units = found.outcome.units.select("id", "new_path", "superior").sort("new_path")
    for pk, new_path, superior in units.iter_rows():
        unit = every[pk]
        old_above = _id(found.tree.by_path.get(unit.path[: -Organisation.steplen]))
        line = lines[pk] = _line(unit, old_above, superior, every, lines)
        old_line = _id_of(unit.line_id)
        if unit.path != new_path or old_line != line or pk in fresh:
            result.append(Placed(pk, unit.path, new_path, old_above, above[pk], old_line, line))
    return result


def _line(
    unit: Organisation,
    before: str | None,
    after: str | None,
    every: dict[str, Organisation],
    lines: dict[str, str | None],
) -> str | None:
    """Return the federation that leads a unit afterwards: that of its superior, where it was led by its superior's before."""
    own = _id_of(unit.line_id)
    if before is None or after is None or own != _led(every[before], _id_of(every[before].line_id)):
        return own
    return _led(every[after], lines.get(after, _id_of(every[after].line_id)))


def _led(superior: Organisation, line: str | None) -> str | None:
    return str(superior.pk) if superior.leads_a_line else line


def _id(unit: Organisation | None) -> str | None:
    return str(unit.pk) if unit else None


def _id_of(pk: Any) -> str | None:
    return str(pk) if pk else None


def _going(found: Preview) -> Iterator[Going]:
    """Yield what goes where, with the unions as they stand now."""
    for row in found.read.lines.iter_rows(named=True):
        kind = row["kind"]
        before = Organisation.objects.select_related("line").get(pk=row["unit"])
        if kind in ENDING:
            after = Organisation.objects.select_related("line").get(pk=row["target"])
            yield Going(before, after, with_posts=kind == Kind.MERGE)
        elif kind == Kind.SPLIT:
            employers = found.read.employers.filter(line=row["line"])["employer"].to_list()
            after = Organisation.objects.select_related("line").get(pk=row["new"])
            yield Going(before, after, employers=tuple(map(UUID, employers)))


def _tell(order: ReorganisationOrder, found: Preview, *, at: datetime) -> None:
    """Tell the office, and every unit that a line names: what moves, where from and where to."""
    lines = found.read.lines
    named = [*lines["unit"], *lines["target"].drop_nulls()]
    named += [each["old_superior"] for each in order.done["placed"] if each["id"] in set(lines["unit"])]
    ended = set(order.done["ended"])
    for pk in sorted({str(order.organisation_id), *filter(None, named)} - ended):
        notices.tell_office(UUID(pk), "order_carried_out", at=at, subject=order.pk)
