"""Requests and cards that have come to an end, as the worker and as the union see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from niangjia.core.roles import Role
from niangjia.foundation import clocks
from niangjia.foundation.acting import acting
from niangjia.foundation.clocks.models import Clock
from niangjia.joining import answering, reviewing
from niangjia.joining.states import Status
from niangjia.registry import memberships
from niangjia.registry.models import Membership
from tests.browser.test_other_pages import LONG, browser, by_phone, city, desk, window  # noqa: F401 fixtures
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM, again, asked, reviewer, worker

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG_NAME = "欧阳阿卜杜拉·买买提·伊布拉依木江"


def waiting(code):
    return again(asked(code, id_number=NUMBERS[4], name=LONG_NAME, workplace=(LONG * 4)[:120]))


def needing(code, union):
    """Return a request whose worker was asked for everything that can be asked for."""
    found = waiting(code)
    with acting(reviewer(union)) as by:
        from niangjia.core.codes import by_code

        reviewing.ask_for_more(found, list(by_code("need_more_reason")), by=by, at=AT)
    return again(found)


def test_a_request_that_the_worker_took_back(window, city):  # noqa: F811
    _, unions, made = city
    found = waiting(made[0])
    with acting(worker(found)) as by:
        answering.withdraw(found, by=by, at=AT)
    assert again(found).status == Status.WITHDRAWN
    phone = by_phone()
    assert "已撤回" in phone.get(reverse("mobile:request")).content.decode()
    window(phone, {"withdrawn": reverse("mobile:request")})
    client = desk("lan", unions[0], Role.REVIEWER)
    window(client, {"request-withdrawn": reverse("console:join-request", args=[found.pk])})


def test_a_request_that_lapsed(window, city):  # noqa: F811
    _, unions, made = city
    found = needing(made[0], unions[0])
    with acting(SYSTEM):
        due = Clock.objects.get(subject_id=found.pk, name="need_more_days").due_at
    clocks.sweep(by=SYSTEM, at=due + timedelta(minutes=1))
    assert again(found).status == Status.WITHDRAWN
    phone = by_phone()
    assert "没有按时收到" in phone.get(reverse("mobile:request")).content.decode()
    window(phone, {"lapsed": reverse("mobile:request"), "notices-lapsed": reverse("mobile:notices")})
    client = desk("lan", unions[0], Role.REVIEWER)
    window(client, {"request-lapsed": reverse("console:join-request", args=[found.pk])})


def test_a_member_whose_spell_has_ended_has_no_card(window, city):  # noqa: F811
    _, unions, made = city
    found = waiting(made[0])
    with acting(reviewer(unions[0])) as by:
        reviewing.approve(found, checked_by="card_seen", by=by, at=AT)
    run_jobs()
    client, tomorrow = by_phone(), timezone.now() + timedelta(days=1)
    with acting(SYSTEM):
        memberships.close_spell(Membership.objects.get(), reason="1", by=SYSTEM, at=tomorrow)
    window(client, {"no-card": reverse("mobile:card"), "home-no-card": reverse("mobile:home")})
