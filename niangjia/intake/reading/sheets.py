"""A file, read: the one roster in it as columns of text."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from niangjia.core.intake.headers import WITHIN_ROWS, find_header_row
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.process import frames
from niangjia.intake.reading.refusals import Empty, NoHeader

CHILD = "niangjia.intake.reading.child"
_PERMANENT = Caps()


@dataclass(frozen=True)
class Sheet:
    """One roster.

    Attributes:
        name: of the sheet; "csv" for a text table.
        header_row: the number of the row of headings, as the spreadsheet program counts (from 1).
        headers: as typed, "" where there is none.
        rows: the rows below that are not blank: ``row`` (number in the workbook), and for each column ``c0`` … (text as typed,
            null for nothing; date cells as 2026-11-24), ``c0_number`` … and ``c0_formula`` … (what kind of cell it was).
    """

    name: str
    header_row: int
    headers: list[str]
    rows: pl.DataFrame


def read(content: BinaryIO, *, name: str, caps: Caps = _PERMANENT) -> Sheet:
    """Return the roster in an uploaded file, which a child process reads.

    Args:
        content: the file, open for reading; it is never written to a disk.
        name: the file's own name, which is shown where the sheet has none; what the file is, its bytes tell.

    Raises:
        Invalid: one of ``refusals``, with what is wrong, where, and what to do.
    """
    sheet, parts = name, []
    for kind, spoken in frames(CHILD, [content], caps):
        if kind == b"h":
            sheet = spoken.decode()
        else:
            parts.append(pl.read_ipc_stream(io.BytesIO(spoken)))
    if not parts:
        raise Empty
    return _sheet(sheet, pl.concat(parts))


def _sheet(name: str, whole: pl.DataFrame) -> Sheet:
    texts = [column for column in whole.columns if column[1:].isdecimal()]
    top = whole.head(WITHIN_ROWS).select(texts).rows()
    header = find_header_row(top)
    if header is None:
        raise NoHeader(sheet=name, rows=WITHIN_ROWS)
    below = whole.slice(header + 1)
    is_filled = (pl.col(column).is_not_null() | pl.col(f"{column}_formula") for column in texts)
    rows = below.filter(pl.any_horizontal(is_filled))
    if not rows.height:
        raise Empty
    return Sheet(name, header + 1, [cell or "" for cell in top[header]], rows.rechunk())
