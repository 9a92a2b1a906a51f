"""The first of two times over a sheet: is all of it plain, and how far does it go?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from niangjia.intake.reading.ahead import ahead
from niangjia.intake.reading.plain.grammar import ROWS, row_said, strictly
from niangjia.intake.reading.plain.marks import SHARED, Cells, cells_of
from niangjia.intake.reading.plain.pieces import Pieces

_MOST_SAID = 10_000


@dataclass
class Extent:
    """How far a sheet goes, and what it needs.

    Attributes:
        rows, columns: of the last cell with a value; 0 for none.
        pointer: the last text of the table of strings that a cell points to, -1 for none.
        styles: of the cells that are numbers.
        with_namespace: a row says something in a namespace of its own.
    """

    rows: int = 0
    columns: int = 0
    pointer: int = -1
    styles: set[int] = field(default_factory=set)
    with_namespace: bool = False

    def measure(self, pieces: Pieces) -> None:
        """Go through all rows.

        Raises:
            NotPlain: one of them is written otherwise.
        """
        last, said = 0, set[bytes]()
        for piece in ahead(_plain(pieces)):
            cells = cells_of(piece, last)
            last = int(cells.rows[-1]) if len(cells.rows) else last
            self._add(cells)
            self._look_at_rows(piece, cells, said)

    def _add(self, cells: Cells) -> None:
        if not len(cells.row):
            return
        self.rows = int(cells.rows[cells.row[-1]])
        self.columns = max(self.columns, int(cells.column.max()) + 1)
        self.styles.update(np.unique(cells.styles).tolist())
        pointing = cells.tag[cells.kind == SHARED]
        if len(pointing):
            pointers, _ = cells.tags.number(cells.tags.at[pointing] + 3, 9)
            self.pointer = max(self.pointer, int(pointers.max()))

    def _look_at_rows(self, piece: bytes, cells: Cells, known: set[bytes]) -> None:
        starts, ends = cells.row_tags
        new = {piece[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)} - known
        for said in new:
            self.with_namespace |= row_said(said.decode("ascii"))
        known |= new
        if len(known) > _MOST_SAID:
            known.clear()


def _plain(pieces: Pieces) -> Iterator[bytes]:
    """Yield the rows that the grammar covers.

    Raises:
        NotPlain: the first that it does not cover.
    """
    for piece in pieces.rows():
        strictly(piece, ROWS)
        yield piece
