"""What an order makes of a tree: a new superior and a new path for every unit, or all that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from niangjia.core.reorganisation.refusals import Refused
from niangjia.core.reorganisation.steps import (
    LONGEST,
    MOST_STEPS,
    STEP,
    Flags,
    Numbers,
    Texts,
    paths_of,
    step_texts,
    superiors,
)


class Kind(StrEnum):
    """What a line does."""

    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    DISSOLVE = "dissolve"


ENDING = (Kind.MERGE, Kind.DISSOLVE)
UNITS = {
    "id": pl.String,
    "path": pl.String,
    "kind": pl.String,
    "level": pl.String,
    "code": pl.String,
    "name": pl.String,
    "ended": pl.Boolean,
    "people": pl.Int64,
    "rosters": pl.Int64,
    "last_step": pl.Int64,
}
LINES = {
    "line": pl.Int64,
    "kind": pl.String,
    "unit": pl.String,
    "target": pl.String,
    "new": pl.String,
    "name": pl.String,
    "code": pl.String,
}
PARTS = {"line": pl.Int64, "unit": pl.String}


@dataclass(frozen=True)
class Order:
    """An order laid over the columns of its tree: n units, the last of them those that its splits found.

    Attributes:
        before, after: (n,) place of the superior, -1 for the office itself; a new unit has none before.
        moved_by, ended_by: (n,) number of the line that gave the new superior, or that ends the unit; -1 where none did.
        lines: of ``LINES``, with ``at``, ``to``, ``made``: places of unit, target and new unit, -1 for none.
        parts: (line, at): child units of a split.
    """

    units: pl.DataFrame
    lines: pl.DataFrame
    parts: pl.DataFrame
    before: Numbers
    after: Numbers
    moved_by: Numbers
    ended_by: Numbers

    @property
    def names(self) -> list[str]:
        """Return the name of every unit."""
        return self.units["name"].to_list()

    @property
    def lives(self) -> Flags:
        """Return which units stand after the order."""
        ended: Flags = self.units["ended"].to_numpy()
        left: Flags = ~ended & (self.ended_by < 0)
        return left

    @property
    def changed(self) -> Flags:
        """Return which units get another superior."""
        differs: Flags = self.before != self.after
        return differs


@dataclass(frozen=True)
class Outcome:
    """What an order comes to.

    Attributes:
        units: (id, superior, path, new_path, ends, founded) for the office and all below it, then what was founded:
            ``superior`` is the id of the one above afterwards, ``ends`` and ``founded`` the number of the line that does
            it, else null. Without rows where something is refused.
    """

    units: pl.DataFrame
    refusals: tuple[Refused, ...]


def laid(units: pl.DataFrame, lines: pl.DataFrame, parts: pl.DataFrame) -> Order:
    """Return an order laid over its tree.

    Args:
        units: of ``UNITS``: the office first, and everything below it. ``people`` counts members and open requests of its
            own, ``rosters`` batches that are not over, ``last_step`` the highest step ever used right below.
        lines: of ``LINES``, in their order: ``unit`` and ``target`` are ids in ``units``, ``new`` is the id of what a split
            founds. A split without ``target`` founds beside the old unit.
        parts: of ``PARTS``: the child units that go to a split's new unit.
    """
    whole = pl.concat([units.select(*UNITS.keys()), _founded(units, lines)])
    place = {each: k for k, each in enumerate(whole["id"].to_list())}
    lines = lines.with_columns(
        _places(lines[name], place).alias(to)
        for name, to in (("unit", "at"), ("target", "to"), ("new", "made"))
    )
    parts = parts.with_columns(_places(parts["unit"], place).alias("at"))
    before = superiors(whole["path"].fill_null("").to_numpy())
    moved_by, ended_by = np.full(len(before), -1), np.full(len(before), -1)
    after = before.copy()
    for line, kind, at, to, made in lines.select("line", "kind", "at", "to", "made").iter_rows():
        if kind == Kind.MOVE:
            after[at], moved_by[at] = to, line
        elif kind == Kind.SPLIT:
            own = parts.filter(pl.col("line") == line)["at"].to_numpy()
            after[own], moved_by[own] = made, line
            after[made], moved_by[made] = (to if to >= 0 else before[at]), line
        else:
            ended_by[at] = line
    _inherit(lines, before, after, moved_by, ended_by, whole["ended"].to_numpy())
    return Order(whole, lines, parts, before, after, moved_by, ended_by)


def _inherit(
    lines: pl.DataFrame, before: Numbers, after: Numbers, moved_by: Numbers, ended_by: Numbers, ended: Flags
) -> None:
    """Give what stands under a merged unit to the receiver; a receiver that stands there itself takes its place."""
    for line, at, to in lines.filter(kind=Kind.MERGE.value).select("line", "at", "to").iter_rows():
        heirs = (before == at) & (moved_by < 0) & (ended_by < 0) & ~ended
        after[heirs], moved_by[heirs] = to, line
        if heirs[to]:
            after[to] = before[at]


def _founded(units: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return what splits found as units: of the kind and level of what is split, without a path yet."""
    splits = lines.filter(kind=Kind.SPLIT.value).join(
        units.select(unit="id", kind_of="kind", level="level"), on="unit", how="left", maintain_order="left"
    )
    return splits.select(
        id="new",
        path=pl.lit(None, pl.String),
        kind="kind_of",
        level="level",
        code="code",
        name="name",
        ended=pl.lit(value=False),
        people=pl.lit(0, pl.Int64),
        rosters=pl.lit(0, pl.Int64),
        last_step=pl.lit(0, pl.Int64),
    )


def _places(ids: pl.Series, place: dict[str, int]) -> pl.Series:
    return pl.Series([place.get(each, -1) for each in ids.to_list()], dtype=pl.Int64)


def outcome(order: Order, refusals: tuple[Refused, ...]) -> Outcome:
    """Return the tree after an order in which nothing is refused.

    A newcomer gets the next step never used under its superior, in the order of the lines, then of the old paths.
    """
    if refusals:
        return Outcome(_rows(order, order.units["path"].to_numpy()).clear(), refusals)
    new_paths = paths_after(order)
    too_long = [
        Refused(int(order.moved_by[k]), "too_deep", {"unit": order.names[k]})
        for k in np.flatnonzero(np.array([len(path) > LONGEST for path in new_paths]) & order.changed)
    ]
    rows = _rows(order, new_paths)
    return Outcome(rows.clear() if too_long else rows, tuple(too_long))


def paths_after(order: Order) -> Texts:
    """Return the path of every unit after the order, which must be free of circles."""
    old = order.units["path"].fill_null("").to_numpy()
    own = np.array([path[-STEP:] for path in old], dtype=object)
    newcomers = np.flatnonzero(order.changed)
    newcomers = newcomers[np.lexsort((newcomers, order.moved_by[newcomers]))]
    own[newcomers] = step_texts(
        np.minimum(
            order.units["last_step"].to_numpy()[order.after[newcomers]] + _rank(order.after[newcomers]),
            MOST_STEPS,
        )
    )
    return paths_of(order.after, own, old)


def _rank(groups: Numbers) -> Numbers:
    """Return for each value how many equal ones came before it, itself included."""
    ranked = pl.DataFrame({"of": groups}).select(rank=pl.int_range(1, pl.len() + 1).over("of"))
    ranks: Numbers = ranked["rank"].to_numpy()
    return ranks


def _rows(order: Order, new_paths: Texts) -> pl.DataFrame:
    ids = order.units["id"].to_list()
    founded = np.full(len(ids), -1)
    splits = order.lines.filter(kind=Kind.SPLIT.value)
    founded[splits["made"].to_numpy()] = splits["line"].to_numpy()
    return pl.DataFrame(
        {
            "id": ids,
            "superior": [ids[k] if k >= 0 else None for k in order.after.tolist()],
            "path": order.units["path"],
            "new_path": pl.Series(new_paths.tolist(), dtype=pl.String),
            "ends": _line_or_null(order.ended_by),
            "founded": _line_or_null(founded),
        }
    )


def _line_or_null(lines: Numbers) -> pl.Series:
    return pl.Series(lines, dtype=pl.Int64).replace(-1, None)
