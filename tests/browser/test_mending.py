"""A clerk asks a worker by phone, the worker mends the own row there, and the clerk takes it in."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.notices import sms
from niangjia.registry.models import Consent, Person
from tests.browser.test_held_rows import LONG
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.browser.test_lists import press
from tests.intake.holding import line, number, phone, unions_below, written
from tests.intake.rosters import SYSTEM, load_city
from tests.intake.test_repair_tasks import slip
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]


class Desk(Walk):
    """A clerk of a city with a written list, three rows of which have a fault that the worker can correct."""

    def __init__(self, browser, site, language, script) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        self.city = load_city()
        union = unions_below(self.city)[0]
        self.batch = written(
            self.city,
            line(5, union, name="张★丰", number=slip(5)),
            line(7, union, name="欧阳阿卜杜拉·买买提·伊布拉依木江", number=""),
            line(9, union, name="赵九丰", sex="女"),
            name=LONG,
            at=timezone.now(),
        )
        self.clerk = self.desk("lan", self.city, Role.CLERK)


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server, settings):  # noqa: F811
    """A fresh city for each language, and once without script."""
    settings.NIANGJIA_DEMO = True
    settings.NIANGJIA_PUBLIC_URL = live_server.url
    language, script = request.param
    yield Desk(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def test_a_worker_mends_the_own_row_by_phone(walk):
    asked(walk)
    mended(walk)
    taken_in(walk)
    assert walk.complaints == []


def asked(walk):
    page = walk.clerk
    walk.go(page, "console:intake-batch", walk.batch.pk)
    walk.look(page, "mending-on-the-list")
    press(page, "a[href*='/held/mending/']")
    assert page.locator("input[type=checkbox]").count() == 3
    walk.look(page, "mending")
    page.locator("input[type=checkbox]").first.check()
    send(page)
    run_jobs()
    page.reload()
    walk.look(page, "mending-asked")
    assert page.locator("input[type=checkbox]").count() == 2
    press(page, "button[name=withdraw]")
    walk.look(page, "mending-withdrawn")
    page.locator("input[type=checkbox]").first.check()
    send(page)
    run_jobs()


def mended(walk):
    address = re.search(r"http\S+/r/[\w-]+/", sms.gateway().last(phone(5)))[0]
    worker = walk.window()
    worker.goto(address)
    worker.fill("input[name=phone]", phone(5))
    send(worker)
    worker.fill("input[name=code]", code_of(5))
    send(worker)
    walk.look(worker, "mend")
    send(worker)
    walk.look(worker, "mend-nothing-typed")
    worker.fill("input[name=name]", "张五丰")
    worker.fill("input[name=id_number]", number(5))
    worker.check("input[name=membership]")
    worker.check("input[name=sensitive_id]")
    send(worker)
    walk.look(worker, "mend-done")
    worker.goto(address)
    walk.look(worker, "mend-gone")


def code_of(n):
    return re.search(r"\d{6}", sms.gateway().last(phone(n)))[0]


def taken_in(walk):
    page = walk.clerk
    run_jobs()
    walk.go(page, "console:held-rows")
    walk.look(page, "held-rows-mended")
    page.locator("fieldset.held input[value=new]").first.check()
    send(page)
    run_jobs()
    with acting(SYSTEM):
        made = Person.objects.get(name="张五丰")
        assert Consent.objects.filter(person=made).count() == 2
    walk.go(page, "console:held-mending")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    assert page.locator("tbody tr").count() == 2
    walk.look(page, "mending-two-left")
