"""What stands in a file, by a reader of our own that shares nothing with the product's: the slow twin that notices silent changes.

It is strict: what is no well-formed XML, or points to where nothing is, raises ``ValueError`` instead of being made the best of.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree

CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")
SCHEMA = "schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DAY_FORMATS = (14,)


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and "text", "number", "formula" or "other"; a day where a number is shown as one."""

    text: str
    kind: str = "text"
    day: date | None = None


Page = dict[int, dict[int, list[Cell]]]  # row (from 1) → column (from 0) → what claims that place


def pages(content: bytes) -> list[Page]:
    """Return each visible sheet, or the text table read in each way that commas, tabs and semicolons allow.

    Raises:
        ValueError: it cannot be read without guessing.
    """
    if content.startswith(b"PK"):
        return _workbook(content)
    return _texts(content)


def roster_of(content: bytes, headings: list[str], mapping: Mapping[str, int]) -> Page | None:
    """Return the rows below the headings of the one page that has them, in one row or in two; None where none has."""
    wanted = {column: headings[column] for column in mapping.values()}
    for page in pages(content):
        for row in sorted(page):
            last = _last_of_headings(page.get(row, {}), page.get(row + 1, {}), wanted)
            if last is not None:
                return {number: cells for number, cells in page.items() if number > row + last}
    return None


def _last_of_headings(
    upper: dict[int, list[Cell]], lower: dict[int, list[Cell]], wanted: Mapping[int, str]
) -> int | None:
    """Return 0 where one row has the headings, 1 where they go on in the row below, None where they are not there."""
    above = {column for column, heading in wanted.items() if _says(upper, column, heading)}
    below = {column for column, heading in wanted.items() if _says(lower, column, heading)}
    filled = {column for column in wanted if any(each.text for each in lower.get(column, []))}
    if above and below and filled <= below and above | below == wanted.keys():
        return 1
    return 0 if above == wanted.keys() else None


def _says(cells: dict[int, list[Cell]], column: int, heading: str) -> bool:
    told = [each.text for each in cells.get(column, [])]
    return any(each == heading or each[: len(heading)] == heading[:40] or "…" in heading for each in told)


def is_filled(cells: dict[int, list[Cell]], blank: str) -> bool:
    """Tell whether any cell of a row holds something beside the signs of ``blank``: spaces alone may be kept or not."""
    return any(
        cell.text.strip(blank or "\0") != "" or cell.kind == "formula"
        for there in cells.values()
        for cell in there
    )


# What may be made of a cell without changing what it says


def flat(text: str) -> str:
    """Return a text without what the documents call harmless: width, spaces, invisible signs, kinds of dots."""
    half = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    seen = "".join(
        c for c in half if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
    )
    return re.sub("[•・･‧⋅∙᛫]", "·", seen)


def numbered(text: str) -> str:
    """Return an ID number in one form: 18 characters, where it has 15 or 18."""
    bare = re.sub("[-–—−'‘’`]", "", flat(text)).upper()
    bare = re.sub("[×✕ХΧ]", "X", bare)
    if re.fullmatch(r"\d{15}", bare):
        bare = bare[:6] + ("18" if int(bare[12:]) >= 996 else "19") + bare[6:]
        bare += last_of(bare)
    return bare


def last_of(seventeen: str) -> str:
    """Return the last character of a number (GB 11643-1999), by the recurrence of ISO 7064."""
    product = 0
    for digit in seventeen:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def dialled(text: str) -> str:
    """Return a telephone number's digits without the country's."""
    bare = re.sub(r"[-–—−()（）.+‐]", "", flat(text))
    return bare[-11:] if re.fullmatch(r"(?:0086|86|0)?1\d{10}", bare) else bare


# Text tables


def _texts(content: bytes) -> list[Page]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    found = []
    csv.field_size_limit(1 << 30)
    for mark in ",\t;":
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        found.append(
            {row: {k: [Cell(cell)] for k, cell in enumerate(line)} for row, line in enumerate(lines, start=1)}
        )
    return found


# Workbooks


def _workbook(content: bytes) -> list[Page]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}

        def tree(name: str) -> ElementTree.Element:
            try:
                return ElementTree.fromstring(archive.read(names[name.lower()]))
            except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, LookupError) as error:
                raise ValueError(f"{name}: {error}") from error

        book, related = tree("xl/workbook.xml"), tree("xl/_rels/workbook.xml.rels")
        targets = {one.get("Id"): one for one in related}
        strings, days, early = _strings(targets, tree), _day_styles(targets, tree), _early(book)
        found = []
        for sheet in (one for one in book.iter() if _tag(one) == "sheet"):
            if sheet.get("state", "visible") in ("hidden", "veryHidden"):
                continue
            there = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            if there not in targets:
                raise ValueError("a sheet without its part")
            found.append(_page(tree(_place(targets[there].get("Target", ""))), strings, days, early))
        return found


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _place(target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}")


def _early(book: ElementTree.Element) -> bool:
    return any(_tag(one) == "workbookPr" and one.get("date1904") in ("1", "true") for one in book.iter())


def _part(targets, tree, kind: str) -> ElementTree.Element | None:
    one = next((one for one in targets.values() if (one.get("Type") or "").endswith(f"/{kind}")), None)
    return None if one is None else tree(_place(one.get("Target", "")))


def _strings(targets, tree) -> list[str]:
    table = _part(targets, tree, "sharedStrings")
    return [] if table is None else [_text(item) for item in table if _tag(item) == "si"]


def _text(item: ElementTree.Element) -> str:
    """Return the text of a string: its own, or that of its runs; readings are no part of it."""
    if _tag(item) == "t":
        return item.text or ""
    return "".join(_text(one) for one in item if _tag(one) != "rPh")


def _day_styles(targets, tree) -> set[int]:
    table = _part(targets, tree, "styles")
    if table is None:
        return set()
    formats = [xf for group in table if _tag(group) == "cellXfs" for xf in group]
    return {
        k
        for k, xf in enumerate(formats)
        if (xf.get("numFmtId") or "").isdigit() and int(xf.get("numFmtId", "0")) in DAY_FORMATS
    }


def _page(top: ElementTree.Element, strings: list[str], days: set[int], early: bool) -> Page:
    found: Page = defaultdict(lambda: defaultdict(list))
    row = 0
    for line in (one for data in top if _tag(data) == "sheetData" for one in data if _tag(one) == "row"):
        row = int(line.get("r", row + 1))
        column = -1
        for one in (cell for cell in line if _tag(cell) == "c"):
            place = CELL.match(one.get("r", "")) if "r" in one.attrib else None
            if "r" in one.attrib and place is None:
                raise ValueError("a cell at no place")
            column = column + 1 if place is None else _column(place[1])
            cell = _cell(one, strings, days, early)
            if cell is not None:
                found[row if place is None else int(place[2])][column].append(cell)
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell(one: ElementTree.Element, strings: list[str], days: set[int], early: bool) -> Cell | None:
    parts = {_tag(part): part for part in one}
    kind, value = one.get("t", "n"), parts["v"].text or "" if "v" in parts else ""
    if "f" in parts:
        return Cell(value, "formula")
    if kind == "inlineStr" or (
        "is" in parts and value == ""
    ):  # whatever its type says, its text is there to read
        return Cell(_text(parts["is"])) if "is" in parts else None
    if value == "":
        return None
    if kind == "s":
        place = int(value)
        if not 0 <= place < len(strings):
            raise ValueError("a string that is not there")
        return Cell(strings[place])
    if kind == "n":
        return _number(value, int(one.get("s", "0") or 0) in days, early)
    return Cell(value, "text" if kind == "str" else "other")


def _number(value: str, is_day: bool, early: bool) -> Cell:
    number = float(value)
    if is_day and number.is_integer() and 61 <= number <= 2_900_000:
        first = date(1904, 1, 1) if early else date(1899, 12, 30)
        return Cell(value, "other", first + timedelta(days=int(number)))
    return Cell(str(int(number)) if number.is_integer() and abs(number) < 1e15 else value, "number")
