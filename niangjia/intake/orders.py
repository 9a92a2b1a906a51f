"""The file of a reorganisation order: its lines out of a workbook or a text table, and the empty one to fill in."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

import polars as pl
import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core.errors import Invalid
from niangjia.core.intake.headers import guess, missing
from niangjia.core.intake.orders import COLUMNS, FIELDS, KINDS, kind_of
from niangjia.core.words import gettext_noop
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.sheets import read
from niangjia.registry.reorganisation.actions import MOST_LINES, Line

CAPS = Caps(rows=MOST_LINES + 1, columns=50, file_mib=5, part_mib=64, cpu_seconds=20, wall_seconds=30)
PARTED = re.compile(r"[;；、\n]+")
LONGEST = 120
TITLE, HELP = gettext_noop("Order"), gettext_noop("How to fill it in")
ROWS = 2_000


class NoOrderColumns(Invalid):
    """The headings are not those of an order."""

    code = "no_order_columns"
    message = gettext_noop(
        "The file needs the columns “What to do” and “Unit”. Use the headings of the template that you can download."
    )


class UnknownKind(Invalid):
    """A word of the first column is none of the four."""

    code = "unknown_line_kind"
    message = gettext_noop(
        "Row %(row)s does not say what to do: write move, merge, split or dissolve. Nothing was taken in."
    )


class NoUnit(Invalid):
    """A row names no unit."""

    code = "line_without_unit"
    message = gettext_noop("Row %(row)s names no unit. Nothing was taken in.")


class CellTooLong(Invalid):
    """A name is longer than any union's."""

    code = "cell_too_long"
    message = gettext_noop("A cell of row %(row)s is longer than a name can be. Nothing was taken in.")


def lines_of(content: BinaryIO, *, name: str) -> list[Line]:
    """Return the lines of an order's file; it is refused whole with the first row that cannot be read.

    Raises:
        Invalid: one of those above, or of ``reading.refusals``.
    """
    sheet = read(content, name=name, caps=CAPS, lists=(FIELDS,))
    columns = guess(sheet.headers, FIELDS)
    if missing(columns, FIELDS):
        raise NoOrderColumns
    texts = sheet.rows.select(
        pl.col("row"),
        *(pl.col(f"c{k}").fill_null("").str.strip_chars().alias(field) for field, k in columns.items()),
    )
    return [_line(cells) for cells in texts.iter_rows(named=True) if any(cells[field] for field in columns)]


def _line(cells: dict[str, str]) -> Line:
    row = cells["row"]
    kind = kind_of(cells["kind"])
    if kind is None:
        raise UnknownKind(row=row)
    if not cells["unit"]:
        raise NoUnit(row=row)
    line = Line(
        kind=kind,
        unit=cells["unit"],
        target=cells.get("target", ""),
        new_name=cells.get("new_name", ""),
        new_code=cells.get("new_code", ""),
        parts=parted(cells.get("parts", "")),
        employers=parted(cells.get("employers", "")),
    )
    texts = (line.unit, line.target, line.new_name, line.new_code, *line.parts, *line.employers)
    if any(len(text) > LONGEST for text in texts):
        raise CellTooLong(row=row)
    return line


def parted(text: str) -> tuple[str, ...]:
    """Return the names in one cell or field, parted by semicolons or lines."""
    return tuple(part for each in PARTED.split(text) if (part := each.strip()))


def template(*, language: str) -> bytes:
    """Return the empty file, with a list to choose from in the first column.

    Args:
        language: "zh-hans" or "en".
    """
    out, place = io.BytesIO(), 1 if language == "en" else 0
    with translation.override(language), xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        needed = book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1})
        sheet, told = book.add_worksheet(gettext(TITLE)), book.add_worksheet(gettext(HELP))
        told.set_column(0, 0, 28)
        told.set_column(1, 1, 70)
        told.set_column(2, 2, 28)
        for k, column in enumerate(COLUMNS):
            sheet.set_column(k, k, 26, text)
            sheet.write_string(0, k, column.headers[place], needed if column.is_needed else head)
            for at, cell in enumerate((column.headers[place], gettext(column.hint), column.example)):
                told.write_string(k, at, cell)
        words = [words[place] for words in KINDS.values()]
        sheet.data_validation(
            1, 0, ROWS, 0, {"validate": "list", "source": words, "error_type": "information"}
        )
        sheet.freeze_panes(1, 2)
    return out.getvalue()
