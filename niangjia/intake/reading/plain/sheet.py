"""The rows of a plain sheet, given out as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from niangjia.core.intake.headers import WITHIN_ROWS
from niangjia.intake.reading.columns import text_of
from niangjia.intake.reading.plain.marks import (
    BOOLEAN,
    INLINE,
    NUMBER,
    SHARED,
    Cells,
    Flags,
    Places,
    cells_of,
)
from niangjia.intake.reading.plain.pieces import Pieces
from niangjia.intake.reading.plain.skeleton import Skeleton
from niangjia.intake.reading.plain.texts import texts_behind

_SAME_AS_TEXT = "^(?:0|-?[1-9][0-9]{0,14})$"


@dataclass(frozen=True)
class Reader:
    """What the rows of a plain sheet are read with.

    Attributes:
        height, width: how many rows and columns have values.
        dated: the styles that make a day or a time of a number.
    """

    height: int
    width: int
    strings: pl.Series
    skeleton: Skeleton
    dated: frozenset[int]

    def frames(self, pieces: Pieces) -> Iterator[pl.DataFrame]:
        """Yield the rows of each piece as ``columns.block_of`` does, without blank ones below the first thirty."""
        last = 0
        for piece in pieces.rows():
            cells = cells_of(piece, last)
            if len(cells.rows) and last < self.height:
                yield self._frame(cells, last)
                last = int(cells.rows[-1])

    def _frame(self, cells: Cells, last: int) -> pl.DataFrame:
        texts = texts_behind(cells.tags, cells.tag, cells.kind == INLINE)
        texts, is_number = self._valued(texts, cells)
        # The heading is looked for among the first thirty rows of the sheet, blank ones too.
        top = np.arange(last + 1, min(int(cells.rows[-1]), WITHIN_ROWS) + 1)
        has_cells = np.zeros(len(cells.rows), bool)
        has_cells[cells.row] = True
        numbers = np.union1d(cells.rows[has_cells], top)
        numbers = numbers[numbers <= self.height]
        place = np.searchsorted(numbers, cells.rows)[cells.row]
        grid = np.full((self.width, len(numbers)), len(texts))
        within = np.flatnonzero(cells.column < self.width)
        grid[cells.column[within], place[within]] = within
        return _columns(numbers, grid, texts, is_number)

    def _valued(self, texts: pl.Series, cells: Cells) -> tuple[pl.Series, Flags]:
        """Return the texts that the cells show, and which of them are numbers."""
        is_number = cells.kind == NUMBER
        shared, boolean = np.flatnonzero(cells.kind == SHARED), np.flatnonzero(cells.kind == BOOLEAN)
        if len(shared):
            pointers = texts.gather(shared).cast(pl.Int64)
            texts = texts.scatter(shared, self.strings.gather(pointers))
        if len(boolean):
            shown = texts.gather(boolean).replace_strict({"0": "FALSE", "1": "TRUE"}, return_dtype=pl.String)
            texts = texts.scatter(boolean, shown)
        numbers = cells.numbers
        if len(numbers):
            is_dated = np.isin(cells.styles, list(self.dated))
            plain, dated = numbers[~is_dated], numbers[is_dated]
            texts = _shown(texts, plain)
            if len(dated):
                written = list(
                    zip(cells.styles[is_dated].tolist(), texts.gather(dated).to_list(), strict=True)
                )
                told = self.skeleton.told(written)
                texts = texts.scatter(dated, pl.Series([one for one, _ in told], dtype=pl.String))
                is_number[dated] = [is_one for _, is_one in told]
        return texts, is_number


def _columns(numbers: Places, grid: Places, texts: pl.Series, is_number: Flags) -> pl.DataFrame:
    """Return (row, c0, c0_number, c0_formula …).

    Args:
        grid: for each column and row the place of its cell in ``texts``, one behind the last for none.
    """
    nothing = pl.Series([None], dtype=pl.String)
    if not (texts != "").all():
        texts = texts.set(texts == "", None)
    known = pl.concat([texts, nothing]).rechunk()
    flags = np.append(is_number, False)
    no = pl.repeat(value=False, n=len(numbers), eager=True)
    found = [pl.Series("row", numbers.astype(np.uint32))]
    for k, places in enumerate(grid):
        number = flags[places]
        is_one = pl.Series(number) if number.any() else no
        found += [
            known.gather(places).alias(f"c{k}"),
            is_one.alias(f"c{k}_number"),
            no.alias(f"c{k}_formula"),
        ]
    return pl.DataFrame(found)


def _shown(texts: pl.Series, numbers: Places) -> pl.Series:
    """Return the texts, with those of numbers as a spreadsheet shows them."""
    if not len(numbers):
        return texts
    written = texts.gather(numbers)
    odd = np.flatnonzero(~written.str.contains(_SAME_AS_TEXT).to_numpy())
    if not len(odd):
        return texts
    shown = [text_of(float(one)) for one in written.gather(odd)]
    return texts.scatter(numbers[odd], pl.Series(shown, dtype=pl.String))


def all_of(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the same rows in frames of so many or a little more."""
    taken: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        taken.append(frame)
        height += frame.height
        if height >= rows:
            yield pl.concat(taken)
            taken, height = [], 0
    if taken:
        yield pl.concat(taken)
