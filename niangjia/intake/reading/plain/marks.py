"""Where the tags of a piece are, as arrays, and the cells that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from niangjia.intake.reading.plain.grammar import NotPlain

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]
PAD = b" " * 24
INLINE, SHARED, LITERAL, BOOLEAN, NUMBER = range(5)
_OPEN, _QUOTE, _SPACE = (ord(sign) for sign in '<" ')
_ROW, _CELL, _INLINE, _VALUE = (ord(sign) for sign in "rciv")
_KINDS = {ord("s"): SHARED, ord("r"): LITERAL, ord("b"): BOOLEAN}
_DIGITS = np.array([(1 << 8 * k) - 1 for k in range(8)], np.uint64)
LAST_ROW = 1_048_576


class Tags:
    """The tags of a piece that the grammar covers: ``at`` their places, one more for the end; ``kind`` the sign behind each "<";
    ``words`` the eight bytes from each place on."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        padded = piece + PAD
        self.bytes = np.frombuffer(padded, np.uint8)
        self.words: Words = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
        self.at: Places = np.append(np.flatnonzero(self.bytes == _OPEN), len(piece))
        self.kind = self.bytes[self.at + 1]

    def number(self, at: Places, most: int) -> tuple[Places, Places]:
        """Return the numbers of at most so many digits that begin at these places, and how many digits each has."""
        value, length = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
        runs = np.ones(len(at), bool)
        for k in range(most):
            digit = self.bytes[at + k].astype(np.int64) - 48
            runs &= (digit >= 0) & (digit <= 9)
            value = np.where(runs, value * 10 + digit, value)
            length += runs
            if not runs.any():
                break
        return value, length


@dataclass(frozen=True)
class Cells:
    """The rows of one piece and its cells that have a value.

    Attributes:
        rows: the number of each row, from 1.
        row_tags: from where to where each row says something behind its number.
        row, column: of each cell: which of ``rows``, and the column from 0.
        tag: which tag its text follows.
        kind: INLINE, SHARED, LITERAL, BOOLEAN or NUMBER.
        style_at: where its style would be told.
    """

    tags: Tags
    rows: Places
    row_tags: tuple[Places, Places]
    row: Places
    column: Places
    tag: Places
    kind: NDArray[np.int8]
    style_at: Places

    @cached_property
    def numbers(self) -> Places:
        """Return which cells are numbers."""
        return np.flatnonzero(self.kind == NUMBER)

    @cached_property
    def styles(self) -> Places:
        """Return the style of each of ``numbers``, -1 for none."""
        at = self.style_at[self.numbers]
        told = self.tags.bytes[at + 2] == ord("s")
        style, _ = self.tags.number(at + 5, 5)
        return np.where(told & (self.tags.bytes[at + 1] == _SPACE), style, -1)


def cells_of(piece: bytes, before: int) -> Cells:
    """Return the cells of a piece that the grammar covers.

    Args:
        before: the number of the last row of the piece before.

    Raises:
        NotPlain: rows or cells are out of their order, twice, or in the row of another.
    """
    tags = Tags(piece)
    row_at = np.flatnonzero(tags.kind == _ROW)
    starts = tags.at[row_at] + 8
    rows, digits = tags.number(starts, 7)
    if len(rows) and (rows[0] <= before or rows[-1] > LAST_ROW or (np.diff(rows) <= 0).any()):
        raise NotPlain
    cell_at = np.flatnonzero(tags.kind == _CELL)
    row = np.searchsorted(row_at, cell_at) - 1
    column, end = _columns(tags, cell_at, tags.words[starts][row], digits[row])
    if (np.diff(row * 1024 + column) <= 0).any():
        raise NotPlain
    inner = tags.kind[cell_at + 1]
    has = np.flatnonzero((inner == _INLINE) | (inner == _VALUE))
    cell_at, is_inline = cell_at[has], inner[has] == _INLINE
    kind = _kinds(tags, cell_at, is_inline)
    said = (starts + digits + 1, tags.at[row_at + 1])
    tag = cell_at + np.where(is_inline, 2, 1)
    return Cells(tags, rows, said, row[has], column[has], tag, kind, end[has])


def _columns(tags: Tags, cell_at: Places, words: Words, digits: Places) -> tuple[Places, Places]:
    """Return the column of each cell, and where the quotation mark behind its place is.

    Args:
        words, digits: the eight bytes that the number of its row begins with, and how many of them are the number.
    """
    at = tags.at[cell_at] + 6
    first, second = tags.bytes[at].astype(np.int64) - 64, tags.bytes[at + 1].astype(np.int64) - 64
    is_double = second > 0
    column = np.where(is_double, first * 26 + second, first) - 1
    number_at = at + 1 + is_double
    end = number_at + digits
    if ((tags.words[number_at] ^ words) & _DIGITS[digits]).any() or (tags.bytes[end] != _QUOTE).any():
        raise NotPlain
    return column, end


def _kinds(tags: Tags, cell_at: Places, is_inline: Flags) -> NDArray[np.int8]:
    by_sign = np.full(256, NUMBER, np.int8)
    for sign, kind in _KINDS.items():
        by_sign[sign] = kind
    kinds = by_sign[tags.bytes[tags.at[cell_at + 1] - 3]]
    kinds[is_inline] = INLINE
    return kinds
