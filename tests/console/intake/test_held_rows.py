"""Held rows on a page: masked beside the register, decided many at once, uncovered for a reason, told on the list's page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.registry.models import HeldRow, Person
from tests.intake.holding import line, number, parent, phone, unions_below, waiting, written
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PAGE, ONE, UNCOVER = "console:held-rows", "console:held-row", "console:held-row-unmask"


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def desk(city):
    return at_desk(city, "lan")


def at_desk(office, name):
    client = Client()
    posting(official(name), office, Role.CLERK)
    sign_in(client, name)
    return client


@pytest.fixture
def batch(city):
    """Somebody known under another number, somebody whose sex is not what the number says, and a sound row."""
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"))
    return written(
        city,
        line(101, union, name="张一丰", phone=phone(1), education="大学本科"),
        line(5, union, name="欧阳五丰", sex="女"),
        line(4, union),
        name="第二批.csv",
    )


def shown(desk, name=PAGE, *args):
    answer = desk.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def send(desk, answers, batch=None):
    address = reverse(PAGE) + (f"?batch={batch.pk}" if batch else "")
    return desk.post(address, {f"row-{row.pk}": str(value) for row, value in answers}, follow=True)


def test_the_page_shows_each_row_beside_the_register_and_hides_what_is_secret(desk, city, batch):
    page = shown(desk)
    assert "张*丰" in page and "欧*丰" in page and "第二批.csv" in page
    assert "欧阳五丰" not in page and "张一丰" not in page
    for n in (1, 101, 5):
        assert number(n) not in page and phone(n) not in page
    assert page.count('<fieldset class="doubt held">') == 2
    with acting(SYSTEM):
        assert Event.objects.filter(name="held_rows.listed").count() == 1


def test_the_pages_of_the_list_say_how_many_wait_and_lead_to_them(desk, city, batch):
    for address in (reverse("console:intake"), reverse("console:intake-batch", args=[batch.pk])):
        page = desk.get(address).content.decode()
        assert "2 行待你处理" in page and reverse(PAGE) in page


def test_rows_are_decided_at_once_and_written_in_a_moment(desk, city, batch):
    one, other = waiting(city)
    told = send(desk, [(one, one.person_ids[0]), (other, "new")], batch).content.decode()
    assert "已判断 2 行" in told and "2 行正在办理" in told
    run_jobs()
    with acting(SYSTEM):
        assert sorted(Person.objects.values_list("name", flat=True)) == ["张一丰", "张五丰", "欧阳五丰"]
    assert "没有" in shown(desk)
    page = desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()
    assert "行待你处理" not in page


def test_what_goes_back_is_on_the_page_with_the_reason(desk, city):
    union = unions_below(city)[0]
    written(city, line(7, union, name="张七丰"), line(7, union, name="王七丰"))
    one, other = waiting(city)
    assert "请与本名单第 3 行对照" in shown(desk)
    send(desk, [(one, "new"), (other, "new")])
    run_jobs()
    assert "相同证件号码的另一行刚刚已录入" in shown(desk)


def test_a_row_is_uncovered_for_a_reason_that_is_kept(desk, city, batch):
    row = waiting(city)[0]
    assert number(101) not in shown(desk, ONE, row.pk)
    refused = desk.post(reverse(UNCOVER, args=[row.pk]), {"reason": ""})
    assert number(101) not in refused.content.decode()

    answer = desk.post(reverse(UNCOVER, args=[row.pk]), {"reason": "核对证件照片"})

    page = answer.content.decode()
    assert number(101) in page and number(1) in page and "张一丰" in page
    assert re.match(r"\d+; url=.*/intake/held/", answer["Refresh"]) and "no-store" in answer["Cache-Control"]
    with acting(SYSTEM):
        read = Event.objects.filter(name="secrets.read", facts__purpose="核对证件照片")
        assert sorted(read.values_list("subject_kind", flat=True)) == ["registry.heldrow", "registry.person"]


def test_an_answer_that_is_none_is_refused_and_nothing_is_kept(desk, city, batch):
    one, other = waiting(city)
    for value in ("nobody", str(one.pk)):
        send(desk, [(other, "out"), (one, value)])
        assert len(waiting(city)) == 2
    told = send(desk, []).content.decode()
    assert "没有选择" in told or "未选择" in told or "Nothing" in told or len(waiting(city)) == 2


def test_the_second_of_two_clerks_is_told_and_nothing_happens_twice(desk, city, batch):
    second = at_desk(city, "mei")
    _, row = waiting(city)
    send(desk, [(row, "new")])
    told = send(second, [(row, "out")]).content.decode()
    assert "别人已先处理的" in told
    run_jobs()
    with acting(SYSTEM):
        assert HeldRow.objects.get(pk=row.pk).outcome == "new"


def test_an_office_that_may_not_know_both_finds_no_row(city):
    here, there = unions_below(city)
    written(city, line(1, there))
    office = parent(here)
    batch = written(office, line(1, here, education="大学本科"), name="county.csv")
    (row,) = waiting(city)
    below = at_desk(office, "mei")
    assert below.get(reverse(ONE, args=[row.pk])).status_code == 404
    page = below.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()
    assert "1 行由上级工会处理" in page and "行待你处理" not in page
    above = at_desk(city, "lan")
    assert "就是张*" in shown(above, ONE, row.pk)
    assert "已有人使用这个证件号码" in shown(above, ONE, row.pk)


def test_a_row_without_a_union_asks_for_one_and_a_wrong_one_costs_no_other_decision(desk, city):
    union = unions_below(city)[0]
    batch = written(city, line(7, None), line(5, union, sex="女"), line(8, None), line(9, None))
    first, sound, second, third = waiting(city)
    page = shown(desk)
    assert page.count('list="units"') == 3 and f'<option value="{union.code}">' in page
    assert f'id="union-{first.pk}"' in shown(desk, ONE, first.pk)

    answers = {f"row-{row.pk}": "new" for row in (first, sound, second, third)}
    answers |= {f"union-{first.pk}": union.name, f"union-{second.pk}": "没有这个工会"}
    told = desk.post(f"{reverse(PAGE)}?batch={batch.pk}", answers, follow=True).content.decode()

    assert "“没有这个工会”" in told and "请填它的编码或全称" in told and "已判断 2 行" in told
    assert [row.pk for row in waiting(city)] == [second.pk, third.pk]
    run_jobs()
    with acting(SYSTEM):
        assert Person.objects.count() == 2


def test_when_only_what_is_wrong_was_chosen_that_alone_is_told(desk, city):
    batch = written(city, line(7, None))
    (row,) = waiting(city)
    told = send(desk, [(row, "new")], batch).content.decode()
    assert "请填它的编码或全称" in told and "已判断" not in told and "没有选择" not in told
