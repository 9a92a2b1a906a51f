"""A clerk's way through people with two records: searched, filtered, looked at, uncovered, merged, and taken apart again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.registry.models import Employer, Person
from tests.browser.test_journey import Walk, browser  # noqa: F401 browser is a fixture
from tests.browser.test_roster import press
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM
from tests.registry.duplicates import made
from tests.registry.duplicates.test_queue import waiting

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG_UNION = "青岚市滨江新区快递物流与网约配送行业工会联合会第十二片区分会"
LONG_NAME = "欧阳阿卜杜拉·买买提·伊布拉依木江"
SEARCH = "form[action$='/search/'] button"
MERGE = "form[action$='/merge/'] .decide button"
APART = "form[action$='/unmerge/'] button"


class Desk(Walk):
    """A clerk of a county in which three people have two records each."""

    def __init__(self, browser: Browser, site: str, language: str, script: bool) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        _, self.county, near, _ = made.unions()
        before = timezone.now() - timedelta(days=1)
        with acting(SYSTEM):
            near[1].name = LONG_UNION
            near[1].save()
            firm = Employer.objects.create(
                name="青岚市" + "极速同城即时配送服务" * 4 + "有限责任公司", name_key="极速"
            )
        first = made.member(near[0], at=before, education="20")
        second = made.member(
            near[1], made.SLIP, name="张玮丽", phone="13800138001", at=before, education="30"
        )
        with acting(SYSTEM):
            Person.objects.filter(pk=second.pk).update(employer=firm)
        made.member(near[0], NUMBERS[40], name=LONG_NAME, phone="13800138009", at=before)
        made.member(near[1], "", name=LONG_NAME, phone="13800138009", at=before, on_roll=False)
        made.member(near[0], NUMBERS[50], name="王小二", phone="13800138019", at=before)
        made.member(near[1], "", name="王小二", phone="13800138019", at=before, on_roll=False)
        self.first = first
        self.clerk = self.desk("lan", self.county, Role.CLERK)


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False), ("en", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server, settings):  # noqa: F811
    """A fresh county for each language, with and without script."""
    settings.NIANGJIA_DEMO = True
    language, script = request.param
    yield Desk(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def test_a_clerk_works_through_the_people_with_two_records(walk):
    the_clerk_searches(walk)
    the_queue_is_filtered(walk)
    the_numbers_are_uncovered_for_a_reason(walk)
    a_choice_that_is_missing_is_said(walk)
    the_two_become_one(walk)
    the_merge_is_taken_back(walk)
    many_are_decided_at_once(walk)
    assert walk.complaints == []


def persons() -> int:
    with acting(SYSTEM):
        return Person.objects.count()


def the_clerk_searches(walk):
    page = walk.clerk
    walk.go(page, "console:duplicates")
    walk.look(page, "duplicates-empty")
    press(page, SEARCH)
    assert page.locator("progress").count() == 1
    walk.look(page, "duplicates-searching")
    run_jobs()
    page.wait_for_selector(SEARCH)  # the page renews itself, with script and without
    walk.go(page, "console:duplicates")
    assert page.locator("tbody tr").count() == 3
    walk.look(page, "duplicates-found")


def the_queue_is_filtered(walk):
    page = walk.clerk
    page.select_option("select[name=why]", "ID_SLIP")
    press(page, "form.flt button[type=submit]")
    assert page.locator("tbody tr").count() == 1
    walk.look(page, "duplicates-filtered")
    page.select_option("select[name=why]", "TWINS")
    press(page, "form.flt button[type=submit]")
    walk.look(page, "duplicates-filtered-away")
    page.select_option("select[name=why]", "ID_SLIP")
    press(page, "form.flt button[type=submit]")
    press(page, "tbody th a")


def the_numbers_are_uncovered_for_a_reason(walk):
    page = walk.clerk
    walk.look(page, "duplicate")
    assert made.NUMBER not in page.content()
    press(page, "form[action$='/unmask/'] button")
    walk.look(page, "duplicate-no-reason")
    page.fill("#id_reason", "核对证件照片")
    press(page, "form[action$='/unmask/'] button")
    assert made.NUMBER in page.content() and made.SLIP in page.content()
    walk.look(page, "duplicate-uncovered")


def a_choice_that_is_missing_is_said(walk):
    page = walk.clerk
    page.check("input[name=id_number][value=first]")
    press(page, MERGE)
    assert page.locator(".pick-error").count() >= 2
    assert page.is_checked("input[name=id_number][value=first]")
    walk.look(page, "duplicate-choices-missing")


def the_two_become_one(walk):
    page = walk.clerk
    for field, side in {"name": "first", "phone": "second", "roll": "second", "education": "second"}.items():
        page.check(f"input[name={field}][value={side}]")
    press(page, MERGE)
    walk.look(page, "duplicate-merging")
    run_jobs()
    page.wait_for_selector(APART)
    assert persons() == 5
    walk.look(page, "duplicate-merged")
    walk.go(page, "console:duplicates")
    press(page, ".tabs a[href*='show=merged']")
    assert page.locator("tbody tr").count() == 1
    walk.look(page, "duplicates-merged")
    press(page, "tbody th a")


def the_merge_is_taken_back(walk):
    page = walk.clerk
    press(page, APART)
    run_jobs()
    page.wait_for_selector(MERGE)
    assert persons() == 6
    walk.look(page, "duplicate-taken-back")


def many_are_decided_at_once(walk):
    page = walk.clerk
    walk.go(page, "console:duplicates")
    for box in page.locator("input[name=pair]").all():
        box.check()
    press(page, "button[name=what][value=merge]")
    assert page.locator("tbody tr").count() == 3
    assert page.locator("tbody .st-jade").count() == 2
    walk.look(page, "duplicates-results")
    run_jobs()
    assert persons() == 4
    walk.go(page, "console:duplicates")
    press(page, "tbody th a")
    press(page, "form[action$='/different/'] button")
    walk.look(page, "duplicate-different")
    walk.go(page, "console:duplicates")
    walk.look(page, "duplicates-done")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_queue_of_very_many_pairs_says_about_and_how_to_come_to_the_rest(
    browser,  # noqa: F811
    live_server,
    settings,
    language,
):
    settings.NIANGJIA_DEMO = True
    walk = Desk(browser, live_server.url, language, True)
    with acting(SYSTEM):
        union = type(walk.county).objects.filter(path__gt=walk.county.path).order_by("path").first()
    people = [made.member(union, "", name=f"王{chr(0x4E10 + k)}", phone="", on_roll=False) for k in range(33)]
    waiting(walk.county, people)
    walk.go(walk.clerk, "console:duplicates")
    walk.look(walk.clerk, "duplicates-many")
    assert {"zh-hans": "约 528", "en": "about 528"}[language] in walk.clerk.content()
    for context in browser.contexts:
        context.close()
    assert walk.complaints == []
