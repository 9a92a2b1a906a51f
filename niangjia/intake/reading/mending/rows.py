"""The text of a sheet with some rows changed, the rest as it was, byte by byte.

Source:
    ECMA-376-1, 18.3.1 (worksheets): cells stand in the order of their columns; a row or a cell without a place of its own
    comes after the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from niangjia.intake.reading.mending.marks import Mark, Told
from niangjia.intake.reading.mending.styles import Styles
from niangjia.intake.reading.refusals import Broken
from niangjia.intake.reading.workbook import column_of, whole_rows

WIDTH = 60
_ROW = re.compile(rb"<((?:\w+:)?)row(?=[\s/>])([^<>]*?)(/?)>")
_CELL = re.compile(rb"<((?:\w+:)?)c(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})?([0-9]{1,7})["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]{1,6})["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*["'][^"']*["']""")
_DIMENSION = re.compile(
    rb"""(<(?:\w+:)?dimension\b[^<>]*?\bref\s*=\s*["'])([A-Z]+[0-9]+)(?::([A-Z]+)([0-9]+))?"""
)
_COLS = re.compile(rb"<((?:\w+:)?)cols\b[^<>]*>(.*?)</\1cols>", re.DOTALL)
_MOST = re.compile(rb"""\bmax\s*=\s*["']([0-9]+)["']""")
_DATA = re.compile(rb"<((?:\w+:)?)sheetData\b")
# What XML cannot hold never comes out of our own sentences; a parameter of one might.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> bytes:
    """Return ``text`` as it may stand in an element."""
    return escape(_NOT_XML.sub("", text)).encode()


def letters(column: int) -> bytes:
    """Return how a spreadsheet program names a column, counted from 0: A, …, Z, AA."""
    name, left = b"", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = bytes([65 + letter]) + name
    return name


@dataclass(frozen=True)
class Cell:
    """One cell: its column from 0, its attributes as written, and what stands in it (None for an empty element)."""

    column: int
    attributes: bytes
    content: bytes | None

    @property
    def style(self) -> int:
        """Return the place of its style, the first where it names none."""
        found = _STYLE.search(self.attributes)
        return int(found[1]) if found else 0

    def styled(self, style: int) -> Cell:
        """Return it with another style."""
        bare = _STYLE.sub(b"", self.attributes)
        return Cell(self.column, bare + b' s="%d"' % style, self.content)

    def text(self, prefix: bytes) -> bytes:
        """Return it as it is written."""
        if self.content is None:
            return b"<%bc%b/>" % (prefix, self.attributes)
        return b"<%bc%b>%b</%bc>" % (prefix, self.attributes, self.content, prefix)


class Editor:
    """Changes the rows of one sheet as they stream by."""

    def __init__(self, told: Told, styles: Styles) -> None:
        self._told, self._styles = told, styles
        self._coming = told.by_row()
        self._next = next(self._coming, None)
        self._row = 0
        self._in_data = False

    def edited(self, steps: Iterable[bytes], part: str) -> Iterator[bytes]:
        """Yield the text of the sheet, changed.

        Raises:
            Broken: it is written in a way that cannot be changed without reading all of it.
        """
        for piece in whole_rows(iter(steps), part):
            if b"<!" in piece:
                raise Broken(where=part)
            yield b"".join(self._piece(piece))
        if not self._in_data:
            raise Broken(where=part)

    def _piece(self, piece: bytes) -> Iterator[bytes]:
        before = 0
        if not self._in_data and (data := _DATA.search(piece)):
            self._in_data, before = True, data.start()
            yield self._head(piece[:before], data[1])
        if not self._in_data:
            yield piece
            return
        for row in _ROW.finditer(piece, before):
            end = self._end(piece, row)
            place = _PLACE.search(row[2])
            self._row = int(place[2]) if place else self._row + 1
            changed = self._changed(piece[row.start() : end], row)
            if changed is not None:
                yield piece[before : row.start()]
                yield changed
                before = end
        yield piece[before:]

    @staticmethod
    def _end(piece: bytes, row: re.Match[bytes]) -> int:
        if row[3]:
            return row.end()
        closing = b"</%brow>" % row[1]
        return piece.index(closing, row.end()) + len(closing)

    def _changed(self, text: bytes, row: re.Match[bytes]) -> bytes | None:
        """Return the row as it is to be, None where it stays."""
        reason, marks = self._said()
        if reason is None and not marks and not self._told.over:
            return None
        cells = {cell.column: cell for cell in self._cells(text)}
        if self._told.over and self._row > self._told.header_row:
            cells.pop(self._told.column, None)
            cells = {k: cell.styled(self._styles.bare(cell.style)) for k, cell in cells.items()}
        for column, severity in marks:
            cell = cells.get(column) or self._blank(column)
            cells[column] = cell.styled(self._styles.painted(cell.style, severity))
        if reason is not None:
            cells[self._told.column] = self._reason(row[1], reason, cells)
        return self._written(row, cells)

    def _said(self) -> tuple[str | None, list[Mark]]:
        if self._row == self._told.header_row:
            return self._told.reason_header, []
        while self._next is not None and self._next[0] < self._row:
            self._next = next(self._coming, None)
        if self._next is None or self._next[0] != self._row:
            return None, []
        return self._next[1], self._next[2]

    def _cells(self, text: bytes) -> Iterator[Cell]:
        column = -1
        for cell in _CELL.finditer(text):
            place = _PLACE.search(cell[2])
            column = column_of(place[1].decode()) if place and place[1] else column + 1
            yield Cell(column, cell[2].rstrip(), cell[3])

    def _blank(self, column: int) -> Cell:
        return Cell(column, b' r="%b%d"' % (letters(column), self._row), None)

    def _reason(self, prefix: bytes, reason: str, cells: dict[int, Cell]) -> Cell:
        """Return the cell of a reason; the heading looks as the one before it does."""
        if self._row == self._told.header_row:
            beside = cells.get(self._told.column) or cells.get(self._told.column - 1)
            style = beside.style if beside else 0
        else:
            style = self._styles.wrapped()
        place = b' r="%b%d" s="%d" t="inlineStr"' % (letters(self._told.column), self._row, style)
        said = xml_text(reason)
        p = prefix
        return Cell(
            self._told.column,
            place,
            b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (p, p, said, p, p),
        )

    def _written(self, row: re.Match[bytes], cells: dict[int, Cell]) -> bytes:
        p = row[1]
        inside = b"".join(cells[column].text(p) for column in sorted(cells))
        return b"<%brow%b>%b</%brow>" % (p, _SPANS.sub(b"", row[2]).rstrip(), inside, p)

    def _head(self, text: bytes, prefix: bytes) -> bytes:
        """Return what stands before the rows, with a wide column for the reasons."""
        text = _DIMENSION.sub(self._dimension, text, count=1)
        number = self._told.column + 1
        column = b'<%bcol min="%d" max="%d" width="%d" customWidth="1"/>' % (prefix, number, number, WIDTH)
        found = _COLS.search(text)
        if found is None:
            return text + b"<%bcols>%b</%bcols>" % (prefix, column, prefix)
        if max((int(most) for most in _MOST.findall(found[2])), default=0) >= number:
            return text  # it has a width of its own already
        return text[: found.end(2)] + column + text[found.end(2) :]

    def _dimension(self, found: re.Match[bytes]) -> bytes:
        if found[3] is None or column_of(found[3].decode()) >= self._told.column:
            return found[0]
        return b"%b%b:%b%b" % (found[1], found[2], letters(self._told.column), found[4])
