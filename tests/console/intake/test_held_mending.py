"""Rows that workers can correct: listed covered, asked for many at once, and told how far each is."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from niangjia.core.roles import Role
from niangjia.foundation.notices import sms
from tests.console.intake.test_held_rows import at_desk
from tests.intake.holding import line, number, phone, unions_below, written
from tests.intake.rosters import load_city
from tests.intake.test_repair_tasks import Kept, slip, tasks
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PAGE = "console:held-mending"


@pytest.fixture
def gateway():
    with sms.serving(Kept()) as kept:
        yield kept


@pytest.fixture
def city(settings, gateway):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def batch(city):
    union = unions_below(city)[0]
    return written(
        city,
        line(5, union, name="张五丰", number=slip(5)),
        line(7, union, name="张七丰", number=""),
        line(9, union, name="王九丰"),
        name="第三批.csv",
        at=timezone.now(),
    )


def test_rows_are_listed_covered_and_asked_for_many_at_once(city, batch, gateway):
    desk = at_desk(city, "lan")
    address = f"{reverse(PAGE)}?batch={batch.pk}"
    shown = desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()
    assert "2 行可请本人用手机补正" in shown and address in shown
    page = desk.get(address).content.decode()
    assert page.count('type="checkbox"') == 2 and "张*丰" in page and "第三批.csv" in page
    assert not [secret for n in (5, 7) for secret in (number(n), slip(n), phone(n)) if secret in page]

    rows = [part.split('"')[0] for part in page.split('name="row" value="')[1:]]
    told = desk.post(address, {"row": rows}, follow=True).content.decode()
    run_jobs()

    assert "已请 2 人补正" in told and sorted(to for to, _ in gateway.sent) == [phone(5), phone(7)]
    page = desk.get(address).content.decode()
    assert 'type="checkbox"' not in page and page.count("已发送") == 2


def test_a_link_is_withdrawn_on_the_page_and_the_row_can_be_asked_about_again(city, batch, gateway):
    desk = at_desk(city, "lan")
    page = desk.get(reverse(PAGE)).content.decode()
    assert 'name="withdraw"' not in page
    desk.post(reverse(PAGE), {"row": [page.split('name="row" value="')[1].split('"')[0]]})
    run_jobs()
    page = desk.get(reverse(PAGE)).content.decode()
    assert page.count('name="withdraw"') == 1 and "撤回链接：第" in page
    row = page.split('name="withdraw" value="')[1].split('"')[0]

    told = desk.post(reverse(PAGE), {"withdraw": row}, follow=True).content.decode()
    assert "链接已撤回" in told and told.count('type="checkbox"') == 2 and "已撤回" in told
    for again in (row, "nonsense"):
        told = desk.post(reverse(PAGE), {"withdraw": again}, follow=True).content.decode()
        assert "没有可撤回的" in told


def test_nothing_chosen_and_nonsense_ask_nobody(city, batch, gateway):
    desk = at_desk(city, "lan")
    for rows in ([], ["nonsense"], [str(batch.pk)]):
        told = desk.post(reverse(PAGE), {"row": rows}, follow=True).content.decode()
        assert "没有选中" in told
    assert tasks() == []


def test_where_no_messages_are_set_up_the_clerk_is_told(city, batch, settings):
    desk = at_desk(city, "lan")

    class Deaf:
        def send(self, phone, text):
            raise sms.NoGateway

    page = desk.get(reverse(PAGE)).content.decode()
    with sms.serving(Deaf()):
        desk.post(reverse(PAGE), {"row": [page.split('name="row" value="')[1].split('"')[0]]})
        run_jobs()
    page = desk.get(reverse(PAGE)).content.decode()
    assert "未能发送" in page and page.count('type="checkbox"') == 2


def test_another_office_asks_nobody_of_this_one(city, batch, gateway):
    other = unions_below(city)[1]
    desk = at_desk(other, "mei")
    mine = at_desk(city, "lan").get(reverse(PAGE)).content.decode()
    row = mine.split('name="row" value="')[1].split('"')[0]
    assert row not in desk.get(reverse(PAGE)).content.decode()
    desk.post(reverse(PAGE), {"row": [row]})
    run_jobs()
    assert gateway.sent == []


def test_a_leader_may_not_ask(city, batch):
    from django.test import Client

    client = Client()
    posting(official("zhang"), city, Role.LEADER)
    sign_in(client, "zhang")
    assert client.get(reverse(PAGE)).status_code == 404
