"""The page of officers: masked, cut by state and post, of the office's own scope, with one event for each look."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.registry.models import Officer
from tests.factories import organisation, person
from tests.joiners import SYSTEM
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PAGE = "console:officers"


@pytest.fixture
def unions():
    with acting(SYSTEM):
        city = organisation()
        made = [organisation(under=city), organisation(under=city)]
        today = day_of(timezone.now())
        stories = (
            ("chair", "欧阳明月", {"term_until": today}),
            ("vice_chair", "司徒清风", {"term_until": today + timedelta(days=1)}),
            ("chair", "上官流水", {"to_on": date(2021, 5, 1), "from_on": date(2016, 5, 1)}),
        )
        for post, name, facts in stories:
            place = {"organisation": made[0], "path": made[0].path}
            days = {"from_on": date(2021, 5, 1)} | facts
            Officer.objects.create(person=person(made[0]), name_then=name, post=post, **place, **days)
    return city, *made


def desk(office, name, role=Role.CLERK):
    client = Client()
    posting(official(name), office, role)
    sign_in(client, name)
    return client


def shown(client, **asked):
    return client.get(reverse(PAGE), asked).content.decode()


def test_each_cut_shows_its_own_people_under_masked_names(unions):
    client = desk(unions[0], "lan")
    masks = {"": {"欧*月", "司*风"}, "over": {"欧*月"}, "left": {"上*水"}}
    for show, names in masks.items():
        page = shown(client, show=show)
        assert {each for each in ("欧*月", "司*风", "上*水") if each in page} == names, show
    assert "欧阳明月" not in shown(client)
    assert "司*风" not in shown(client, post="chair") and "欧*月" in shown(client, post="chair")
    assert "欧*月" in shown(client, show="nothing", post="such")


def test_another_union_sees_none_of_them(unions):
    assert "欧*月" in shown(desk(unions[1], "lan"))
    assert "欧*月" not in shown(desk(unions[2], "ju"))


def test_a_leader_sees_them_and_may_hand_nothing_in(unions):
    link = f"{reverse('console:intake')}?kind=officers"
    assert link in shown(desk(unions[0], "lan"))
    assert link not in shown(desk(unions[0], "mei", Role.LEADER))


def test_a_look_is_one_event(unions):
    client = desk(unions[0], "lan")
    shown(client)
    with acting(SYSTEM):
        (event,) = Event.objects.filter(name="officers.listed")
        assert event.facts["rows"] == 2
