"""The workbook with no more in its sheet than is asked for: calamine itself says which sheet counts and what a style makes of a number."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from niangjia.intake.reading.caps import MIB
from niangjia.intake.reading.columns import NUMBERS, text_of
from niangjia.intake.reading.plain.grammar import NotPlain
from niangjia.intake.reading.zipped import Parts

_PACKAGE = "_rels/.rels"
_KEPT = (_PACKAGE, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
_BOOK = re.compile(rb"""<[^<>]*/relationships/officeDocument["'][^<>]*>""")
_USUAL = re.compile(rb"""\sTarget\s*=\s*["']/?xl/workbook\.xml["']""")
_MOST_BYTES = 8 * MIB
_MOST_KNOWN = 200_000
_ROWS_AT_ONCE = 1_000
Styled = tuple[int, str]


class Skeleton:
    """A workbook without its rows.

    Attributes:
        name: of its only visible sheet.
    """

    def __init__(self, parts: Parts) -> None:
        """Read the small parts.

        Raises:
            NotPlain: it has not exactly one visible sheet with a name, or its parts lie elsewhere.
        """
        kept = [name for name in parts.names() if name.lower() in _KEPT]
        self._kept = {name: self._small(parts, name) for name in kept}
        about = b"".join(text for name, text in self._kept.items() if name.lower() == _PACKAGE)
        books = _BOOK.findall(about)
        if len(books) != 1 or not _USUAL.search(books[0]):
            raise NotPlain
        self._more: dict[str, bytes] = {}
        self._known: dict[Styled, tuple[str | None, bool]] = {}
        self._sheet, self._head, self._tail = "", b"", b""
        visible = [
            one.name
            for one in self._book().sheets_metadata
            if one.typ is SheetTypeEnum.WorkSheet and one.visible is SheetVisibleEnum.Visible
        ]
        if len(visible) != 1 or not visible[0]:
            raise NotPlain
        self.name = visible[0]

    def _small(self, parts: Parts, name: str) -> bytes:
        taken, size = [], 0
        for step in parts.steps(name):
            taken.append(step)
            size += len(step)
            if size > _MOST_BYTES:
                raise NotPlain
        return b"".join(taken)

    def clad(self, sheet: str, head: bytes, tail: bytes, strings: dict[str, bytes]) -> None:
        """Put on what stands around the rows and around the table of strings, and have calamine read both.

        Raises:
            NotPlain: it does not read that sheet.
        """
        self._sheet, self._head, self._tail, self._more = sheet, head, tail, strings
        if self.told([(-1, "1.5")]) != [("1.5", True)]:
            raise NotPlain

    def strings(self, sheet: str, strings: str, head: bytes, items: Sequence[str]) -> list[str]:
        """Return the texts of some items of the table of strings.

        Args:
            sheet, strings: the names of the parts.
            head: of the table.
        """
        rows = "".join(
            f'<row r="{k}"><c r="A{k}" t="s"><v>{k - 1}</v></c></row>' for k in range(1, len(items) + 1)
        )
        table = head + "".join(item + "</si>" for item in items).encode() + b"</sst>"
        page = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
        book = self._book(**{strings: table, sheet: page})
        cells = [str(row[0]) for row in book.get_sheet_by_name(self.name).iter_rows()]
        if len(cells) != len(items):
            raise NotPlain
        return cells

    def told(self, numbers: Sequence[Styled]) -> list[tuple[str | None, bool]]:
        """Return what (style, number as written) is: its text, and whether it is no day."""
        new = list(dict.fromkeys(one for one in numbers if one not in self._known))
        if len(self._known) + len(new) > _MOST_KNOWN:
            self._known, new = {}, list(dict.fromkeys(numbers))
        for first in range(0, len(new), _ROWS_AT_ONCE * 26):
            some = new[first : first + _ROWS_AT_ONCE * 26]
            self._known.update(zip(some, self._cells(some), strict=True))
        return [self._known[one] for one in numbers]

    def _cells(self, numbers: Sequence[Styled]) -> list[tuple[str | None, bool]]:
        rows = []
        for k in range(0, len(numbers), 26):
            cells = "".join(
                f'<c r="{chr(65 + n)}{k // 26 + 1}"{f" s={chr(34)}{style}{chr(34)}" if style >= 0 else ""}><v>{number}</v></c>'
                for n, (style, number) in enumerate(numbers[k : k + 26])
            )
            rows.append(f'<row r="{k // 26 + 1}">{cells}</row>')
        sheet = self._read("".join(rows).encode())
        values: list[Any] = [value for row in sheet.iter_rows() for value in row]
        return [(text_of(value), type(value) in NUMBERS) for value in values[: len(numbers)]]

    def _read(self, rows: bytes) -> CalamineSheet:
        sheet = {self._sheet: self._head + rows + self._tail}
        return self._book(**sheet).get_sheet_by_name(self.name)

    def _book(self, **sheet: bytes) -> CalamineWorkbook:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, text in (self._kept | self._more | sheet).items():
                archive.writestr(zipfile.ZipInfo(name), text)
        out.seek(0)
        return CalamineWorkbook.from_filelike(out)
