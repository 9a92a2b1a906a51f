"""A roster as clerks type it, and beside it the truth about each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from niangjia.cli.synth import noise, sheet
from niangjia.cli.synth.draft import Draft, clean_draft
from niangjia.cli.synth.errors import ERRORS, KINDS, NEW, PAIR_ERRORS
from niangjia.cli.synth.organisations import CITY, Organisation, city
from niangjia.cli.synth.sheet import Cell

DAY = date(2026, 9, 1)
_BLANK_SHARE = 0.002


@dataclass(frozen=True)
class Roster:
    """A sheet and what is true of it.

    Attributes:
        title: the line above the headers, if any.
        headers: as typed, in their order.
        fields: what each column means (a key of ``sheet.HEADERS``), None for a column that nobody asked for.
        cells: by column; a blank row is None in each.
        truth: one row for each row of the sheet that is not blank: ``position`` (from 0, in ``frame``), ``row`` (as the
            office program numbers it), ``verdict``, ``codes`` (list), ``error``, ``noise`` (list), ``union`` (key, null
            where the row does not tell) and ``number`` (before noise: 18 characters, capital X).
    """

    title: str | None
    headers: tuple[str, ...]
    fields: tuple[str | None, ...]
    cells: tuple[list[Cell], ...]
    truth: pl.DataFrame

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The cells as texts, as a text file holds them."""
        return pl.DataFrame(
            {header: sheet.texts_of(cells) for header, cells in zip(self.headers, self.cells, strict=True)},
            schema=dict.fromkeys(self.headers, pl.String),
        )

    @property
    def first_row(self) -> int:
        """The number of the first row under the headers, as the office program counts."""
        return 2 if self.title is None else 3


@dataclass
class _Fate:
    """What is to be true of each row."""

    verdicts: list[str]
    codes: list[tuple[str, ...]]
    errors: list[str]
    protected: dict[str, set[int]]

    def set(
        self, row: int, error: str, verdict: str, codes: tuple[str, ...], touches: Sequence[str] = ()
    ) -> None:
        self.verdicts[row], self.codes[row], self.errors[row] = verdict, codes, error
        for field in touches:
            self.protected.setdefault(field, set()).add(row)


def roster(
    rows: int,
    seed: int,
    organisations: Sequence[Organisation] | None = None,
    *,
    scope: str = CITY,
    on: date = DAY,
    share: float = 0.1,
    kinds: Sequence[str] = KINDS,
    title: bool = True,
    noisy: bool = True,
) -> Roster:
    """Return a roster of made-up workers, the same for the same arguments.

    Args:
        rows: rows that are not blank; blank ones come on top.
        organisations: the made-up city's if not given.
        scope: key of the organisation whose clerk hands it in.
        on: the day on which it is handed in; nobody joined later, but for the error.
        share: of rows with an error, 0 to 0.5, in equal parts; each kind at least once.
        kinds: names of the errors that occur; () for a clean roster.

    Raises:
        ValueError: too few rows for the kinds, or a kind that the scope has no union for.
    """
    rng = np.random.default_rng(seed)
    draft = clean_draft(rng, rows, city() if organisations is None else organisations, scope, on)
    fate = _spoil(rng, draft, rows, share, kinds)
    # Noise overwrites the numbers: the truth keeps them as they were meant.
    numbers = [cell if isinstance(cell, str) else "" for cell in draft.columns["number"]]
    noted = noise.scatter(rng, draft.columns, fate.protected) if noisy else {}
    positions = _positions(rng, rows, blank=noisy)
    headers, fields, cells = _lay_out(rng, draft, positions, plain=not noisy)
    heading = str(rng.choice(sheet.TITLES)) if title else None
    facts = {
        "position": positions,
        "row": positions + (3 if title else 2),
        "verdict": fate.verdicts,
        "codes": [" ".join(codes) for codes in fate.codes],
        "error": fate.errors,
        "noise": [" ".join(noted.get(row, ())) for row in range(rows)],
        "union": [union.key for union in draft.unions],
        "number": numbers,
    }
    return Roster(heading, headers, fields, cells, _truth(facts))


def _truth(facts: dict[str, Any]) -> pl.DataFrame:
    """Return the truth with its lists as lists; a row whose union nobody can tell has none."""
    words = pl.col("codes", "noise").str.split(" ").list.eval(pl.element().filter(pl.element() != ""))
    lost = pl.col("codes").str.starts_with("UNION_")
    return pl.DataFrame(facts).with_columns(words, pl.when(~lost).then("union").alias("union"))


def _spoil(rng: np.random.Generator, draft: Draft, rows: int, share: float, kinds: Sequence[str]) -> _Fate:
    """Make the errors, no two in one row, and return what is true of each row."""
    fate = _Fate([NEW] * rows, [()] * rows, [""] * rows, {})
    singles = [error for error in ERRORS if error.name in kinds]
    pairs = [error for error in PAIR_ERRORS if error.name in kinds]
    each = max(1, round(rows * share / max(1, len(kinds)))) if share else 0
    wanted = each * (len(singles) + 2 * len(pairs))
    if wanted > rows:
        raise ValueError(f"{rows} rows are too few: {wanted} would be wrong")
    free = iter(rng.permutation(rows)[:wanted].tolist())
    for error in singles:
        for row in (next(free) for _ in range(each)):
            error.spoil(draft, row, rng)
            fate.set(row, error.name, error.verdict, error.codes, error.touches)
    for pair in pairs:
        for _ in range(each):
            first, second = sorted((next(free), next(free)))
            pair.spoil(draft, first, second, rng)
            fate.set(first, pair.name, *pair.first)
            fate.set(second, pair.name, *pair.second)
    return fate


def _positions(rng: np.random.Generator, rows: int, *, blank: bool) -> np.ndarray:
    """Return where in the sheet each row stands, when blank rows are thrown in between."""
    blanks = max(1, round(rows * _BLANK_SHARE)) if blank else 0
    above = np.sort(rng.integers(1, rows, size=blanks)) if rows > 1 else np.zeros(0, dtype=np.int64)
    return np.arange(rows) + np.searchsorted(above, np.arange(rows), side="right")


def _lay_out(
    rng: np.random.Generator, draft: Draft, positions: np.ndarray, *, plain: bool
) -> tuple[tuple[str, ...], tuple[str | None, ...], tuple[list[Cell], ...]]:
    """Return headers, fields and columns, with the columns that clerks add, in a clerk's order."""
    heads = sheet.head(rng, plain=plain)
    columns: list[tuple[str, str | None, list[Cell]]] = [
        (heads[field], field, draft.columns[field]) for field in sheet.FIELDS
    ]
    if not plain:
        columns += [(header, None, _remarks(rng, header, len(positions))) for header in sheet.EXTRAS]
        columns = [columns[i] for i in rng.permutation(len(columns))]
    serials: list[Cell] = [float(serial) for serial in range(1, len(positions) + 1)]
    columns = [(sheet.SERIAL, None, serials), *columns]
    # Below the last row, sheets go on being blank.
    height = int(positions[-1]) + (1 if plain else 3)
    spread = tuple(_spread(cells, positions, height) for _, _, cells in columns)
    return tuple(header for header, _, _ in columns), tuple(field for _, field, _ in columns), spread


def _remarks(rng: np.random.Generator, header: str, rows: int) -> list[Cell]:
    texts = {"备注": ("", "", "", "已核对", "—"), "班组": ("一组", "二组", "白班", "夜班")}
    return list(rng.choice(texts.get(header, ("群众", "共青团员", "中共党员")), size=rows).tolist())


def _spread(cells: list[Cell], positions: np.ndarray, height: int) -> list[Cell]:
    column: list[Cell] = [None] * height
    for position, cell in zip(positions.tolist(), cells, strict=True):
        column[position] = cell
    return column
