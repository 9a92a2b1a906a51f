"""The workbook around a changed sheet: one sheet more, with the sums, and a table of styles where there was none.

Source:
    ECMA-376-2 (packages: content types, relationships); ECMA-376-1, 18.2 (workbook).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import quoteattr, unescape

from niangjia.intake.reading.mending.marks import Told
from niangjia.intake.reading.mending.rows import Editor, xml_text
from niangjia.intake.reading.mending.styles import NONE, Styles
from niangjia.intake.reading.refusals import Broken
from niangjia.intake.reading.workbook import places_of
from niangjia.intake.reading.zipped import Parts

BOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
STYLES = "xl/styles.xml"
SUMMARY_ID, STYLES_ID = "rIdNiangjiaSummary", "rIdNiangjiaStyles"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NAMESPACE = re.compile(rb"""xmlns(?::\w+)?\s*=\s*["'](http://[^"']*spreadsheetml/(?:2006/)?main)["']""")
_SHEET = re.compile(rb"<((?:\w+:)?)sheet\b([^<>]*?)/?>")
_NAME = re.compile(rb"""\bname\s*=\s*("[^"]*"|'[^']*')""")
_SHEET_ID = re.compile(rb"""\bsheetId\s*=\s*["'](\d+)["']""")
_RELATION_PREFIX = re.compile(rb"""\b(\w+):id\s*=""")
_WORKSHEET_TYPE = re.compile(rb"""\bType\s*=\s*["']([^"']*/relationships)/worksheet["']""")
_QUOTE = {"&quot;": '"', "&apos;": "'"}


class Book:
    """One workbook whose parts are given out anew.

    Raises:
        Broken: it is written in a way that cannot be changed without reading all of it.
    """

    def __init__(self, parts: Parts, told: Told) -> None:
        self._parts, self._told = parts, told
        self._places = places_of(parts)
        self._by_lower = {name.lower(): name for name in parts.names()}
        self._styles_name = self._by_lower.get(STYLES)
        self.styles = Styles(parts.read(self._styles_name) if self._styles_name else NONE)
        self._sheet = self._by_lower[self._places[told.sheet].lower()]
        # A sheet of that name is one of ours only where there are reasons of a former time.
        former = next((name for name in told.earlier_sheets if told.over and name in self._places), None)
        self._former = former
        self._summary = self._by_lower[self._places[former].lower()] if former else self._free_name()

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield every part with its text; the styles come last, when it is known which are needed."""
        new = {TYPES: self._types, RELATIONS: self._relations, BOOK: self._book}
        for name in self._parts.names():
            if name in (self._styles_name, self._summary):
                continue
            if name == self._sheet:
                yield name, Editor(self._told, self.styles).edited(self._parts.steps(name), name)
            elif name in new:
                yield name, iter([new[name](self._parts.read(name))])
            else:
                yield name, self._parts.steps(name)
        yield self._summary, iter([self._sums()])
        yield self._styles_name or STYLES, iter([self.styles.text()])

    def _free_name(self) -> str:
        taken = {name.lower() for name in self._parts.names()}
        return next(
            name for k in range(1, len(taken) + 2) if (name := f"xl/worksheets/niangjia{k}.xml") not in taken
        )

    def _types(self, text: bytes) -> bytes:
        more = b""
        if self._former is None:
            more += _override(self._summary, f"{_SPREADSHEET}.worksheet+xml")
        if self._styles_name is None:
            more += _override(STYLES, f"{_SPREADSHEET}.styles+xml")
        return _before_end(text, b"Types", more)

    def _relations(self, text: bytes) -> bytes:
        kinds = _WORKSHEET_TYPE.search(text)
        if kinds is None:
            raise Broken(where=RELATIONS)
        more = b""
        if self._former is None:
            more += _relation(SUMMARY_ID, kinds[1] + b"/worksheet", self._summary)
        if self._styles_name is None:
            more += _relation(STYLES_ID, kinds[1] + b"/styles", STYLES)
        return _before_end(text, b"Relationships", more)

    def _book(self, text: bytes) -> bytes:
        sheets = list(_SHEET.finditer(text))
        if b"<!--" in text or len(sheets) != len(self._places):
            raise Broken(where=BOOK)
        if self._former is not None:
            return self._renamed(text, sheets)
        known = _RELATION_PREFIX.search(sheets[-1][2])
        if known is None:
            raise Broken(where=BOOK)
        number = max(int(found[1]) for each in sheets if (found := _SHEET_ID.search(each[2]))) + 1
        name = quoteattr(self._free_sheet()).encode()
        entry = b'<%bsheet name=%b sheetId="%d" %b:id="%b"/>'
        more = entry % (sheets[-1][1], name, number, known[1], SUMMARY_ID.encode())
        return _before_end(text, b"sheets", more)

    def _renamed(self, text: bytes, sheets: list[re.Match[bytes]]) -> bytes:
        for each in sheets:
            name = _NAME.search(each[2])
            if name and unescape(name[1][1:-1].decode(), _QUOTE) == self._former:
                at = each.start(2) + name.start(1)
                new = quoteattr(self._told.summary_sheet).encode()
                return text[:at] + new + text[at + len(name[1]) :]
        raise Broken(where=BOOK)

    def _free_sheet(self) -> str:
        """Return a name for the summary that no sheet has, in any letters."""
        taken, wanted = {name.lower() for name in self._places}, self._told.summary_sheet
        names = [wanted, *(f"{wanted} {k}" for k in range(2, len(taken) + 3))]
        return next(name for name in names if name.lower() not in taken)

    def _sums(self) -> bytes:
        found = _NAMESPACE.search(self._parts.read(BOOK))
        if found is None:
            raise Broken(where=BOOK)
        lines = b"".join(_line(number, cells) for number, cells in enumerate(self._told.summary, start=1))
        head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="%b">' % found[1]
        return head + b'<cols><col min="1" max="1" width="90" customWidth="1"/></cols><sheetData>%b</sheetData></worksheet>' % lines  # fmt: skip


def _line(number: int, cells: list[Any]) -> bytes:
    inside = b""
    for letter, cell in zip("AB", cells, strict=False):
        place = f"{letter}{number}".encode()
        if isinstance(cell, str):
            inside += b'<c r="%b" t="inlineStr"><is><t xml:space="preserve">%b</t></is></c>' % (place, xml_text(cell))  # fmt: skip
        else:
            inside += b'<c r="%b"><v>%d</v></c>' % (place, cell)
    return b'<row r="%d">%b</row>' % (number, inside)


def _override(part: str, kind: str) -> bytes:
    return f'<Override PartName="/{part}" ContentType="{kind}"/>'.encode()


def _relation(key: str, kind: bytes, part: str) -> bytes:
    return b'<Relationship Id="%b" Type="%b" Target="/%b"/>' % (key.encode(), kind, part.encode())


def _before_end(text: bytes, element: bytes, more: bytes) -> bytes:
    """Return a part with more at the end of one of its elements; what is added has the prefix of that."""
    if not more:
        return text
    ends = list(re.finditer(rb"</((?:\w+:)?)%b\s*>" % element, text))
    if not ends:
        raise Broken(where=element.decode())
    prefix = ends[-1][1]
    named = re.sub(rb"<(Override|Relationship) ", lambda at: b"<%b%b " % (prefix, at[1]), more)
    return text[: ends[-1].start()] + named + text[ends[-1].start() :]
