"""A clerk says which union a name in a list means: once for all its rows, and for the office's next list."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.console.intake.forms import field_of
from niangjia.core.errors import NotFound
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.foundation.plans.models import Batch
from niangjia.intake import actions
from niangjia.registry.models import Membership, Organisation
from tests.intake.holding import HEADS, line, parent, unions_below
from tests.intake.rosters import SYSTEM, clerk_of, load_city
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
BY_TONGUE = "快递小哥工会"


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def union(city):
    return unions_below(city)[0]


@pytest.fixture
def desk(city):
    return at_desk(city, "lan")


def at_desk(office, name):
    client = Client()
    posting(official(name), office, Role.CLERK)
    sign_in(client, name)
    return client


def called(n, name):
    """Return the line of a person whose union the list calls ``name``."""
    return line(n, None).replace("不存在工会", name)


def tried(desk, *lines) -> Batch:
    content = "\r\n".join([HEADS, *lines]).encode()
    desk.post(reverse("console:intake"), {"roster": SimpleUploadedFile("名册.csv", content)})
    run_jobs()
    return newest()


def newest() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-pk").first()


def say(desk, batch, answers):
    """Say by name of the list which union is meant."""
    answers = {field_of(name): union for name, union in answers.items()}
    answer = desk.post(reverse("console:intake-unions", args=[batch.pk]), answers, follow=True)
    run_jobs()
    return answer.content.decode()


def page(desk, batch) -> str:
    return desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()


def counted(batch):
    return {verdict: n for verdict, n in batch.counts.items() if n}


def test_said_once_it_holds_for_every_row_and_for_the_next_list_until_it_is_taken_away(desk, union):
    rows = [called(1, BY_TONGUE), called(2, BY_TONGUE), called(3, ""), line(4, union)]
    batch = tried(desk, *rows)
    assert counted(batch) == {"held": 3, "new": 1}
    shown = page(desk, batch)
    assert f"“{BY_TONGUE}”" in shown and "2 行因此待定" in shown and "没写工会的行" in shown

    say(desk, batch, {BY_TONGUE: union.name, "": union.code})

    batch = newest()
    assert counted(batch) == {"new": 4} and batch.status == "planned"
    desk.post(reverse("console:intake-commit", args=[batch.pk]))
    run_jobs()
    with acting(SYSTEM):
        assert Membership.objects.filter(organisation=union).count() == 4
        assert Event.objects.get(name="unions.said").facts == {"names": 2}

    second = tried(desk, called(5, BY_TONGUE), called(6, "别的工会"))
    assert counted(second) == {"new": 1, "held": 1}
    assert f'value="{union.code}"' in page(desk, second)
    say(desk, second, {BY_TONGUE: "", "": "", "别的工会": ""})  # neither what is new nor what was said before
    assert counted(newest()) == {"held": 2}
    assert counted(tried(desk, called(7, BY_TONGUE))) == {"held": 1}


def test_what_is_no_union_of_the_office_is_told_beside_the_field_and_nothing_is_kept(desk, city, union):
    batch = tried(desk, called(1, BY_TONGUE))
    for wrong in ("没有这个工会", parent(union).name, city.name):  # a federation has no roll
        told = say(desk, batch, {BY_TONGUE: wrong})
        assert "errorlist" in told and f'value="{wrong}"' in told
        assert newest().options.get("unions_said") == {} and counted(newest()) == {"held": 1}


def test_a_union_that_another_office_has_below_it_cannot_be_meant(city, union):
    elsewhere = unions_below(city)[1]
    county = parent(union)
    below = at_desk(county, "mei")
    batch = tried(below, called(1, BY_TONGUE))
    assert "errorlist" in say(below, batch, {BY_TONGUE: elsewhere.code})
    clerk = clerk_of(county)
    with acting(clerk), pytest.raises(NotFound):
        actions.say_unions(batch, {BY_TONGUE: elsewhere.pk}, by=clerk, at=batch.planned_at)
    assert counted(newest()) == {"held": 1}
    say(below, batch, {BY_TONGUE: union.name})
    assert counted(newest()) == {"new": 1}


def test_without_the_look_at_the_scope_the_row_is_held_by_the_trial_run_still(city, union, monkeypatch):
    """The control: the door's look taken out, another office's union is written into the options, and is of no use there."""
    county, elsewhere = parent(union), unions_below(city)[1]
    batch = tried(at_desk(county, "mei"), called(1, BY_TONGUE))
    monkeypatch.setattr(actions, "with_a_roll", lambda scope: Organisation.objects.all())
    clerk = clerk_of(county)
    with acting(clerk):
        actions.say_unions(batch, {BY_TONGUE: elsewhere.pk}, by=clerk, at=batch.planned_at)
    run_jobs()
    assert newest().options["unions_said"] == {BY_TONGUE: str(elsewhere.pk)}
    assert counted(newest()) == {"held": 1}


def test_what_one_office_said_is_not_asked_for_by_another(desk, city, union):
    say(desk, tried(desk, called(1, BY_TONGUE)), {BY_TONGUE: union.name})
    assert counted(newest()) == {"new": 1}
    below = at_desk(parent(union), "mei")
    assert counted(tried(below, called(2, BY_TONGUE))) == {"held": 1}


def test_an_answer_that_comes_too_late_is_told_so_whether_it_is_right_or_not(desk, union):
    batch = tried(desk, called(1, BY_TONGUE), line(2, union))
    desk.post(reverse("console:intake-cancel", args=[batch.pk]))
    for answer in (union.name, "没有这个工会"):
        assert "said-error" in say(desk, batch, {BY_TONGUE: answer})
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch.pk).update(options=batch.options)  # as on a page that was open before
    assert "said-error" in say(desk, batch, {BY_TONGUE: "没有这个工会"})
    assert newest().status == "cancelled"


def test_texts_of_a_list_that_nobody_is_asked_about_any_more_are_not_kept(desk, union):
    given_up = tried(desk, called(1, BY_TONGUE))
    desk.post(reverse("console:intake-cancel", args=[given_up.pk]))
    assert "unions_unfound" not in newest().options
    written = tried(desk, called(1, BY_TONGUE), line(2, union))
    assert [each["text"] for each in written.options["unions_unfound"]] == [BY_TONGUE]
    desk.post(reverse("console:intake-commit", args=[written.pk]))
    run_jobs()
    assert newest().status == "committed" and "unions_unfound" not in newest().options


def test_numbers_in_a_column_that_was_taken_for_the_unions_are_kept_nowhere(desk):
    batch = tried(desk, called(1, "36990119850607001X"), called(2, "19900000001"))
    assert counted(batch) == {"held": 2} and batch.options["unions_unfound"] == []
    assert "36990119850607001X" not in page(desk, batch)


@pytest.mark.parametrize("change", [{"ended_on": "2026-01-02"}, {"path": "0099"}], ids=["ended", "elsewhere"])
def test_a_union_that_ended_or_went_elsewhere_since_is_asked_for_anew(desk, union, change):
    say(desk, tried(desk, called(1, BY_TONGUE), called(2, "")), {BY_TONGUE: union.name, "": union.name})
    assert counted(newest()) == {"new": 2}
    with acting(SYSTEM):
        Organisation.objects.filter(pk=union.pk).update(**change)
    batch = tried(desk, called(3, BY_TONGUE), called(4, ""))
    assert counted(batch) == {"held": 2}
    assert f"“{BY_TONGUE}”" in page(desk, batch)


def test_an_answer_from_an_older_page_is_taken_for_the_name_that_it_was_about(desk, union, city):
    """Two clerks have the page open: what the first said stands, whatever the second's page did not ask."""
    other = unions_below(city)[1]
    batch = tried(desk, called(1, BY_TONGUE), called(2, "甲站"), called(3, "甲站"))
    say(desk, batch, {"甲站": other.name})
    say(at_desk(city, "mei"), newest(), {BY_TONGUE: union.name})
    assert newest().options["unions_said"] == {BY_TONGUE: str(union.pk), "甲站": str(other.pk)}
    assert counted(newest()) == {"new": 3}
