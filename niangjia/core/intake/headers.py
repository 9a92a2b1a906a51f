"""Which column holds what, guessed from the headings; the clerk sees the guess and may correct it.

The algorithm: docs/algorithms/intake.md, "Headings". Imported by the child process that reads files: nothing heavy here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from niangjia.core.intake.fields import MEMBERS, Field
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
Fields = tuple[Field, ...]


def plain(header: Cell) -> str:
    """Return what two writings of a heading have in common: small, half width, without spaces, stars and bracketed remarks."""
    text = (header or "").translate(_WIDE).lower()
    bare = _NOT_COMPARED.sub("", _BRACKETED.sub("", text))
    return bare or _NOT_COMPARED.sub("", text)


@cache
def _known(fields: Fields) -> Mapping[str, str]:
    headed = ((header, field.name) for field in fields for header in (*field.headers, field.label))
    return {plain(header): name for header, name in headed if header}


def field_of(header: Cell, fields: Fields = MEMBERS) -> str | None:
    """Return the field that a heading means; "会员手机号" means what "手机号" does."""
    return _meant(header, _known(fields))


def _meant(header: Cell, known: Mapping[str, str]) -> str | None:
    text = plain(header)
    return known.get(text) or known.get(_WHOSE.sub("", text))


def guess(headers: Sequence[Cell], fields: Fields = MEMBERS) -> dict[str, int]:
    """Return the column of each field that is recognised; of two columns for one field the first counts."""
    known, found = _known(fields), dict[str, int]()
    for column, header in enumerate(headers):
        field = _meant(header, known)
        if field is not None:
            found.setdefault(field, column)
    return found


def find_header_row(rows: Sequence[Sequence[Cell]], *lists: Fields) -> int | None:
    """Return the place of the row of headings among the first rows of a sheet, below titles and remarks.

    It is the first of those with the most recognised fields: at least two, and one that no list of its kind lacks.

    Args:
        lists: the columns of each kind of list that it may be; of a roster of members, if none is given.
    """
    counts = [max(_recognised(row, fields) for fields in lists or (MEMBERS,)) for row in rows[:WITHIN_ROWS]]
    best = max(counts, default=0)
    return counts.index(best) if best >= FEWEST_FIELDS else None


def headings(rows: Sequence[Sequence[Cell]], at: int, *lists: Fields) -> tuple[list[Cell], int]:
    """Return the headings of each column, and the place of the last row of headings, which may stand in two rows.

    A cell merged over both rows stands in the upper one; below one merged over columns stand the headings that count.

    Args:
        at: what ``find_header_row`` gave.
    """
    fields = max(lists or (MEMBERS,), key=lambda one: _recognised(rows[at], one))
    known = _known(fields)
    main = list(rows[at])
    if at + 1 < len(rows) and _goes_on(main, rows[at + 1], fields):
        return [low or high for high, low in zip(main, rows[at + 1], strict=True)], at + 1
    if at:
        above = rows[at - 1]
        return [
            cell or (high if _meant(high, known) else cell) for cell, high in zip(main, above, strict=True)
        ], at
    return main, at


def _goes_on(main: Sequence[Cell], below: Sequence[Cell], fields: Fields) -> bool:
    """Tell whether the row below has headings too: some, and nothing under those that no row lacks."""
    known, found = _known(fields), guess(main, fields)
    needed = [found[field.name] for field in fields if field.is_needed and field.name in found]
    return any(_meant(cell, known) for cell in below) and not any(
        below[column] and not _meant(below[column], known) for column in needed
    )


def likeliest(headers: Sequence[Cell], lists: Mapping[str, Fields]) -> str | None:
    """Return the name of the list that has all that it needs and the most columns among these; of equals the first."""
    guesses = {name: guess(headers, fields) for name, fields in lists.items()}
    whole = {name: len(found) for name, found in guesses.items() if not missing(found, lists[name])}
    return max(whole, key=lambda name: whole[name]) if whole else None


def shown(header: Cell) -> str:
    """Return a heading as a page may show it: short, and without a long number that somebody typed where headings stand."""
    return _LONG_NUMBER.sub("…", header or "")[:_SHOWN]


def missing(mapping: Mapping[str, int], fields: Fields = MEMBERS) -> list[str]:
    """Return the fields that a list cannot do without and that have no column."""
    return [field.name for field in fields if field.is_needed and field.name not in mapping]


def _recognised(row: Sequence[Cell], fields: Fields) -> int:
    found = guess(row, fields)
    needed = (field.name for field in fields if field.is_needed)
    return len(found) if any(name in found for name in needed) else 0
