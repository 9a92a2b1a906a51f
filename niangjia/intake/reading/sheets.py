"""A file, read: the one roster in it as columns of text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import polars as pl

from niangjia.core.intake.headers import WITHIN_ROWS, Fields, find_header_row, headings
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
        header_row: the number of the last row of headings, as the spreadsheet program counts (from 1).
        headers: as typed, "" where there is none.
        rows: the rows below that are not blank: ``row`` (number in the workbook), and for each column ``c0`` … (text as typed,
            null for nothing; date cells as 2026-11-24), ``c0_number`` … and ``c0_formula`` … (what kind of cell it was).
    """

    name: str
    header_row: int
    headers: list[str]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Stream:
    """One roster whose rows come block by block, while the child still reads; else as ``Sheet``."""

    name: str
    header_row: int
    headers: list[str]
    blocks: Iterator[pl.DataFrame]


def stream(
    content: BinaryIO, *, name: str, caps: Caps = _PERMANENT, lists: tuple[Fields, ...] = ()
) -> Stream:
    """Return the roster in an uploaded file, which a child process reads; what is wrong further down comes with its block.

    Args:
        content: the file, open for reading until the last block; it is never written to a disk.
        lists: the columns of each kind of list that may be in it; of members, if none is given.
        name: the file's own name, which is shown where the sheet has none; what the file is, its bytes tell.

    Raises:
        Invalid: one of ``refusals``, with what is wrong, where, and what to do.
    """
    said = frames(CHILD, [content], caps, lists)
    sheet, first = name, None
    for kind, spoken in said:
        if kind == b"b":
            first = _frame(spoken)
            break
        sheet = spoken.decode()
    if first is None:
        raise Empty
    texts = [column for column in first.columns if column[1:].isdecimal()]
    top = first.head(WITHIN_ROWS).select(texts).rows()
    header = find_header_row(top, *lists)
    if header is None:
        raise NoHeader(sheet=sheet, rows=WITHIN_ROWS)
    heads, last = headings(top, header, *lists)
    below = chain([first.slice(last + 1)], (_frame(spoken) for _, spoken in said))
    return Stream(sheet, last + 1, [cell or "" for cell in heads], _filled(below, texts))


def read(content: BinaryIO, *, name: str, caps: Caps = _PERMANENT, lists: tuple[Fields, ...] = ()) -> Sheet:
    """Return the whole roster: see ``stream``."""
    told = stream(content, name=name, caps=caps, lists=lists)
    return Sheet(told.name, told.header_row, told.headers, pl.concat(told.blocks).rechunk())


def _frame(spoken: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(spoken))


def _filled(blocks: Iterable[pl.DataFrame], texts: list[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows in which anything stands, of blocks that have some."""
    is_filled = [pl.col(column).is_not_null() | pl.col(f"{column}_formula") for column in texts]
    is_empty = True
    for block in blocks:
        rows = block.filter(pl.any_horizontal(is_filled))
        if rows.height:
            is_empty = False
            yield rows
    if is_empty:
        raise Empty
