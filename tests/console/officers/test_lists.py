"""A list of officers at the desk: known by its headings, tried, written, given back with what came back, and taken back."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.cli.synth.officers import HEADERS, officers
from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Officer
from tests.intake.rosters import SYSTEM, committed, load_city, planned, roster, sheet_of
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def made():
    return roster(60, 5, kinds=(), noisy=False)


@pytest.fixture
def desk(settings, made):
    settings.NIANGJIA_DEMO = True
    city = load_city()
    committed(city, planned(city, *sheet_of(made)))
    client = Client()
    posting(official("lan"), city, Role.CLERK)
    sign_in(client, "lan")
    return client


def of_today(made):
    """Return the lists as of today: what is yet to come is counted from it."""
    return officers(made, 3, on=day_of(timezone.now()))


def url(name, *args):
    return reverse(f"console:{name}", args=args)


def hand_in(desk, rows, kind="officers", name="任职.csv", heads=HEADERS) -> Batch:
    content = "\r\n".join(",".join(line) for line in [heads, *rows]).encode()
    desk.post(url("intake"), {"kind": kind, "roster": SimpleUploadedFile(name, content)})
    run_jobs()
    return newest()


def newest() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-uploaded_at", "-pk").first()


def held() -> int:
    with acting(SYSTEM):
        return Officer.objects.count()


def test_from_the_file_to_the_register_and_back(desk, made):
    lists = of_today(made)
    batch = hand_in(desk, lists.first)
    assert (batch.status, held()) == ("planned", 0)
    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    assert held() == len(lists.held) > 100

    answer = desk.get(url("intake-repair", batch.pk))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    back = batch.counts["held"] + batch.counts["refused"]
    head, *rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == back and {"退回原因", "工会职务"} <= set(head)
    assert all(row[head.index("退回原因")] for row in rows)
    template = desk.get(url("intake-template") + "?kind=officers")
    assert "经费审查委员会主任" in str(texts(template))

    desk.post(url("intake-undo", batch.pk))
    run_jobs()
    assert held() == 0


def texts(answer):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [cell for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]


def test_what_was_mended_in_the_repair_workbook_goes_in(desk, made):
    lists = of_today(made)
    places = {code: k for k, code in enumerate(lists.truths[0]["code"]) if code}
    rows = [list(lists.first[places[code]]) for code in ("POST_BLANK", "BASIS_UNKNOWN", "ID_CHECK")]
    batch = hand_in(desk, rows)
    assert batch.counts["refused"] == 3
    rows[0][HEADERS.index("工会职务")], rows[1][HEADERS.index("专兼职")] = "小组长", ""
    again = hand_in(desk, rows, name="改.csv")
    assert (again.counts["new"], again.counts["refused"]) == (2, 1)


def test_a_list_handed_in_as_another_kind_is_known_by_its_headings(desk, made):
    batch = hand_in(desk, of_today(made).first, kind="employers")
    shown = desk.get(url("intake-batch", batch.pk)).content.decode()
    assert 'value="officers"' in shown and held() == 0

    desk.post(url("intake-read-as", batch.pk), {"kind": "officers"})
    run_jobs()

    assert newest().kind == "officers" and newest().status == "planned"


def test_columns_that_the_clerk_corrected_are_read_so_next_time(desk, made):
    rows = [row[:-1] for row in of_today(made).first[:5]]
    heads = [*HEADERS[:6], "上任", "换届", *HEADERS[9:]]
    batch = hand_in(desk, rows, heads=heads)
    assert "from_on" not in batch.mapping
    columns = {field: str(k) for field, k in batch.mapping.items()} | {"from_on": "6", "term_until": "7"}
    desk.post(url("intake-remap", batch.pk), columns)
    run_jobs()
    assert newest().mapping["from_on"] == 6

    again = hand_in(desk, rows[:4], heads=heads, name="下月.csv")

    assert (again.mapping["from_on"], again.mapping["term_until"]) == (6, 7)
