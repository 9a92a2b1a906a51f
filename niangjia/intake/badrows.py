"""The refused and held rows alone, under the headings as they were typed, each with its number and the reason."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from niangjia.core.intake.headers import Fields, field_of

COLOURS = {"refuse": "#F8CBAD", "hold": "#FFE699", "note": "#DDEBF7"}
_WIDTHS = {"id_number": 22, "union": 34, "employer": 30, "phone": 16}


@dataclass(frozen=True)
class Words:
    """What a repair workbook says, in one language.

    Attributes:
        reasons: (row, reason): the number in the workbook, and all that is wrong with the row.
        marks: (row, column, severity): cells to colour, columns from 0.
        fields: the columns of such a list.
        earlier: headings of the column of reasons in any language, for one that came back before.
    """

    reasons: pl.DataFrame
    marks: pl.DataFrame
    summary: list[list[Any]]
    reason_header: str
    row_header: str
    summary_sheet: str
    fields: Fields
    earlier: list[str]
    earlier_sheets: list[str]


def write_bad_rows(sheet: Any, rows: pl.DataFrame, words: Words, *, tmpdir: Path) -> bytes:
    """Return a workbook of some rows of a sheet.

    Every cell is written as what it was: a number that lost its digits stays a number, so that it is refused again until
    somebody types it anew, and a formula's value comes back with "=" before it.

    Args:
        sheet: its ``name`` and ``headers``.
        rows: as ``reading.Sheet.rows`` has them.
        tmpdir: where rows wait while the file is made; emptied at every start (``Home.tmp``).
    """
    out = io.BytesIO()
    tmpdir.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "constant_memory": True,
        "tmpdir": str(tmpdir),
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet(_sheet_name(sheet.name))
    kept = [k for k, header in enumerate(sheet.headers) if header not in (*words.earlier, words.row_header)]
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    styles = {
        severity: book.add_format({"bg_color": colour, "num_format": "@"})
        for severity, colour in COLOURS.items()
    }
    styles[""] = book.add_format({"num_format": "@"})
    page.set_column(0, 0, 10)
    for at, k in enumerate(kept, start=1):
        page.set_column(at, at, _WIDTHS.get(field_of(sheet.headers[k], words.fields) or "", 12))
    page.set_column(len(kept) + 1, len(kept) + 1, 60)
    page.write_row(0, 0, [words.row_header, *(sheet.headers[k] for k in kept), words.reason_header], bold)
    page.freeze_panes(1, 0)
    marks = {(row, column): severity for row, column, severity in words.marks.iter_rows()}
    reasons = dict(words.reasons.iter_rows())
    for line, cells in enumerate(rows.iter_rows(named=True), start=1):
        number = cells["row"]
        page.write_number(line, 0, number)
        for at, k in enumerate(kept, start=1):
            _write(page, line, at, cells, k, styles[marks.get((number, k), "")])
        page.write_string(line, len(kept) + 1, reasons.get(number, ""), wrapped)
    _write_summary(book, words)
    book.close()
    return out.getvalue()


def _write(page: Any, line: int, at: int, cells: dict[str, Any], k: int, style: Any) -> None:
    text = cells[f"c{k}"]
    if text is None:
        page.write_blank(line, at, None, style)
    elif cells[f"c{k}_formula"]:
        page.write_string(line, at, f"={text}", style)
    elif cells[f"c{k}_number"] and text not in ("TRUE", "FALSE"):
        page.write_number(line, at, float(text), style)
    else:
        page.write_string(line, at, text, style)


def _write_summary(book: Any, words: Words) -> None:
    page = book.add_worksheet(words.summary_sheet)
    page.set_column(0, 0, 90)
    for line, cells in enumerate(words.summary):
        for at, cell in enumerate(cells):
            (page.write_string if isinstance(cell, str) else page.write_number)(line, at, cell)


def _sheet_name(name: str) -> str:
    """Return a name that a workbook may have."""
    allowed = "".join(character for character in name if character not in "[]:*?/\\'")
    return allowed[:31] or "1"
