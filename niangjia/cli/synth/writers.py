"""Rosters and other lists as files: the formats in which they come from offices, and the truth as a list."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Literal

import polars as pl
import xlsxwriter

from niangjia.cli.synth.rosters import Roster

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
_CREATED = datetime(2026, 9, 1, 9, 0)  # noqa: DTZ001 - a property of the file, the same each time
_WIDTHS = {"number": 22, "union": 36, "employer": 30, "credit": 22, "phone": 16}


def write_xlsx(roster: Roster, path: Path) -> None:
    """Write a workbook: a merged title, headers, the ID column as text but for the cells that became numbers.

    Texts that start with "=" are written as texts, as they arrive from other programs; nothing is evaluated.
    """
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _CREATED, "title": roster.title or ""})
    page = book.add_worksheet("会员名册")
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy/m/d"})
    bold = book.add_format({"bold": True, "align": "center"})
    for place, field in enumerate(roster.fields):
        page.set_column(place, place, _WIDTHS.get(field or "", 12), text if field == "number" else None)
    if roster.title is not None:
        page.merge_range(0, 0, 0, len(roster.headers) - 1, roster.title, bold)
    page.write_row(roster.first_row - 2, 0, roster.headers, bold)
    for number, row in enumerate(zip(*roster.cells, strict=True), start=roster.first_row - 1):
        for place, cell in enumerate(row):
            if not cell:
                continue
            if isinstance(cell, str):
                page.write_string(number, place, cell)
            elif isinstance(cell, float):
                page.write_number(number, place, cell)
            else:
                page.write_datetime(number, place, datetime.combine(cell, time()), day)
    book.close()


def write_csv(roster: Roster, path: Path, encoding: Encoding = "utf-8") -> None:
    """Write a text file with the line ends of an office program; the title, if any, is a line of its own."""
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        if roster.title is not None:
            out.writerow([roster.title, *[""] * (len(roster.headers) - 1)])
        out.writerow(roster.headers)
        out.writerows(roster.frame.iter_rows())


def write_truth(roster: Roster, path: Path) -> None:
    """Write row number, verdict, codes, error and noise of each row that is not blank."""
    lists = [pl.col(name).list.join(" ") for name in ("codes", "noise")]
    roster.truth.select("row", "verdict", *lists[:1], "error", *lists[1:], "union").write_csv(path)


def write_sheet(
    headings: Sequence[str], rows: Iterable[Sequence[str | None]], path: Path, encoding: Encoding = "utf-8"
) -> None:
    """Write texts under headings, as a workbook or a text file by the name of the file."""
    if path.suffix == ".csv":
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows([headings, *rows])
        return
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _CREATED})
    page = book.add_worksheet()
    page.set_column(0, len(headings) - 1, 18, book.add_format({"num_format": "@"}))
    page.write_row(0, 0, headings, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            if text:
                page.write_string(number, place, text)
    book.close()


def write_told(truth: pl.DataFrame, path: Path) -> None:
    """Write what is true of a list, a row for each of its rows."""
    truth.write_csv(path)
