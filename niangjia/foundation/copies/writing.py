"""Rows into a workbook or a text table, as they come: nothing but the page in hand is in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from niangjia.core.plaincells import plain_cell
from niangjia.foundation.copies.tables import Cell, Column

MARK = "\ufeff"


class Writer(Protocol):
    """Takes rows in, and finishes the file."""

    def put(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write more rows."""

    def finish(self) -> None:
        """Write the end."""


class Workbook:
    """A workbook of one sheet. No cell is a formula or a link, and each text is marked as one.

    Args:
        write: takes the bytes of the file, from the first to the last.
        tmpdir: where rows wait until the file is finished (``Home.tmp``, emptied at every start).
    """

    def __init__(
        self, write: Callable[[bytes], object], *, name: str, columns: Sequence[tuple[str, int]], tmpdir: Path
    ) -> None:
        tmpdir.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = {
            "constant_memory": True, "tmpdir": str(tmpdir), "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "in_memory": False,
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(_Straight(write), options)
        self._page = self._book.add_worksheet(name[:31])
        self._text = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        head = self._book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        for at, (heading, width) in enumerate(columns):
            self._page.set_column(at, at, width)
            self._page.write_string(0, at, heading, head)
        self._page.freeze_panes(1, 0)
        self._line = 1

    def put(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write more rows."""
        for cells in rows:
            for at, cell in enumerate(cells):
                self._put(at, cell)
            self._line += 1

    def _put(self, at: int, cell: Cell) -> None:
        if isinstance(cell, str):
            if cell:
                self._page.write_string(self._line, at, cell, self._text)
        elif isinstance(cell, int):
            self._page.write_number(self._line, at, cell)
        elif isinstance(cell, date):
            self._page.write_datetime(self._line, at, cell, self._day)

    def finish(self) -> None:
        """Write the end."""
        self._book.close()


class TextTable:
    """Comma-separated, UTF-8 with its mark (RFC 4180)."""

    def __init__(self, write: Callable[[bytes], object], *, columns: Sequence[tuple[str, int]]) -> None:
        self._write = write
        self._write(MARK.encode())
        self.put([[heading for heading, _ in columns]])

    def put(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write more rows."""
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n").writerows([_plain(cell) for cell in cells] for cells in rows)
        self._write(out.getvalue().encode())

    def finish(self) -> None:
        """Write nothing: a text table has no end."""


def _plain(cell: Cell) -> Any:
    if isinstance(cell, str):
        return plain_cell(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


class _Straight(io.RawIOBase):
    """What a zip is written into when one cannot go back in it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._take = write

    def writable(self) -> bool:
        """Return true."""
        return True

    def write(self, data: Any) -> int:
        """Take in more."""
        self._take(bytes(data))
        return len(data)


def writer(
    kind: str, write: Callable[[bytes], object], *, name: str, columns: Sequence[Column], told: Callable[[str], str],
    tmpdir: Path,
) -> Writer:  # fmt: skip
    """Return what writes a file of ``kind`` (``xlsx`` or ``csv``), its headings told in the reader's language."""
    headed = [(told(column.heading), column.width) for column in columns]
    if kind == "xlsx":
        return Workbook(write, name=name, columns=headed, tmpdir=tmpdir)
    return TextTable(write, columns=headed)
