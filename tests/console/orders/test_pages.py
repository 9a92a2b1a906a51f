"""The pages of orders: drafted, filled, previewed, signed by another, carried out, taken back; and what is refused."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.registry.models import Organisation, ReorganisationOrder
from tests.factories import organisation
from tests.jobs import run_jobs
from tests.registry.reorganisation.city import COUNTY, SYSTEM, TOWN
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def tree():
    with acting(SYSTEM):
        city = organisation()
        east, west = (organisation(under=city, **COUNTY) for _ in range(2))
        return {"city": city, "east": east, "west": west, "town": organisation(under=east, **TOWN)}


def desk(office, role=Role.CLERK, name="lan"):
    client = Client()
    posting(official(name), office, role, shown_name=f"{name}同志")
    sign_in(client, name)
    return client


def url(name, *args):
    return reverse(f"console:{name}", args=args)


def draft(client, number="青工发〔2026〕1号", on=None):
    from django.utils import timezone

    from niangjia.core.days import day_of

    day = on or day_of(timezone.now()).isoformat()
    return client.post(url("orders"), {"document_number": number, "effective_on": day}, follow=True)


def newest() -> ReorganisationOrder:
    with acting(SYSTEM):
        return ReorganisationOrder.objects.order_by("-drafted_at").first()


def lines():
    with acting(SYSTEM):
        order = ReorganisationOrder.objects.order_by("-drafted_at").first()
        return list(order.lines.values_list("kind", "unit"))


def path_of(unit) -> str:
    with acting(SYSTEM):
        return Organisation.objects.get(pk=unit.pk).path


def add(client, kind, unit, target, **more):
    said = {"kind": kind, "unit": unit.code, "target": target.code, **more}
    return client.post(url("order-line", newest().pk), said, follow=True)


def test_an_order_from_the_draft_to_the_day_and_back(tree):
    clerk, leader = desk(tree["city"]), desk(tree["city"], Role.LEADER, "mei")
    draft(clerk)
    at = newest().pk
    add(clerk, "move", tree["town"], tree["west"])
    shown = clerk.post(url("order-preview", at), follow=True)
    assert tree["town"].name in shown.content.decode() and newest().status == "previewed"
    assert url("order-sign", at) not in shown.content.decode()  # another official signs

    clerk.post(url("order-sign", at))
    assert newest().status == "previewed"
    assert url("order-sign", at) in leader.get(url("order", at)).content.decode()
    leader.post(url("order-sign", at))
    assert newest().status == "signed"
    run_jobs()
    assert newest().status == "carried_out"
    assert path_of(tree["town"]).startswith(path_of(tree["west"]))
    assert "mei同志" in clerk.get(url("order", at)).content.decode()

    assert leader.get(url("order-take-back", at)).status_code == 200
    leader.post(url("order-take-back", at))
    run_jobs()
    assert newest().status == "taken_back"
    assert path_of(tree["town"]) == tree["town"].path


def test_all_that_is_wrong_stands_on_the_page_at_its_line(tree):
    clerk = desk(tree["city"])
    draft(clerk)
    add(clerk, "move", tree["east"], tree["town"])
    add(clerk, "dissolve", tree["west"], tree["west"])
    page = clerk.post(url("order-preview", newest().pk), follow=True).content.decode()
    assert newest().status == "draft"
    assert 'href="#line-1"' in page and 'href="#line-2"' in page
    clerk.post(url("order-line-drop", newest().pk, 2))
    clerk.post(url("order-line-drop", newest().pk, 1))
    add(clerk, "move", tree["town"], tree["west"])
    clerk.post(url("order-preview", newest().pk))
    assert newest().status == "previewed"


def test_lines_come_by_file_all_or_none(tree):
    clerk = desk(tree["city"])
    draft(clerk)
    at = newest().pk
    book = openpyxl.load_workbook(io.BytesIO(b"".join(clerk.get(url("order-template")).streaming_content)))
    book.worksheets[0].append(["划转", tree["town"].code, tree["west"].code])
    out = io.BytesIO()
    book.save(out)
    clerk.post(url("order-file", at), {"lines": SimpleUploadedFile("明细.xlsx", out.getvalue())})
    assert lines() == [("move", tree["town"].code)]
    book.worksheets[0].append(["搬家", tree["town"].code, tree["west"].code])
    book.save(out := io.BytesIO())
    page = clerk.post(url("order-file", at), {"lines": SimpleUploadedFile("明细.xlsx", out.getvalue())})
    assert "第 3 行" in page.content.decode()
    assert len(lines()) == 1


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"kind": "move", "unit": "", "target": "x"}, "unit"),
        ({"kind": "move", "unit": "x", "target": ""}, "target"),
        ({"kind": "split", "unit": "x", "target": "", "new_name": "n"}, "new_code"),
    ],
)
def test_a_line_without_what_it_needs_is_told_at_the_field(tree, said, missing):
    clerk = desk(tree["city"])
    draft(clerk)
    answer = clerk.post(url("order-line", newest().pk), said)
    assert missing in answer.context["line_form"].errors
    assert lines() == []


def test_a_number_that_is_taken_is_told(tree):
    clerk = desk(tree["city"])
    draft(clerk)
    assert "文号" in draft(clerk).content.decode()
    with acting(SYSTEM):
        assert ReorganisationOrder.objects.count() == 1


def test_a_leader_drafts_no_order(tree):
    leader = desk(tree["city"], Role.LEADER, "mei")
    assert 'name="document_number"' not in leader.get(url("orders")).content.decode()
    draft(leader)
    with acting(SYSTEM):
        assert not ReorganisationOrder.objects.exists()


def test_an_office_that_works_by_line_is_told_who_orders(tree):
    with acting(SYSTEM):
        line = organisation(under=tree["city"], kind="union_federation", level="city")
    clerk = desk(line)
    assert clerk.get(url("orders")).status_code == 200
    assert "总工会" in draft(clerk).content.decode()


def test_an_order_that_waits_for_its_day_can_be_cancelled(tree):
    clerk, leader = desk(tree["city"]), desk(tree["city"], Role.LEADER, "mei")
    draft(clerk, on="2099-01-01")
    at = newest().pk
    add(clerk, "move", tree["town"], tree["west"])
    clerk.post(url("order-preview", at))
    leader.post(url("order-sign", at))
    run_jobs()
    assert newest().status == "signed"
    leader.post(url("order-cancel", at))
    assert newest().status == "cancelled"


def test_an_office_above_sees_an_order_and_has_no_step(tree):
    county = desk(tree["east"], name="dong")
    draft(county)
    at = newest().pk
    page = desk(tree["city"]).get(url("order", at))
    assert page.status_code == 200 and url("order-preview", at) not in page.content.decode()
    assert desk(tree["west"], name="xi").get(url("order", at)).status_code == 404
