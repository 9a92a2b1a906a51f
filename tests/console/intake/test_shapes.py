"""Workbooks in the shapes that offices make: read rightly, or refused by a sentence that says what, where and what to do."""

from __future__ import annotations

import io
from functools import cache

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.cli.synth.numbers import citizen_number
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.registry.models import Membership, Organisation
from tests.intake.books import HEADINGS, PERSON, book, cell, rows, sheet_xml
from tests.intake.heavy import read_apart
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
MOST_MIB = 1536
LANGUAGES = ("zh-hans", "en")
HEADS = ("姓名", "身份证号", "手机号", "所属工会")


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def union(city):
    with acting(SYSTEM):
        return Organisation.objects.filter(kind="single", path__startswith=city.path).first()


@pytest.fixture(params=LANGUAGES)
def desk(request, city):
    client = Client()
    posting(official("lan"), city, Role.CLERK)
    sign_in(client, "lan")
    client.cookies["language"] = client.language = request.param
    return client


def people(union, n):
    return [
        (
            f"试{'甲乙丙丁戊己庚辛'[k]}",
            citizen_number(f"36990119900101{k * 2 + 101:03}"),
            f"1409123{4000 + k}",
            union.name,
        )
        for k in range(n)
    ]


def made(write) -> bytes:
    """Return the workbook that ``write`` fills; it gets the workbook, and a sheet called 名册."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        write(workbook, workbook.add_worksheet("名册"))
    return out.getvalue()


def tried(desk, content) -> tuple[Batch, str]:
    """Hand a file in, and return what became of it and what its page says."""
    desk.post(
        reverse("console:intake"), {"kind": "members", "roster": SimpleUploadedFile("名册.xlsx", content)}
    )
    run_jobs()
    with acting(SYSTEM):
        batch = Batch.objects.order_by("-pk").first()
    return batch, desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()


def written(desk, batch) -> int:
    desk.post(reverse("console:intake-commit", args=[batch.pk]))
    run_jobs()
    with acting(SYSTEM):
        return Membership.objects.count()


def told(batch):
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=batch).values_list("row", "verdict", "findings")
        return {row: (verdict, sorted(each["code"] for each in found or ())) for row, verdict, found in rows}


def two_rows_of_headings(workbook, page, union, n):
    """姓名 and 身份证号 stand over both rows, 联系方式 over two columns, and 手机号 and 微信 below it."""
    page.merge_range("A1:F1", "工会会员花名册")
    page.merge_range("A2:A3", "姓名")
    page.merge_range("B2:B3", "身份证号")
    page.merge_range("C2:D2", "联系方式")
    page.write_row("C3", ["微信", "手机号"])
    page.merge_range("E2:E3", "所属工会")
    for k, (name, number, phone, where) in enumerate(people(union, n), start=3):
        page.write_row(k, 0, [name, number, "wx", phone, where])


def test_headings_in_two_rows_are_one(desk, union):
    batch, _ = tried(desk, made(lambda book, page: two_rows_of_headings(book, page, union, 3)))
    assert (batch.status, batch.counts["new"], batch.rows) == ("planned", 3, 3)
    assert batch.mapping["phone"] == 3 and batch.mapping["name"] == 0
    assert written(desk, batch) == 3


def test_a_group_above_the_headings_changes_nothing_and_a_heading_over_both_rows_counts(desk, union):
    def write(workbook, page):
        page.merge_range("A1:B1", "人员信息")
        page.merge_range("C1:C2", "手机号")
        page.write("D1", "单位信息")
        page.write_row("A2", ["姓名", "身份证号", "", "所属工会"])
        for k, row in enumerate(people(union, 2), start=2):
            page.write_row(k, 0, row)

    batch, _ = tried(desk, made(write))
    assert (batch.counts["new"], batch.mapping["phone"]) == (2, 2)


def test_the_control_a_first_row_of_people_is_no_row_of_headings(desk, union):
    def write(workbook, page):
        page.write_row(0, 0, HEADS)
        page.write_row(1, 0, ["手机号", *people(union, 1)[0][1:]])
        page.write_row(2, 0, people(union, 2)[1])

    batch, _ = tried(desk, made(write))
    assert batch.rows == 2


def test_hidden_rows_and_columns_are_read_like_all_others(desk, union):
    def write(workbook, page):
        page.write_row(0, 0, HEADS)
        for k, row in enumerate(people(union, 3), start=1):
            page.write_row(k, 0, row)
        page.set_row(2, None, None, {"hidden": True})
        page.set_column("C:D", None, None, {"hidden": True})

    batch, _ = tried(desk, made(write))
    assert batch.counts["new"] == 3 and {"phone", "union"} <= batch.mapping.keys()
    assert written(desk, batch) == 3


def test_sixteen_thousand_columns_are_refused_with_the_cell_and_the_sheet(desk):
    def write(workbook, page):
        page.write_row(0, 0, HEADS)
        page.write_row(0, 4, ["备注"] * (16_384 - 4))

    batch, shown = tried(desk, made(write))
    assert (batch.status, batch.failure["code"]) == ("failed", "file_far_cell")
    sentence = {
        "zh-hans": "名册 的 AAA1 单元格离名册很远却有内容，请删除后重新上传。",
        "en": "There is something in cell AAA1 of 名册, far outside the roster. Delete it and upload the file again.",
    }[desk.language]
    assert sentence in shown


def test_more_columns_than_can_be_read_are_counted_out(desk):
    def write(workbook, page):
        page.write_row(0, 0, [*HEADS, *["备注"] * 300])

    batch, shown = tried(desk, made(write))
    assert batch.failure["code"] == "file_too_many_columns"
    assert "304" in shown and "200" in shown and "名册" in shown


def test_formats_of_sixteen_thousand_columns_without_a_word_in_them_do_no_harm(desk, union):
    """A whole row was coloured: cells to the edge of the sheet, and nothing in them."""
    heads = "".join(cell(f"{letter}1", text) for letter, text in zip("ABCD", HEADS, strict=True))
    [(name, number, phone, where)] = people(union, 1)
    person = cell("A2", name) + cell("B2", number) + cell("C2", phone) + cell("D2", where)
    blank = '<c r="XFC1" s="0"/><c r="XFD1" s="0"></c>'
    batch, _ = tried(desk, book({"名册": sheet_xml(rows(heads + blank, person + blank.replace("1", "2")))}))
    assert (batch.status, batch.counts.get("new")) == ("planned", 1)


@cache
def a_million_blank_rows(last: str = "") -> bytes:
    """Formatted rows to the end of the sheet, each with its number, and after them, if said, somebody."""
    numbers = range(3, 1_000_003)
    blank = "".join(f'<row r="{k}"><c r="A{k}" s="0"/><c r="B{k}" s="0"/></row>' for k in numbers)
    return book({"名册": sheet_xml(rows(HEADINGS, PERSON) + blank + last)})


def test_a_million_blank_rows_are_no_rows(desk):
    batch, _ = tried(desk, a_million_blank_rows())
    assert (batch.status, batch.rows) == ("planned", 1)


def test_somebody_below_a_million_blank_rows_is_read_with_the_right_row(desk):
    row = f'<row r="1000003">{cell("A1000003", "李四")}{cell("B1000003", citizen_number("36990119900101333"))}</row>'
    batch, _ = tried(desk, a_million_blank_rows(row))
    assert (batch.status, batch.rows) == ("planned", 2)
    assert 1_000_003 in told(batch)


@pytest.mark.parametrize("last", [False, True])
def test_a_million_blank_rows_stay_within_the_memory_of_a_child(last):
    row = f'<row r="1000003">{cell("A1000003", "李四")}{cell("GR1000003", "远")}</row>' if last else ""
    taken = read_apart(a_million_blank_rows(row))
    assert taken.mib <= MOST_MIB
    assert taken.code == "read"


def test_a_union_merged_over_rows_counts_for_the_first_and_the_others_are_told_so(desk, union):
    def write(workbook, page):
        page.write_row(0, 0, HEADS)
        for k, row in enumerate(people(union, 3), start=1):
            page.write_row(k, 0, row[:3])
        page.merge_range("D2:D4", union.name)

    batch, shown = tried(desk, made(write))
    assert told(batch) == {3: ("held", ["UNION_BLANK"]), 4: ("held", ["UNION_BLANK"])}
    said = {
        "zh-hans": "没有填写工会。请在每一行都填写：合并单元格只算第一行。",
        "en": "a merged cell counts for its first row alone",
    }
    assert said[desk.language] in shown
    assert written(desk, batch) == 1


def test_a_name_merged_over_rows_is_refused_where_it_is_missing(desk, union):
    def write(workbook, page):
        page.write_row(0, 0, HEADS)
        for k, row in enumerate(people(union, 2), start=1):
            page.write_row(k, 1, row[1:])
        page.merge_range("A2:A3", "试甲")

    batch, _ = tried(desk, made(write))
    assert told(batch) == {3: ("refused", ["NAME_BLANK"])}


def test_two_sheets_with_people_are_refused_by_name(desk, union):
    def write(workbook, page):
        for sheet in (page, workbook.add_worksheet("二车间")):
            sheet.write_row(0, 0, HEADS)
            sheet.write_row(1, 0, people(union, 1)[0])

    batch, shown = tried(desk, made(write))
    assert batch.failure["code"] == "file_several_rosters"
    assert "名册" in shown and "二车间" in shown
    with acting(SYSTEM):
        assert not BatchRow.objects.exists()
