"""A file that is taken out holds texts as texts: no formula, no link, no digit lost; and it is written straight through."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.foundation.copies.tables import Column
from niangjia.foundation.copies.writing import writer

COLUMNS = (Column("Name"), Column("Document number", 22), Column("Day"), Column("Rows"))
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://example.org\")", "\t=1", "  =1", "＝1+1", "|calc", "%0a",
    "http://example.org", "mailto:a@example.org", "internal:Sheet1!A1", "=cmd|' /C calc'!A0", "{=1}", "\n=1",
]  # fmt: skip
# What XML, and so a workbook, cannot hold, intake and forms refuse; a carriage return it reads as a line break.
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20)


def written(kind, rows, tmp_path):
    out = io.BytesIO()
    into = writer(kind, out.write, name="会员", columns=COLUMNS, told=str, tmpdir=tmp_path / "tmp")
    for row in rows:
        into.put([row])
    into.finish()
    return out.getvalue()


def read_book(content):
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    return page, [list(row) for row in page.iter_rows(min_row=2)]


def test_no_hostile_text_becomes_a_formula_or_a_link_in_a_workbook(tmp_path):
    rows = [[text, "369901199001010013", date(2026, 11, 24), 7] for text in HOSTILE]
    page, lines = read_book(written("xlsx", rows, tmp_path))
    assert [line[0].value for line in lines] == HOSTILE
    assert {line[0].data_type for line in lines} <= {"s", "inlineStr"}
    assert all(line[0].hyperlink is None and line[0].style.find("Hyperlink") < 0 for line in lines)
    assert all(cell.quotePrefix for line in lines for cell in line[:2])
    assert {line[1].value for line in lines} == {"369901199001010013"}
    assert {line[2].value.date() for line in lines} == {date(2026, 11, 24)}
    assert {line[3].value for line in lines} == {7}
    assert [cell.value for cell in page[1]] == [column.heading for column in COLUMNS]


def test_without_the_options_the_library_makes_formulas_of_them():
    """The control: what is hostile here would be one."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for line, text in enumerate(HOSTILE):
            page.write(line, 0, text)
    kinds = [
        cell.data_type for (cell,) in openpyxl.load_workbook(io.BytesIO(out.getvalue())).active.iter_rows()
    ]
    assert "f" in kinds


def test_a_text_table_marks_what_a_program_would_take_for_something_else(tmp_path):
    rows = [[text, "369901199001010013", None, 7] for text in HOSTILE]
    content = written("csv", rows, tmp_path)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    hostile = [line[0] for line in lines if line[0].startswith("'")]
    assert len(hostile) == len([text for text in HOSTILE if not text[0].isalpha() and text[0] != "{"])
    assert {line[1] for line in lines} == {"'369901199001010013"}


@given(
    rows=st.lists(
        st.tuples(texts, texts, st.dates(date(1900, 3, 1)), st.integers(-(2**31), 2**31)), max_size=8
    )
)
def test_whatever_is_written_is_read_back_from_a_workbook(rows, tmp_path_factory):
    _, lines = read_book(written("xlsx", rows, tmp_path_factory.mktemp("book")))
    told = [[line[0].value or "", line[1].value or "", line[2].value.date(), line[3].value] for line in lines]
    assert told == [list(row) for row in rows]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_waiting_rows_of_a_file_lie_in_the_folder_that_is_emptied(kind, tmp_path):
    written(kind, [["张三", "", None, 1]], tmp_path)
    assert not (tmp_path / "tmp").exists() or list((tmp_path / "tmp").iterdir()) == []
