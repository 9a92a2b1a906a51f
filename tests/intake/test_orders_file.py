"""The file of an order: the template comes back as lines, in both languages and as text; a bad row is told with its number."""

from __future__ import annotations

import io

import openpyxl
import pytest

from niangjia.intake.orders import NoOrderColumns, NoUnit, UnknownKind, lines_of, template
from niangjia.intake.reading.refusals import NoHeader
from niangjia.registry.reorganisation.actions import Line

ROWS = {
    "zh-hans": [
        ["划转", "E001", "东城区总工会"],
        ["分立", "J1", "", "新工会", "N1", "U1；U2", "甲公司;乙公司"],
    ],
    "en": [["move", "E001", "东城区总工会"], ["Split", "J1", "", "新工会", "N1", "U1；U2", "甲公司;乙公司"]],
}
EXPECTED = [
    Line("move", "E001", "东城区总工会"),
    Line("split", "J1", "", "新工会", "N1", ("U1", "U2"), ("甲公司", "乙公司")),
]


@pytest.mark.parametrize("language", ROWS)
def test_the_template_that_is_filled_in_comes_back_as_lines(language):
    book = openpyxl.load_workbook(io.BytesIO(template(language=language)))
    for row in ROWS[language]:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    assert lines_of(out, name="令.xlsx") == EXPECTED


def text(*rows):
    return io.BytesIO("\n".join(rows).encode())


def test_a_text_table_below_a_title_is_read_too():
    file = text("二〇二六年机构调整,,", "调整方式,工会,上级工会", "合并,A1,B1")
    assert lines_of(file, name="令.csv") == [Line("merge", "A1", "B1")]


@pytest.mark.parametrize(
    ("rows", "error", "params"),
    [
        (["调整方式,工会,上级工会", "划转,A1,B1", "搬家,A1,B1"], UnknownKind, {"row": 3}),
        (["调整方式,工会,上级工会", "划转,,B1"], NoUnit, {"row": 2}),
        (["工会,上级工会", "A1,B1"], NoOrderColumns, {}),
        (["姓名,身份证号,工会", "张三,1,甲"], NoHeader, None),
        (["甲,乙", "丙,丁"], NoHeader, None),
    ],
)
def test_a_bad_row_is_told_with_its_number(rows, error, params):
    with pytest.raises(error) as told:
        lines_of(text(*rows), name="令.csv")
    assert params is None or told.value.params == params
