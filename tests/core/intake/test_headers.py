import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.intake import fields, headers

HEADERS = [(header, field.name) for field in fields.MEMBERS for header in field.headers]


def test_no_heading_means_two_fields():
    known = {}
    for header, field in HEADERS:
        assert known.setdefault(headers.plain(header), field) == field


@given(
    st.sampled_from(HEADERS),
    st.sampled_from(["{}", "*{}", "{}（必填）", " {} ", "{}\n", "{}：", "★{}(18位)", "会员{}"]),
)
def test_stars_spaces_breaks_and_brackets_do_not_matter(known, form):
    header, field = known
    spaced = form.format(header if not header.isascii() else header.upper())
    if form == "会员{}" and header.isascii():
        return

    assert headers.field_of(spaced) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓名", "name"), ("身份证号", "id_number"), ("证件号码", "id_number"), ("手机号", "phone"), ("移动电话", "phone"),
        ("性别", "sex"), ("民族", "ethnic"), ("出生日期", "born_on"), ("单位名称", "employer"), ("工作单位", "employer"),
        ("统一社会信用代码", "employer_code"), ("所属工会", "union"), ("群体类别", "group"), ("入会日期", "joined_on"),
        ("行政区划", "region"), ("学历", "education"), ("就业状况", "work_status"), ("户籍类型", "household"),
        ("身　份\n证　号", "id_number"), ("ＩＤ Ｎｕｍｂｅｒ", "id_number"), ("联系人", None), ("紧急联系人电话", None), ("序号", None),
        ("退回原因", None), ("原文件行号", None), (headers.REASON_HEADER, None), (headers.ROW_HEADER, None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_headings_that_offices_write(header, field):
    assert headers.field_of(header) == field


@given(st.permutations(range(len(fields.MEMBERS))))
def test_the_order_does_not_matter(order):
    row = [fields.MEMBERS[k].headers[0] for k in order]

    assert headers.guess(row) == {fields.MEMBERS[k].name: place for place, k in enumerate(order)}


def test_the_first_of_two_columns_for_one_field_counts():
    assert headers.guess(["手机号", "姓名", "联系电话"]) == {"phone": 0, "name": 1}


def test_the_heading_is_found_under_titles():
    rows = [
        ["会员名册", None, None],
        [None, None, None],
        ["填表人：", "姓名", None],
        ["姓名", "性别", "身份证号"],
        ["张三", "男", "1"],
    ]

    assert headers.find_header_row(rows) == 3
    assert headers.find_header_row(rows[:2]) is None
    assert headers.find_header_row([["性别", "民族"]]) is None
    assert headers.missing({"name": 0}) == ["id_number"]


def test_headings_in_two_rows_are_one_and_the_more_precise_ones_count():
    upper = ["姓名", "身份证号", "联系方式", None, "所属工会"]
    lower = [None, None, "微信", "手机号", None]
    assert headers.headings([upper, lower], 0) == (["姓名", "身份证号", "微信", "手机号", "所属工会"], 1)


def test_what_stands_over_both_rows_is_a_heading_and_a_group_above_is_none():
    above = ["人员信息", None, "手机号", "单位信息"]
    main = ["姓名", "身份证号", None, None]
    assert headers.headings([above, main], 1) == (["姓名", "身份证号", "手机号", None], 1)


def test_a_row_of_somebody_is_no_second_row_of_headings():
    main = ["姓名", "身份证号", "备注"]
    for row in (["张三", None, "手机号"], ["张三", "369901199001010013", "x"], [None, None, None]):
        assert headers.headings([main, row], 0) == (main, 0)
