"""A plain workbook: one visible sheet, and nothing in it but what the grammar covers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from niangjia.core.intake.headers import WITHIN_ROWS, Fields, find_header_row
from niangjia.intake.reading.caps import MIB, Caps
from niangjia.intake.reading.columns import Block
from niangjia.intake.reading.plain.extent import Extent
from niangjia.intake.reading.plain.grammar import NotPlain, around
from niangjia.intake.reading.plain.pieces import Pieces
from niangjia.intake.reading.plain.sheet import Reader, all_of
from niangjia.intake.reading.plain.skeleton import Skeleton
from niangjia.intake.reading.plain.strings import strings_of
from niangjia.intake.reading.refusals import Invalid, NoHeader, TooManyRows
from niangjia.intake.reading.zipped import Parts

BLOCK_ROWS = 25_000
_LIGHT = 32 * MIB
_STRINGS = "xl/sharedstrings.xml"


@dataclass(frozen=True)
class Plain:
    """A workbook that has been gone through.

    Attributes:
        part: the part of its sheet.
        seen: that part and the table of strings: they are known to be right.
    """

    parts: Parts
    part: str
    seen: frozenset[str]
    name: str
    extent: Extent
    reader: Reader

    @property
    def strings(self) -> int:
        """Return how many texts the table of strings has."""
        return len(self.reader.strings)

    def blocks(self, caps: Caps, lists: tuple[Fields, ...]) -> Iterator[Block]:
        """Yield the rows.

        Raises:
            TooManyRows, NoHeader: as for any workbook.
        """
        if self.extent.rows > caps.rows + WITHIN_ROWS:
            raise TooManyRows(sheet=self.name, rows=self.extent.rows, most=caps.rows)
        is_first = True
        for frame in all_of(self.reader.frames(_rows_of(self.parts, self.part)), BLOCK_ROWS):
            if is_first and find_header_row(_top(frame), *lists) is None:
                raise NoHeader(sheet=self.name, rows=WITHIN_ROWS)
            is_first = False
            yield Block(self.name, frame)


def plain_of(data: bytes, parts: Parts, places: Mapping[str, str], caps: Caps) -> Plain | None:
    """Return a workbook that is plain all through; None for any other, which the slow reader shall read or refuse.

    Args:
        places: the part of each sheet by its name.
    """
    try:
        return _gone_through(data, parts, places, caps)
    except (NotPlain, Invalid, CalamineError, ValueError):
        return None


def _gone_through(data: bytes, parts: Parts, places: Mapping[str, str], caps: Caps) -> Plain:
    skeleton = Skeleton(parts)
    by_lower = {name.lower(): name for name in parts.names()}
    _refuse_odd_zip(data, parts, by_lower.get(_STRINGS))
    place = places.get(skeleton.name, "").lower()
    if place not in by_lower or [one.lower() for one in places.values()].count(place) != 1:
        raise NotPlain
    part, extent = by_lower[place], Extent()
    pieces = _rows_of(parts, part)
    extent.measure(pieces)
    around(part, b"worksheet", pieces.head, pieces.start, pieces.tail, with_namespace=extent.with_namespace)
    if not 0 < extent.columns <= caps.columns:
        raise NotPlain
    strings, table = _strings(parts, by_lower.get(_STRINGS), part, skeleton)
    if extent.pointer >= len(strings):
        raise NotPlain
    skeleton.clad(part, pieces.head, pieces.tail, table)
    told = skeleton.told([(style, "1.5") for style in sorted(extent.styles)])
    dated = frozenset(
        style for style, (_, is_one) in zip(sorted(extent.styles), told, strict=True) if not is_one
    )
    return Plain(
        parts,
        part,
        frozenset({part, *table}),
        skeleton.name,
        extent,
        Reader(extent.rows, extent.columns, strings, skeleton, dated),
    )


def _refuse_odd_zip(data: bytes, parts: Parts, strings: str | None) -> None:
    """Refuse a zip that calamine would not open; it is asked unless it would take in a large table of strings."""
    if strings is None or parts.size(strings) <= _LIGHT:
        CalamineWorkbook.from_filelike(io.BytesIO(data))
    elif not parts.is_simple():
        raise NotPlain


def _rows_of(parts: Parts, part: str) -> Pieces:
    return Pieces(parts.steps(part), b"<sheetData>", b"</sheetData>", b"</row>")


def _strings(
    parts: Parts, name: str | None, sheet: str, skeleton: Skeleton
) -> tuple[pl.Series, dict[str, bytes]]:
    """Return the table of strings, and its part without them."""
    if name is None:
        return pl.Series([], dtype=pl.String), {}
    pieces = Pieces(parts.steps(name), b"<si>", b"</sst>", b"</si>", is_kept=False)
    strings = strings_of(pieces, name, lambda head, items: skeleton.strings(sheet, name, head, items))
    around(name, b"sst", pieces.head, pieces.start, pieces.tail)
    return strings, {name: pieces.head + pieces.tail}


def _top(frame: pl.DataFrame) -> list[tuple[str | None, ...]]:
    texts = [column for column in frame.columns if column[1:].isdecimal()]
    return frame.head(WITHIN_ROWS).select(texts).rows()
