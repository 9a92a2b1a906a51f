"""Every generator by the name of its command: the files that it writes, and the truth beside each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from niangjia.cli.synth import changes, duplicates, employers, officers, registers, union_lists
from niangjia.cli.synth.kinds import ABOUT
from niangjia.cli.synth.rosters import roster

Rows = Iterable[Sequence[str | None]]


@dataclass(frozen=True)
class Sheet:
    """One file: texts under headings, and what is true of it; a list that only goes before has no truth of its own."""

    headings: Sequence[str]
    rows: Rows
    truth: pl.DataFrame | None = None


# Name of the part ("" is the list itself) → its sheet.
Sheets = dict[str, Sheet]


def _changes(rows: int, seed: int) -> Sheets:
    made = roster(rows, seed, kinds=(), noisy=False)
    told = changes.changes(made, seed)
    return {
        "roster": Sheet(made.headers, made.frame.rows()),
        "": Sheet(changes.HEADERS, told.rows, told.truth),
    }


def _officers(rows: int, seed: int) -> Sheets:
    made = roster(rows, seed, kinds=(), noisy=False)
    told = officers.officers(made, seed)
    return {
        "roster": Sheet(made.headers, made.frame.rows()),
        "": Sheet(officers.HEADERS, told.first, told.truths[0]),
        "later": Sheet(officers.HEADERS, told.second, told.truths[1]),
    }


def _employers(rows: int, seed: int) -> Sheets:
    told = registers.register(rows, seed)
    return {
        "before": Sheet(registers.HEADERS, told.first),
        "": Sheet(registers.HEADERS, told.second, told.truth),
    }


def _organisations(rows: int, seed: int) -> Sheets:
    one = len(union_lists.union_list(1).rows)
    told = union_lists.union_list(max(1, min(union_lists.MOST_ROUNDS, round(rows / one))), seed)
    return {"": Sheet(union_lists.HEADERS, told.rows, told.truth)}


def _people(rows: int, seed: int) -> Sheets:
    told = duplicates.crowd(rows, seed)
    return {"": Sheet(told.rows.columns, _texts(told.rows), told.truth)}


def _firms(rows: int, seed: int) -> Sheets:
    told = employers.lists(rows, seed)
    return {
        "left": Sheet(told.left.columns, _texts(told.left)),
        "": Sheet(told.right.columns, _texts(told.right), told.truth.sort("other")),
    }


def _texts(frame: pl.DataFrame) -> Rows:
    return frame.cast(pl.String).iter_rows()


MAKE: dict[str, Callable[[int, int], Sheets]] = {
    "changes": _changes,
    "employers": _employers,
    "organisations": _organisations,
    "officers": _officers,
    "people": _people,
    "firms": _firms,
}
assert MAKE.keys() == ABOUT.keys()
