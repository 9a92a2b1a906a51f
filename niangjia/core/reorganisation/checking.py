"""All that is wrong with an order, at once: each check is a mask over columns, told at the line that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from niangjia.core.codes.unions import KEEP_A_ROLL, Place, may_stand_under
from niangjia.core.reorganisation.orders import ENDING, Kind, Order, Outcome, laid, outcome
from niangjia.core.reorganisation.refusals import Refused
from niangjia.core.reorganisation.steps import on_a_circle

Found = Iterator[Refused]


def reordered(units: pl.DataFrame, lines: pl.DataFrame, parts: pl.DataFrame) -> Outcome:
    """Return what an order makes of a tree, or all that is wrong with it: see ``orders.laid`` for the columns."""
    order = laid(units, lines, parts)
    found = [
        *_twice(order),
        *_targets_that_end(order),
        *_into_itself(order),
        *_same_place(order),
        *_parts(order),
        *_units_left(order),
        *_circles(order),
        *_standing(order),
        *_rolls(order),
        *_rosters(order),
        *_names(order),
        *_codes(order),
    ]
    return outcome(order, ordered(found))


def ordered(found: Iterable[Refused]) -> tuple[Refused, ...]:
    """Return refusals by line, each once."""
    once = {(each.line, each.code, str(dict(each.params))): each for each in found}
    return tuple(once[key] for key in sorted(once))


def _twice(order: Order) -> Found:
    """A unit is the subject of one line only; what is split may be split more than once, but does not move."""
    whole = order.lines.filter(pl.col("kind") != Kind.SPLIT.value).select("line", "at")
    taken = pl.concat([whole, order.parts.select("line", "at")])
    splits = order.lines.filter(kind=Kind.SPLIT.value).select("line", "at")
    for line, at, other in _pairs(taken, taken):
        if line > other or (line == other and _count(taken, line, at) > 1):
            yield Refused(line, "unit_twice", {"unit": order.names[at], "other": other})
    for line, at, other in _pairs(splits, whole):
        yield Refused(line, "unit_twice", {"unit": order.names[at], "other": other})


def _pairs(left: pl.DataFrame, right: pl.DataFrame) -> Iterator[tuple[int, int, int]]:
    return (
        left.unique()
        .join(right.unique().rename({"line": "other"}), on="at")
        .select("line", "at", "other")
        .iter_rows()
    )


def _count(taken: pl.DataFrame, line: int, at: int) -> int:
    return taken.filter(line=line, at=at).height


def _targets_that_end(order: Order) -> Found:
    to = order.lines["to"].to_numpy()
    ends = np.where(to >= 0, order.ended_by[to], -1)
    for k in map(int, np.flatnonzero(ends >= 0)):
        line, at = int(order.lines["line"][k]), int(order.lines["at"][k])
        if to[k] != at:
            yield Refused(line, "target_ends", {"target": order.names[to[k]], "other": int(ends[k])})


def _into_itself(order: Order) -> Found:
    for line, at in order.lines.filter(pl.col("at") == pl.col("to")).select("line", "at").iter_rows():
        yield Refused(line, "into_itself", {"unit": order.names[at]})


def _same_place(order: Order) -> Found:
    moves = order.lines.filter(kind=Kind.MOVE.value)
    for line, at, to in moves.select("line", "at", "to").iter_rows():
        if order.before[at] == to:
            yield Refused(line, "same_place", {"unit": order.names[at], "target": order.names[to]})


def _parts(order: Order) -> Found:
    split = order.parts.join(order.lines.select("line", whole="at"), on="line")
    for line, at, whole in split.select("line", "at", "whole").iter_rows():
        if order.before[at] != whole:
            yield Refused(line, "not_part_of_it", {"unit": order.names[at]})


def _units_left(order: Order) -> Found:
    """Living units whose superior ends: sent there, or left behind after a dissolution."""
    left = (order.after >= 0) & order.lives
    left[left] &= order.ended_by[order.after[left]] >= 0
    for k in map(int, np.flatnonzero(left & (order.moved_by >= 0))):
        to = int(order.after[k])
        said = {"target": order.names[to], "other": int(order.ended_by[to])}
        yield Refused(int(order.moved_by[k]), "target_ends", said)
    above, counts = np.unique(order.after[left & (order.moved_by < 0)], return_counts=True)
    for k, n in zip(above, counts, strict=True):
        yield Refused(int(order.ended_by[k]), "units_left", {"unit": order.names[k], "n": int(n)})


def _circles(order: Order) -> Found:
    for k in np.flatnonzero(on_a_circle(order.after) & (order.moved_by >= 0)):
        if order.after[k] != k or order.before[k] != k:
            yield Refused(int(order.moved_by[k]), "circle", {"unit": order.names[k]})


def _standing(order: Order) -> Found:
    kinds, levels = order.units["kind"].to_list(), order.units["level"].to_list()
    for k in np.flatnonzero(order.changed & (order.moved_by >= 0) & (order.after >= 0)):
        above = order.after[k]
        if not may_stand_under(Place(kinds[k], levels[k]), Place(kinds[above], levels[above])):
            said = {"unit": order.names[k], "target": order.names[above]}
            yield Refused(int(order.moved_by[k]), "may_not_stand_there", said)


def _rolls(order: Order) -> Found:
    """People of a unit that ends go to one that keeps a roll."""
    people, kinds = order.units["people"].to_list(), order.units["kind"].to_list()
    ending = order.lines.filter(pl.col("kind").is_in([kind.value for kind in ENDING]))
    for line, at, to in ending.select("line", "at", "to").iter_rows():
        if people[at] and kinds[to] not in KEEP_A_ROLL:
            yield Refused(line, "no_roll", {"unit": order.names[at], "target": order.names[to]})


def _rosters(order: Order) -> Found:
    rosters = order.units["rosters"].to_numpy()
    for k in np.flatnonzero((order.ended_by >= 0) & (rosters > 0)):
        yield Refused(int(order.ended_by[k]), "roster_open", {"unit": order.names[k], "n": int(rosters[k])})


def _names(order: Order) -> Found:
    """Two living units of one name under one superior, at least one of which comes by this order."""
    rows = pl.DataFrame(
        {"after": order.after, "name": order.units["name"], "by": order.moved_by, "lives": order.lives}
    )
    twice = rows.filter(pl.col("lives") & (pl.len().over("after", "name", "lives") > 1))
    came = twice.filter(pl.col("by") >= 0)
    last = came.group_by("after", "name").agg(pl.col("by").max())
    for line, name in last.select("by", "name").sort("by", "name").iter_rows():
        yield Refused(line, "name_taken", {"name": name})


def _codes(order: Order) -> Found:
    splits = order.lines.filter(kind=Kind.SPLIT.value)
    for line, name, code in splits.select("line", "name", "code").iter_rows():
        if not name or not code:
            yield Refused(line, "no_name")
        elif order.units.filter(code=code).height > 1:
            yield Refused(line, "code_taken", {"code": code})
