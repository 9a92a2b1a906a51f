"""The board's table as lines of numbers with addresses: each address names what its number counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from niangjia.insight.board import Board, Row
from niangjia.insight.slices import NOT_RECORDED


@dataclass(frozen=True)
class Number:
    """A figure, where its list is, and what it counts."""

    n: int
    url: str
    what: str


@dataclass(frozen=True)
class Line:
    """One branch of the board; ``share`` is its part of the longest line, 0 to 100."""

    name: str
    note: str
    cells: tuple[Number, ...]
    total: Number
    share: int


def lines_of(board: Board) -> list[Line]:
    """Return the lines of the board, the longest total as 100."""
    most = max((row.total for row in board.rows), default=0) or 1
    return [_line(board, row, most) for row in board.rows]


def sum_of(board: Board) -> Line:
    """Return the line that sums the board up."""
    return _line(board, board.total, board.total.total or 1)


def _line(board: Board, row: Row, most: int) -> Line:
    name = row.organisation.name
    note = _("on its own roll") if row.alone else "" if row.stands else _("stood here then")
    return Line(
        name, note, tuple(_cells(board, row)), _number(board, row, "", row.total), row.total * 100 // most
    )


def _cells(board: Board, row: Row) -> Iterator[Number]:
    for group in board.groups:
        yield _number(board, row, group or NOT_RECORDED, row.by_group.get(group, 0))


def _number(board: Board, row: Row, group: str, n: int) -> Number:
    if not row.stands:
        return Number(n, "", row.organisation.name)
    query = _query(board.on, row, group)
    return Number(n, f"{reverse('console:members')}?{urlencode(query)}", row.organisation.name)


def _query(on: date, row: Row, group: str) -> dict[str, str]:
    query = {"on": str(on), "under": row.organisation.code}
    if row.alone:
        query["alone"] = "1"
    if group:
        query["group"] = group
    return query
