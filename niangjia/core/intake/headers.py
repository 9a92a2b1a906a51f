"""Which column holds what, guessed from the headings; the clerk sees the guess and may correct it.

The algorithm: docs/algorithms/intake.md, "Headings". Imported by the child process that reads files: nothing heavy here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from niangjia.core.intake import orders
from niangjia.core.intake.fields import MEMBERS, NEEDED
from niangjia.core.words import gettext_noop

# How far down a heading may stand under titles and remarks.
WITHIN_ROWS = 30
FEWEST_FIELDS = 2

# The columns that a repair workbook adds. In both languages they mean no field, so that it can be read like any other file.
REASON_HEADER = gettext_noop("Why it came back")
ROW_HEADER = gettext_noop("Row in the first file")

_WIDE = {0xFF01 + k: 0x21 + k for k in range(94)}
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
_LONG_NUMBER = re.compile(r"\d{6,}[Xx]?")
_SHOWN = 40
_NOT_COMPARED = re.compile(r"[\W_]+")
_WHOSE = re.compile(r"^(?:工会会员|会员|职工|员工|本人|个人|劳动者|申请人|入会人员|工人|人员)")

Cell = str | None


def plain(header: Cell) -> str:
    """Return what two writings of a heading have in common: small, half width, without spaces, stars and bracketed remarks."""
    text = (header or "").translate(_WIDE).lower()
    bare = _NOT_COMPARED.sub("", _BRACKETED.sub("", text))
    return bare or _NOT_COMPARED.sub("", text)


@cache
def _fields() -> Mapping[str, str]:
    return {plain(header): field.name for field in MEMBERS for header in (*field.headers, field.label)}


def field_of(header: Cell) -> str | None:
    """Return the field that a heading means; "会员手机号" means what "手机号" does."""
    text = plain(header)
    known = _fields()
    return known.get(text) or known.get(_WHOSE.sub("", text))


def guess(headers: Sequence[Cell]) -> dict[str, int]:
    """Return the column of each field that is recognised; of two columns for one field the first counts."""
    found: dict[str, int] = {}
    for column, header in enumerate(headers):
        field = field_of(header)
        if field is not None:
            found.setdefault(field, column)
    return found


def find_header_row(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the place of the row of headings among the first rows of a sheet, below titles and remarks.

    It is the first of those with the most recognised fields: at least two, and one that no roster lacks.
    """
    counts = [_recognised(row) for row in rows[:WITHIN_ROWS]]
    best = max(counts, default=0)
    return counts.index(best) if best >= FEWEST_FIELDS else None


def shown(header: Cell) -> str:
    """Return a heading as a page may show it: short, and without a long number that somebody typed where headings stand."""
    return _LONG_NUMBER.sub("…", header or "")[:_SHOWN]


def missing(mapping: Mapping[str, int]) -> list[str]:
    """Return the fields that a roster cannot do without and that have no column."""
    return [name for name in NEEDED if name not in mapping]


def _recognised(row: Sequence[Cell]) -> int:
    found, columns = guess(row), order_columns(row)
    as_roster = len(found) if any(name in found for name in NEEDED) else 0
    as_order = (
        len(columns) if all(column.name in columns for column in orders.COLUMNS if column.is_needed) else 0
    )
    return max(as_roster, as_order)


def order_columns(headers: Sequence[Cell]) -> dict[str, int]:
    """Return the place of each column of a reorganisation order's file that is recognised."""
    return orders.recognised([plain(header) for header in headers], _order_headers())


@cache
def _order_headers() -> Mapping[str, str]:
    return {plain(header): column.name for column in orders.COLUMNS for header in column.headers}
