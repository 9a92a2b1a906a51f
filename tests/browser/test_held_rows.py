"""A clerk's way through held rows: told on the list's page, decided side by side, looked at closer, uncovered, carried out."""

from __future__ import annotations

import pytest
from django.utils import timezone

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Person
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.browser.test_lists import press
from tests.intake.holding import line, number, phone, unions_below, written
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG = "二〇二六年第三季度青岚市物流货运及快递行业工会联合会新入会职工花名册（含各县区汇总，第三稿）.csv"
LONG_NAME = "欧阳阿卜杜拉·买买提·伊布拉依木江"


class Desk(Walk):
    """A clerk of a city with a written list, rows of which were held."""

    def __init__(self, browser, site, language, script) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        self.city = load_city()
        now = timezone.now()
        one, two = unions_below(self.city)
        written(self.city, line(1, one, name=LONG_NAME), line(3, two, name="王三丰"), at=now)
        self.batch = written(
            self.city,
            line(101, one, name=LONG_NAME, phone=phone(1), education="大学本科"),
            line(3, one, name="王三丰", phone=phone(33)),
            line(7, one, name="张七丰"),
            line(7, one, name="李七丰"),
            line(5, one, name="赵五丰", sex="女"),
            line(9, None, name="钱九丰"),
            name=LONG,
            at=now,
        )
        self.clerk = self.desk("lan", self.city, Role.CLERK)


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server, settings):  # noqa: F811
    """A fresh city for each language, and once without script."""
    settings.NIANGJIA_DEMO = True
    language, script = request.param
    yield Desk(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def test_held_rows_are_decided_beside_the_register(walk):
    page = walk.clerk
    walk.go(page, "console:intake")
    walk.look(page, "held-on-the-lists")
    walk.go(page, "console:intake-batch", walk.batch.pk)
    walk.look(page, "held-on-the-list")
    press(page, "a[href*='/intake/held/']")
    assert page.locator("fieldset.held").count() == 6
    assert number(101) not in page.content()
    walk.look(page, "held-rows")
    closer(walk)
    decided(walk)
    assert walk.complaints == []


def closer(walk):
    page = walk.clerk
    press(page, "fieldset.held a[href*='/intake/held/']")
    walk.look(page, "held-row")
    press(page, "form[action$='/unmask/'] button")
    walk.look(page, "held-row-no-reason")
    page.fill("#id_reason", "核对证件照片")
    press(page, "form[action$='/unmask/'] button")
    assert number(101) in page.content() and number(1) in page.content()
    walk.look(page, "held-row-uncovered")
    walk.go(page, "console:held-rows")


def decided(walk):
    page = walk.clerk
    rows = page.locator("fieldset.held")
    rows.nth(0).locator("input[type=radio]").first.check()
    for at, answer in enumerate(("out", "new", "new", "new", "new"), start=1):
        rows.nth(at).locator(f"input[value={answer}]").check()
    rows.nth(5).locator("input[type=text]").fill(unions_below(walk.city)[0].name)
    send(page)
    walk.look(page, "held-rows-being-carried-out")
    run_jobs()
    walk.go(page, "console:held-rows")
    assert page.locator("fieldset.held").count() == 1  # of two with one number, one went in
    walk.look(page, "held-row-back")
    page.locator("fieldset.held input[value=out]").check()
    send(page)
    run_jobs()
    walk.go(page, "console:held-rows")
    walk.look(page, "held-rows-empty")
    with acting(SYSTEM):
        batch = Batch.objects.get(pk=walk.batch.pk)
        assert Person.objects.count() == 5
    assert {verdict: n for verdict, n in batch.counts.items() if n} == {"changed": 1, "new": 3, "refused": 2}
    walk.go(page, "console:intake-batch", walk.batch.pk)
    walk.look(page, "held-list-settled")
