"""The empty roster: its headings are known again, its lists are those of the code tables, and filled in it goes in whole."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from niangjia.core.intake import headers, members
from niangjia.intake.reading.refusals import Empty
from niangjia.intake.reading.sheets import read
from niangjia.intake.template import choices_of, heading, template
from niangjia.registry.kinds.roster import FORM

DAY = date(2026, 9, 1)
FIELDS = {field.name: field for field in FORM.fields}


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    return request.param


def filled(language, **cells):
    book = openpyxl.load_workbook(io.BytesIO(template(FORM, language=language, on=DAY)))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for name, text in cells.items():
        sheet.cell(2, columns[heading(FIELDS[name], language)], text)
    out = io.BytesIO()
    book.save(out)
    return out


def test_every_heading_is_known_again_as_its_field(language):
    headings = [heading(field, language) for field in FORM.fields]
    assert headers.guess(headings) == {field.name: place for place, field in enumerate(FORM.fields)}


def test_an_empty_one_is_told_to_be_empty_and_its_other_sheets_are_no_rosters(language):
    with pytest.raises(Empty):
        read(io.BytesIO(template(FORM, language=language, on=DAY)), name="名册.xlsx")


def test_filled_in_from_its_own_lists_nothing_is_found_wrong(language):
    chosen = {
        name: choices_of(FORM, FIELDS[name], language=language, on=DAY)[1]
        for name in FORM.tables
        if name != "id_kind"
    }
    chosen["sex"] = {"zh-hans": "男性", "en": "Male"}[language]
    content = filled(language, name="张三", id_number="36992119900101103X", phone="19900000001", **chosen)
    sheet = read(content, name="名册.xlsx")
    checked = members.check(sheet.rows, headers.guess(sheet.headers), on=DAY, allow_demo=True)

    told = set(checked.findings["code"]) - {"ID_CHECK_DIGIT", "UNION_UNKNOWN"}
    assert sheet.rows.height == 1 and not {code for code in told if "UNKNOWN" in code}
    row = checked.columns.row(0, named=True)
    assert all(row[name] for name in ("ethnic", "group", "education", "work_status", "household"))


def test_every_choice_of_every_list_means_one_code(language):
    for name, table in FORM.tables.items():
        choices = choices_of(FORM, FIELDS[name], language=language, on=DAY)
        assert len(choices) == len(set(choices)) > 1, (name, table)


def test_columns_hold_texts_so_that_no_number_loses_its_digits(language):
    sheet = openpyxl.load_workbook(io.BytesIO(template(FORM, language=language, on=DAY))).worksheets[0]
    place = {cell.value: cell.column_letter for cell in sheet[1]}
    for name in ("id_number", "phone", "employer_code", "union_code"):
        letter = place[heading(FIELDS[name], language)]
        formats = [
            one
            for key, one in sheet.column_dimensions.items()
            if key == letter
            or (one.min or 0) <= openpyxl.utils.column_index_from_string(letter) <= (one.max or 0)
        ]
        assert formats and formats[0].number_format == "@"
