"""An .xlsx workbook: looked over part by part, then read by calamine, some rows at a time."""

from __future__ import annotations

import io
import posixpath
import re
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from niangjia.core.intake.headers import WITHIN_ROWS, Fields, find_header_row
from niangjia.intake.reading.caps import MIB, Caps
from niangjia.intake.reading.columns import Block, block_of, text_of
from niangjia.intake.reading.plain.book import Plain, plain_of
from niangjia.intake.reading.refusals import (
    STRAY_FORMULA,
    WHOLE,
    Broken,
    Empty,
    Encrypted,
    FarCell,
    NoHeader,
    SeveralRosters,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    Unsafe,
)
from niangjia.intake.reading.zipped import Parts, refuse_outside, well_formed, without_entities

BLOCK_ROWS = 10_000
LAST_ROW = 1_048_576
_LONGEST_ROW = 8 * MIB
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TEXTS = (".xml", ".vml")
STRINGS, STYLES = "xl/sharedstrings.xml", "xl/styles.xml"
_KEPT_BESIDE = {"/sharedStrings": STRINGS, "/styles": STYLES}  # calamine looks for them there alone
Place = tuple[int, int]
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_POINTER = re.compile(rb"""t="s"[^<>]*><v>([0-9]{1,9})</v>""")
_POINTING_CELL = re.compile(
    rb"""<(?:\w+:)?(c\b[^<>]*?\bt\s*=\s*["']s["'][^<>]*)>\s*<(?:\w+:)?v\b[^<>]*>([^<]*)<"""
)
_ERROR = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\bt\s*=\s*["']e["'][^<>]*>""")
_CELL_STARTS = (b"<c ", b"<c>", b":c ", b":c>")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_NO_NUMBER = re.compile(
    rb"<(?:\w+:)?v(?:\s[^<>]*)?>(?![-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?<)\s*[^<\s]"
)
_KIND = re.compile(rb"""\bt\s*=\s*["']([^"']*)["']""")
# What stands between rows: cells in it would be read where no row has them.
_NO_ROW = re.compile(
    rb"(?:</(?:\w+:)?row\s*>|<(?:\w+:)?sheetData(?:\s[^<>]*)?(?<!/)>)"
    rb"(?!\s*(?:\Z|<(?:\w+:)?row[\s/>]|</(?:\w+:)?sheetData\s*>|<!--|<\?))"
)
_FAR = re.compile(rb"""r="([A-Z]{3}[0-9]{1,7})"[^<>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)[\s>/]""")


def blocks(data: bytes, caps: Caps, lists: tuple[Fields, ...] = ()) -> Iterator[Block]:
    """Yield the rows of the one sheet that holds a roster, from the sheet's first row on.

    Raises:
        Invalid: any of ``refusals``.
    """
    parts = Parts(data, caps)
    places = places_of(parts)
    plain = plain_of(data, parts, places, caps)
    formulas = look_over(parts, places, plain)
    try:
        if plain:
            yield from plain.blocks(caps, lists)
            return
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name, sheet = _roster(book, caps, lists)
        if (
            name not in formulas
        ):  # two readers of one name differ, and the formulas of the sheet are not known
            raise Broken(where="xl/workbook.xml")
        yield from _rows(name, sheet, formulas[name])
    except PasswordError as error:
        raise Encrypted from error
    except (CalamineError, ValueError) as error:
        raise Broken(where=WHOLE) from error


def look_over(
    parts: Parts, places: Mapping[str, str] | None = None, plain: Plain | None = None
) -> dict[str, list[Place]]:
    """Refuse what no parser should see, and return the cells with formulas by the name of their sheet.

    Every part is read to its end: its size and checksum are then known to be what it claims. What the cells are read from is
    XML through and through, and every text that a cell points to is there.

    Args:
        places: the part of each sheet by its name, if they are known.
        plain: the workbook, if it has been gone through: its sheet and its table of strings need no second look.
    """
    places = places_of(parts) if places is None else places
    strings = plain.strings if plain else _count_strings(parts)
    sheets: dict[str, list[Place]] = {place.lower(): [] for place in places.values()}
    names = {place.lower(): sheet for sheet, place in places.items()}
    for name in parts.names():
        lower = name.lower()
        if plain and name in plain.seen:
            continue
        if lower in sheets:
            steps = well_formed(name, without_entities(name, parts.steps(name)))
            sheets[lower] = formulas_of_sheet(steps, name, names[lower], strings)
        elif lower == STYLES:
            deque(well_formed(name, without_entities(name, parts.steps(name))), maxlen=0)
        elif lower.endswith(".rels"):
            refuse_outside(name, b"".join(without_entities(name, parts.steps(name))))
        elif lower.endswith(_TEXTS):
            deque(without_entities(name, parts.steps(name)), maxlen=0)
    return {sheet: sheets[place.lower()] for sheet, place in places.items()}


def _count_strings(parts: Parts) -> int:
    """Return how many texts the table of strings has."""
    name = next((name for name in parts.names() if name.lower() == STRINGS), None)
    if name is None:
        return 0
    count, carried = 0, b""
    for step in well_formed(name, without_entities(name, parts.steps(name))):
        piece = carried + step
        cut = piece.rfind(b">") + 1
        count += len(_STRING_END.findall(piece[:cut]))
        carried = piece[cut:]
        if len(carried) > _LONGEST_ROW:
            raise TooLarge(where=name)
    return count


def formulas_of_sheet(steps: Iterator[bytes], part: str, sheet: str, strings: int) -> list[Place]:
    """Return the cells with formulas of one sheet, refusing what would be read otherwise than it stands there.

    Raises:
        FarCell, Broken, Unsafe: a cell out of reach, in no row, of no such text or number; a formula without a cell.
    """
    found: list[Place] = []
    before = b""
    for piece in whole_rows(steps, part):
        if _NO_ROW.search(before + piece):
            raise Broken(where=part)
        before = piece[piece.rfind(b"<") :]  # the tag with which it ends
        far = _FAR.search(piece)
        if far:  # a reader of whole rectangles would ask for the memory of all cells between
            raise FarCell(cell=far[1].decode(), sheet=sheet)
        _refuse_lost_strings(piece, part, strings)
        _refuse_false_numbers(piece, part)
        found.extend(formulas_in(piece, part))
    return found


def _refuse_lost_strings(piece: bytes, part: str, strings: int) -> None:
    """Refuse a cell that points behind the table of strings, or nowhere: it would be read as blank."""
    pointers = piece.count(b'"s"') + piece.count(b"'s'")
    plain = _POINTER.findall(piece)
    if len(plain) == pointers and (not plain or int(max(plain, key=_as_number)) < strings):
        return
    for cell in _POINTING_CELL.finditer(piece):
        pointer = cell[2]
        if not (pointer.isdigit() and len(pointer) < 10 and int(pointer) < strings):
            raise Broken(where=_where(part, cell[1]))


def _refuse_false_numbers(piece: bytes, part: str) -> None:
    """Refuse a cell that says it is a number and holds another thing: no program wrote that, and it would be read as a text."""
    for found in _NO_NUMBER.finditer(piece):
        cell = piece[_cell_start(piece, found.start()) : found.start()].partition(b">")[0]
        kind = _KIND.search(cell)
        if kind is None or kind[1] == b"n":
            raise Broken(where=_where(part, cell))


def _where(part: str, cell: bytes) -> str:
    """Return where in the file a cell is, as exactly as it says so itself."""
    place = _CELL.search(cell)
    return f"{part}: {(place[1] + place[2]).decode()}" if place else part


def _cell_start(piece: bytes, before: int) -> int:
    """Return where the cell around a place begins, -1 if none does."""
    return max(piece.rfind(tag, 0, before) for tag in _CELL_STARTS)


def _as_number(digits: bytes) -> tuple[int, bytes]:
    """Return what sorts digits without a sign as numbers."""
    bare = digits.lstrip(b"0")
    return len(bare), bare


def places_of(parts: Parts) -> dict[str, str]:
    """Return the part of each sheet by its name, where calamine will look for it."""
    top, relations = (_tree(parts, name) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    known = {name.lower() for name in parts.names()}
    for kind, part in _KEPT_BESIDE.items():
        for one in (one for one in relations if one.get("Type", "").endswith(kind)):
            if _normal(one.get("Target", "")).lower() != part or part not in known:
                raise Broken(where=one.get("Target", ""))
    found: dict[str, str] = {}
    for sheet in (one for one in top.iter() if one.tag.endswith("}sheet")):
        place = _normal(targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), ""))
        name = sheet.get("name", "")
        if place.lower() not in known or name in found:
            raise Broken(where=place)
        found[name] = place
    return found


def _normal(target: str) -> str:
    bare = target.lstrip("/")
    return posixpath.normpath(bare if bare.startswith("xl/") else f"xl/{bare}")


def _tree(parts: Parts, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(b"".join(without_entities(name, parts.steps(name))))  # noqa: S314 - no DTD in it
    except (ElementTree.ParseError, ValueError) as error:
        raise Broken(where=name) from error


def _roster(book: CalamineWorkbook, caps: Caps, lists: tuple[Fields, ...]) -> tuple[str, CalamineSheet]:
    """Return the only visible sheet with headings."""
    found: list[tuple[str, CalamineSheet]] = []
    filled = ""
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet or about.visible is not SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.end is None:
            continue
        _refuse_size(about.name, sheet, caps)
        filled = filled or about.name
        top = [[text_of(cell) for cell in row] for row in islice(sheet.iter_rows(), WITHIN_ROWS)]
        if find_header_row(top, *lists) is not None:
            found.append((about.name, sheet))
    if not filled:
        raise Empty
    if not found:
        raise NoHeader(sheet=filled, rows=WITHIN_ROWS)
    if len(found) > 1:
        raise SeveralRosters(first=found[0][0], second=found[1][0])
    return found[0]


def _refuse_size(name: str, sheet: CalamineSheet, caps: Caps) -> None:
    assert sheet.end is not None
    rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
    if columns > caps.columns:
        raise TooManyColumns(sheet=name, columns=columns, most=caps.columns)
    if rows > caps.rows + WITHIN_ROWS:
        raise TooManyRows(sheet=name, rows=rows, most=caps.rows)


def whole_rows(steps: Iterator[bytes], place: str) -> Iterator[bytes]:
    """Yield the text of a sheet in pieces that end where a row does."""
    carried = b""
    for step in steps:
        piece = carried + step
        cut = piece.rfind(b"row>") + 4
        carried = piece[cut:] if cut > 3 else piece
        if len(carried) > _LONGEST_ROW:
            raise TooLarge(where=place)
        if cut > 3:
            yield piece[:cut]
    yield carried


def formulas_in(piece: bytes, place: str) -> Iterator[tuple[int, int]]:
    """Yield the cells with a formula, or with the error that one left, as (row, column) from 0.

    An error value without its formula would be read as blank, and the row would go in without what stood there.
    """
    if b'"e"' in piece or b"'e'" in piece:
        for error in _ERROR.finditer(piece):
            yield _place_of(_CELL.search(error[0]), place)
    if b"<f" not in piece and b":f" not in piece:
        return
    for found in _FORMULA.finditer(piece):
        start = _cell_start(piece, found.start())
        cell = _CELL.search(piece, start, found.start()) if start >= 0 else None
        yield _place_of(cell, place)


def _place_of(cell: re.Match[bytes] | None, place: str) -> Place:
    if cell is None:
        raise Unsafe(what=STRAY_FORMULA, where=place)
    row = int(cell[2])
    if not 0 < row <= LAST_ROW:
        raise Broken(where=f"{place}: {cell[1].decode()}{row}")
    return row - 1, column_of(cell[1].decode())


def column_of(letters: str) -> int:
    """Return the column, from 0, that letters name: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _rows(name: str, sheet: CalamineSheet, formulas: list[tuple[int, int]]) -> Iterator[Block]:
    assert sheet.end is not None and sheet.start is not None
    left, width = sheet.start[1], sheet.end[1] + 1
    rows: Iterator[list[Any]] = iter(sheet.iter_rows())
    first = 0
    while some := list(islice(rows, BLOCK_ROWS)):
        columns = chain(([""] * len(some) for _ in range(left)), zip(*some, strict=True))
        here = [(row - first, column) for row, column in formulas if first <= row < first + len(some)]
        yield Block(name, block_of(columns, width, first, here))
        first += len(some)
    # A formula that no program has reckoned has no value, and a row of such ones lies below what calamine sees.
    last = max((row for row, _ in formulas), default=-1)
    if last >= first:
        here = [(row - first, column) for row, column in formulas if row >= first]
        blank = ([""] * (last - first + 1) for _ in range(width))
        yield Block(name, block_of(blank, width, first, here))
