"""A workbook is edited as it streams by: what is not told of stays byte by byte, and what is told stands where it belongs."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from niangjia.core import plan
from niangjia.core.findings import SCHEMA
from niangjia.intake import repair
from niangjia.intake.reading import read
from niangjia.intake.reading.mending.marks import Told
from niangjia.intake.reading.mending.rows import Editor, letters
from niangjia.intake.reading.mending.styles import NONE, Styles
from niangjia.intake.reading.refusals import Broken, TooLarge
from niangjia.intake.reading.workbook import column_of
from niangjia.registry.kinds.roster import FORM
from tests.intake.books import HEADINGS, MAIN, book, cell, parts, rows, sheet_xml, zipped

RED, YELLOW = "FFF8CBAD", "FFFFE699"
BAD = cell("A2", "张三") + cell("B2", "369901199001010014") + cell("C2", "14091234567")
GOOD = cell("A3", "李四") + cell("B3", "369901199001010013") + cell("C3", "14091234568")
MAPPING = {"name": 0, "id_number": 1, "phone": 2}


def finding(row, code="ID_CHECK", column="id_number", severity="refuse", params='{"expected":"3"}'):
    return (row, code, column, severity, params)


def mended(content: bytes, found, *, language="zh-hans", mapping=MAPPING):
    sheet = read(BytesIO(content), name="x")
    findings = pl.DataFrame(found, schema=SCHEMA, orient="row")
    bad = {each[0] for each in found}
    verdicts = pl.Series(
        ["refused" if k in bad else "new" for k in range(sheet.rows.height)], dtype=plan.VERDICTS
    )
    made = repair.repair_workbook(
        BytesIO(content), sheet, findings, form=FORM, verdicts=verdicts, language=language, mapping=mapping
    )
    return sheet, made


def part(content, name):
    return zipfile.ZipFile(BytesIO(content)).read(name)


def rows_of(xml: bytes) -> dict[int, bytes]:
    return {
        int(found[1]): found[0] for found in re.finditer(rb'<row [^>]*?r="(\d+)".*?</row>', xml, re.DOTALL)
    }


def fancy() -> bytes:
    """A workbook as offices make them: formats, a formula, merged titles, a comment, more columns, a hidden row, a second sheet."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "名册 & 表"
    page["A1"] = "二〇二六年花名册"
    page.merge_cells("A1:E1")
    page.append(["姓名", "身份证号", "手机号", "备注", "入会日期"])
    for k in range(30):
        page.append([f"张{k}", "369901199001010014", "14091234567", f"=ROW()+{k}", date(2026, 5, 1)])
        page.cell(k + 3, 5).number_format = "yyyy年m月d日"
        page.cell(k + 3, 1).font = Font(bold=True, color="FF00FF00")
    page["B3"].fill = PatternFill("solid", start_color="FF123456")
    page["A4"].comment = Comment("请核对", "某人")
    page.row_dimensions[7].hidden = True
    page.column_dimensions["B"].width = 31
    page.auto_filter.ref = "A2:E32"
    other = made.create_sheet("说明")
    other["A1"] = "=1+1"
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_what_is_not_told_of_stays_byte_by_byte():
    content = fancy()
    _, back = mended(content, [finding(3), finding(7, severity="hold")], mapping={"id_number": 1})
    name = "xl/worksheets/sheet1.xml"
    before, after = rows_of(part(content, name)), rows_of(part(back, name))
    changed = {row for row in before if before[row] != after[row]}
    assert changed == {2, 6, 10} and before.keys() == after.keys()
    touched = {name, "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}
    for each in zipfile.ZipFile(BytesIO(content)).namelist():
        if each not in touched:
            assert part(back, each) == part(content, each)
    assert part(content, name).split(b"</sheetData>")[1] == part(back, name).split(b"</sheetData>")[1]


def test_a_bad_cell_is_coloured_and_keeps_its_format_and_the_reason_stands_beside():
    content = fancy()
    found = [finding(0), finding(1, column="joined_on", severity="hold")]
    sheet, back = mended(content, found, mapping={"id_number": 1, "joined_on": 4})
    page = openpyxl.load_workbook(BytesIO(back))[sheet.name]
    assert page["B3"].fill.start_color.rgb == RED and page["B3"].value == "369901199001010014"
    assert page["E4"].fill.start_color.rgb == YELLOW and page["E4"].number_format == "yyyy年m月d日"
    assert page["A3"].font.b and page["A3"].font.color.rgb == "FF00FF00"
    assert page["F2"].value == "退回原因" and "3" in page["F3"].value and page["F5"].value is None
    assert page["D3"].value == "=ROW()+0" and page["A4"].comment.text == "请核对"
    assert page.row_dimensions[7].hidden and page.column_dimensions["B"].width == 31
    assert page.column_dimensions["F"].width == 60


def test_the_summary_is_one_sheet_more_and_only_one_however_often_it_comes_back():
    _, once = mended(fancy(), [finding(0)], mapping={"id_number": 1})
    _, twice = mended(once, [finding(2)], language="en", mapping={"id_number": 1})
    made = openpyxl.load_workbook(BytesIO(twice))
    assert made.sheetnames == ["名册 & 表", "说明", "Summary of the check"]
    page = made["名册 & 表"]
    assert page["F2"].value == "Why it came back"
    assert page["F3"].value is None and page["F5"].value
    # The colour of the first time is gone; the clerk's own was replaced by it and does not come back.
    assert page["B3"].fill.start_color.rgb not in (RED, "FF123456") and page["B5"].fill.start_color.rgb == RED
    assert page["E3"].number_format == "yyyy年m月d日" and page["A3"].font.b


def test_a_sheet_of_the_clerks_own_with_the_summarys_name_stays():
    made = openpyxl.load_workbook(BytesIO(fancy()))
    made.create_sheet("Summary Of The Check")["A1"] = "my own"
    out = BytesIO()
    made.save(out)
    _, back = mended(out.getvalue(), [finding(0)], language="en", mapping={"id_number": 1})
    made = openpyxl.load_workbook(BytesIO(back))
    assert made.sheetnames[2:] == ["Summary Of The Check", "Summary of the check 2"]
    assert made["Summary Of The Check"]["A1"].value == "my own"


@pytest.mark.parametrize(
    "data",
    [
        "<row>" + HEADINGS + "</row><row>" + BAD + "</row><row>" + GOOD + "</row>",
        rows(*(re.sub(r' r="[A-Z]\d"', "", line) for line in (HEADINGS, BAD, GOOD))),
        rows(HEADINGS, BAD, GOOD).replace("<row ", '<row spans="1:3" ht="20" '),
    ],
    ids=["rows without places", "cells without places", "rows with spans"],
)  # fmt: skip
def test_places_that_a_writer_left_out_are_counted(data):
    sheet, back = mended(book({"名册": sheet_xml(data)}), [finding(0)])
    again = read(BytesIO(back), name="again")
    assert again.headers == [*sheet.headers, "退回原因"]
    assert [bool(text) for text in again.rows["c3"].to_list()] == [True, False]
    assert again.rows.select("c0", "c1", "c2").equals(sheet.rows.select("c0", "c1", "c2"))
    assert openpyxl.load_workbook(BytesIO(back)).worksheets[0]["B2"].fill.start_color.rgb == RED


def test_a_workbook_whose_elements_have_a_prefix_is_edited_in_it():
    xml = sheet_xml(rows(HEADINGS, BAD, GOOD))
    prefixed = re.sub(r"<(/?)(\w+)", r"<\1x:\2", xml.split("?>", 1)[1]).replace("xmlns=", "xmlns:x=")
    found = parts({"名册": prefixed})
    _, back = mended(zipped(found), [finding(0)])
    assert b"<x:is><x:t" in part(back, "xl/worksheets/sheet1.xml")
    assert openpyxl.load_workbook(BytesIO(back)).worksheets[0]["D2"].value


def test_a_blank_cell_is_coloured_too_and_a_reason_is_only_text():
    only = cell("A2", "张三") + cell("C2", "14091234567")
    _, back = mended(
        book({"名册": sheet_xml(rows(HEADINGS, only))}), [finding(0, code="<b>&\x01", params=None)]
    )
    page = openpyxl.load_workbook(BytesIO(back)).worksheets[0]
    assert page["B2"].fill.start_color.rgb == RED and page["B2"].value is None
    assert page["D2"].value.endswith("<b>&") and page["D2"].data_type in ("s", "inlineStr")
    assert page.dimensions == "A1:D2"


grids = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 9), st.text("甲乙<&\"' ", max_size=4)), min_size=3, max_size=3),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(grid=grids, data=st.data())
def test_it_agrees_with_a_library_that_holds_the_whole_sheet(grid, data):
    """The slow twin: openpyxl, cell by cell."""
    content, n = _written(grid), len(grid)
    row_numbers = st.integers(2, n + 1)
    reasons = data.draw(st.dictionaries(row_numbers, st.text("因果 <&", min_size=1, max_size=5), max_size=n))
    marks = data.draw(
        st.dictionaries(
            st.tuples(row_numbers, st.integers(0, 2)), st.sampled_from(["refuse", "hold", "note"])
        )
    )
    told = _told(reasons, marks)
    styles = Styles(part(content, "xl/styles.xml"))
    name = "xl/worksheets/sheet1.xml"
    changed = b"".join(Editor(told, styles).edited([part(content, name)], name))
    by_name = {each: part(content, each) for each in zipfile.ZipFile(BytesIO(content)).namelist()}
    by_name |= {name: changed, "xl/styles.xml": styles.text()}
    page = openpyxl.load_workbook(BytesIO(zipped(by_name))).active
    slow = openpyxl.load_workbook(BytesIO(content)).active
    slow.cell(1, 4, "退回原因")
    for row, reason in reasons.items():
        slow.cell(row, 4, reason)
    for row in range(1, n + 2):
        for column in range(1, 5):
            assert page.cell(row, column).value == slow.cell(row, column).value
            severity = marks.get((row, column - 1))
            fill = page.cell(row, column).fill
            assert (fill.start_color.rgb if fill.fill_type else None) == (
                _colour(severity) if severity else None
            )


def _colour(severity):
    return {"refuse": RED, "hold": YELLOW, "note": "FFDDEBF7"}[severity]


def _written(grid) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["姓名", "身份证号", "手机号"])
    for line, cells in enumerate(grid, start=2):
        for column, value in enumerate(cells, start=1):
            if value not in (None, ""):
                made.active.cell(line, column, value)
        made.active.row_dimensions[line].height = 15  # a row that is blank is written, too
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _told(reasons, marks, *, over=False) -> Told:
    return Told(
        sheet="Sheet", header_row=1, column=3, over=over, reason_header="退回原因", summary_sheet="s", summary=[],
        earlier_sheets=[],
        reasons=pl.DataFrame(sorted(reasons.items()), schema={"row": pl.UInt32, "reason": pl.String}, orient="row"),
        marks=pl.DataFrame(
            [(row, column, severity) for (row, column), severity in sorted(marks.items())],
            schema={"row": pl.UInt32, "column": pl.Int64, "severity": pl.String}, orient="row",
        ),
    )  # fmt: skip


def test_a_piece_may_end_anywhere():
    xml = sheet_xml(rows(HEADINGS, BAD, GOOD)).encode()
    whole = b"".join(Editor(_told({2: "因"}, {}), Styles(NONE)).edited([xml], "x"))
    for size in (1, 7, 100, len(xml) - 3):
        pieces = [xml[at : at + size] for at in range(0, len(xml), size)]
        assert b"".join(Editor(_told({2: "因"}, {}), Styles(NONE)).edited(pieces, "x")) == whole


@given(st.integers(0, 16_383))
def test_letters_and_columns_are_each_others_inverse(column):
    assert column_of(letters(column).decode()) == column


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<cellXfs><xf/></cellXfs>",
        '<fills count="0"/><borders/><cellXfs><xf/><xf/></cellXfs><dxfs/>',
        "<dxfs/>",
    ],
)
def test_what_a_table_of_styles_lacks_is_put_where_it_belongs(inside):
    styles = Styles(f"<styleSheet {MAIN}>{inside}</styleSheet>".encode())
    painted = styles.painted(0, "refuse")
    found = re.findall(rb"<(fills|borders|cellXfs|dxfs)\b", styles.text())
    assert found == sorted(found, key=[b"fills", b"borders", b"cellXfs", b"dxfs"].index) and b"fills" in found
    assert styles.text().count(b"<fill>") == 3 and painted >= 1


def test_a_table_of_styles_without_formats_or_with_too_many_is_not_edited():
    with pytest.raises(Broken):
        Styles(b"<workbook></workbook>")
    with pytest.raises(Broken):
        Styles(NONE.replace(b"<cellXfs", b"<!-- --><cellXfs"))
    many = Styles(NONE.replace(b"</cellXfs>", b'<xf numFmtId="0"/>' * 60_000 + b"</cellXfs>"))
    with pytest.raises(TooLarge):
        many.painted(3, "refuse")
