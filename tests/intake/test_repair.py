"""What goes back to the clerk is coloured, says why in the reader's language, and can be read again when it is mended."""

from io import BytesIO

import openpyxl
import polars as pl
import pytest

from niangjia.cli.synth.rosters import DAY, roster
from niangjia.core.intake import headers, members
from niangjia.intake import repair
from niangjia.intake.reading import read
from niangjia.registry.kinds.roster import FORM
from tests.intake.books import HEADINGS, PERSON, book, rows, sheet_xml
from tests.intake.mutants import STYLES
from tests.intake.truth import as_file

KINDS = ("id_check", "id_number_cell", "sex_differs", "formula_cell", "nation_unknown", "duplicate_same")


def repaired(content, language="zh-hans", *, in_place=True):
    sheet = read(content, name="roster")
    checked = members.check(sheet.rows, headers.guess(sheet.headers), on=DAY, allow_demo=True)
    back = repair.repair_workbook(
        content,
        sheet,
        checked.findings,
        form=FORM,
        verdicts=checked.verdicts,
        language=language,
        in_place=in_place,
    )
    return sheet, checked, BytesIO(back)


def verdicts(content):
    sheet = read(content, name="roster")
    checked = members.check(sheet.rows, headers.guess(sheet.headers), on=DAY, allow_demo=True)
    return checked.columns.select("row", "id_number", verdict=checked.verdicts)


@pytest.fixture
def made():
    return roster(300, 21, kinds=KINDS)


def column_of(sheet, header):
    return next(k for k, text in enumerate(sheet.headers) if text == header) + 1


def test_a_small_workbook_comes_back_as_it_was_with_the_reasons_beside(tmp_path, made):
    content = as_file(made, tmp_path, "xlsx")

    sheet, _checked, back = repaired(content)

    page = openpyxl.load_workbook(back)[sheet.name]
    reason = len(sheet.headers) + 1
    assert page.cell(sheet.header_row, reason).value == "退回原因"
    truth = made.truth.filter(pl.col("error") == "id_check")["row"]
    number = headers.guess(sheet.headers)["id_number"] + 1
    for row in truth:
        assert "身份证号末位应为" in page.cell(row, reason).value
        assert page.cell(row, number).fill.start_color.rgb == "FFF8CBAD"
    clean = made.truth.filter(pl.col("error") == "", ~pl.col("noise").list.contains("id_fifteen"))["row"]
    assert all(page.cell(row, reason).value is None for row in clean)
    back.seek(0)
    assert verdicts(back).equals(verdicts(content))


def test_the_reasons_are_in_the_readers_language(tmp_path, made):
    sheet, _, back = repaired(as_file(made, tmp_path, "xlsx"), "en")

    book = openpyxl.load_workbook(back)
    assert book[sheet.name].cell(sheet.header_row, len(sheet.headers) + 1).value == "Why it came back"
    assert book.sheetnames[-1] == "Summary of the check"


def test_a_text_table_comes_back_as_the_bad_rows_alone(tmp_path, made):
    content = as_file(made, tmp_path, "gb18030")

    sheet, _checked, back = repaired(content)

    again = read(back, name="again")
    wrong = verdicts(content).filter(pl.col("verdict").cast(pl.String).is_in(["refused", "held"]))
    assert again.headers == ["原文件行号", *sheet.headers, "退回原因"]
    assert again.rows["c0"].cast(pl.UInt32).to_list() == wrong["row"].to_list()
    assert headers.guess(again.headers) == {field: k + 1 for field, k in headers.guess(sheet.headers).items()}
    back.seek(0)
    assert verdicts(back)["verdict"].to_list() == wrong["verdict"].to_list()


@pytest.mark.parametrize("whole", [True, False])
def test_mended_rows_go_in_when_the_workbook_is_read_again(tmp_path, made, whole):
    sheet, _, back = repaired(as_file(made, tmp_path, "xlsx"), in_place=whole)
    book = openpyxl.load_workbook(back)
    page = book.worksheets[0]
    rows = {cells[0].row: cells for cells in page.iter_rows()}
    top = sheet.header_row if whole else 1
    heads = [cell.value or "" for cell in rows[top]]
    number = headers.guess(heads)["id_number"]
    numbers = dict(made.truth.select("row", "number").iter_rows())
    mended = 0
    for row, cells in rows.items():
        first = row if whole else cells[0].value
        if row > top and "末位应为" in (cells[-1].value or ""):
            right = numbers[first][:17]
            cells[number].value = right + cells[-1].value.partition("末位应为")[2].strip()[0]
            mended += 1
    changed = BytesIO()
    book.save(changed)

    after = verdicts(BytesIO(changed.getvalue()))

    before = verdicts(back)
    assert mended == made.truth.filter(pl.col("error") == "id_check").height
    gained = (after["verdict"] == "new").sum() - (before["verdict"] == "new").sum()
    assert gained == mended


def test_a_number_that_lost_its_digits_stays_refused_until_it_is_typed_anew(tmp_path, made):
    _, _, back = repaired(as_file(made, tmp_path, "xlsx"), in_place=False)

    sheet = read(back, name="again")
    checked = members.check(sheet.rows, headers.guess(sheet.headers), on=DAY, allow_demo=True)
    codes = checked.findings.group_by("code").len()
    assert (
        dict(codes.iter_rows())["ID_NUMBER_CELL"]
        == made.truth.filter(pl.col("error") == "id_number_cell").height
    )
    assert (
        dict(codes.iter_rows())["FORMULA_CELL"] == made.truth.filter(pl.col("error") == "formula_cell").height
    )


def test_a_workbook_that_comes_back_twice_has_one_column_of_reasons(tmp_path, made):
    _, _, once = repaired(as_file(made, tmp_path, "xlsx"))

    sheet, _, twice = repaired(once, "en")

    book = openpyxl.load_workbook(twice)
    heads = [cell.value for cell in book[sheet.name][sheet.header_row]]
    assert heads[-1] == "Why it came back" and "退回原因" not in heads
    assert [name for name in book.sheetnames if name != sheet.name] == ["Summary of the check"]


def test_a_workbook_that_other_libraries_cannot_open_comes_back_as_it_was():
    wrong = PERSON.replace("010013", "010014")
    content = BytesIO(book({"名册": sheet_xml(rows(HEADINGS, wrong))}, **{"xl/styles.xml": STYLES}))
    with pytest.raises(TypeError):
        openpyxl.load_workbook(content)

    sheet, checked, back = repaired(content)

    again = read(back, name="again")
    assert checked.verdicts.to_list() == ["refused"]
    assert again.headers == [*sheet.headers, "退回原因"] and again.rows["c3"].item()


def test_a_workbook_that_can_be_read_and_not_edited_comes_back_as_its_bad_rows_alone():
    wrong = PERSON.replace("010013", "010014")
    content = BytesIO(book({"名册": sheet_xml(rows(HEADINGS, wrong) + "<!-- a remark -->")}))

    _sheet, checked, back = repaired(content)

    page = openpyxl.load_workbook(back).worksheets[0]
    assert checked.verdicts.to_list() == ["refused"]
    assert [place.value for place in page[2]][:3] == [2, "张三", "369901199001010014"] and page[2][-1].value
