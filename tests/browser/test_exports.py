"""A list on its way out: asked with a purpose, made while one looks, fetched, seen by the office above."""

from __future__ import annotations

import openpyxl
import pytest
from playwright.sync_api import Browser

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.copies.models import Export
from niangjia.registry import memberships, persons
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.browser.test_roster import press
from tests.factories import AT, organisation
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG = "青岚市临港经济技术开发区现代物流园快递货运网约配送新就业形态劳动者联合工会"
PURPOSE = "二〇二六年国庆中秋节日慰问物资按单位分发，核对领取人，领取后当场销毁纸质名单并报市总工会备案"


class Office(Walk):
    """A county with one union of a long name, its clerk, and the leader above."""

    def __init__(self, browser: Browser, site: str, language: str, script: bool) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        with acting(SYSTEM):
            city = organisation()
            county = organisation(under=city, kind="general_federation", level="county")
            union = organisation(under=county, name=LONG)
            for n in range(3):
                facts = {"name": f"测试{n}", "id_kind": "citizen", "sex": "1", "group": "courier"}
                told = {"id_number": NUMBERS[n], "phone": f"1409200{n:04}"}
                one = persons.register(told, facts, at_union=union, by=SYSTEM, at=AT)
                memberships.open_spell(one, union, channel="online", by=SYSTEM, at=AT)
        self.clerk = self.desk("lan", county, Role.CLERK)
        self.leader = self.desk("superior", city, Role.LEADER)


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server):  # noqa: F811
    """A fresh county for each language, and once without script."""
    language, script = request.param
    yield Office(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def newest() -> Export:
    with acting(SYSTEM):
        return Export.objects.order_by("-pk").first()


def test_a_list_is_taken_out_and_the_office_above_sees_it(walk, tmp_path):
    page = walk.clerk
    walk.go(page, "console:exports")
    walk.look(page, "exports-empty")
    walk.go(page, "console:members")
    press(page, "a[href*='/exports/of/members/']")
    walk.look(page, "export-new")
    send(page)
    walk.look(page, "export-no-purpose")
    page.fill("#id_purpose", PURPOSE)
    page.check("#id_uncovered")
    send(page)
    assert page.locator("progress").count() == 1
    walk.look(page, "export-waiting")
    run_jobs()
    page.wait_for_selector("a.btn-primary")
    walk.look(page, "export-ready")
    with page.expect_download() as coming:
        page.locator("a.btn-primary").click()
    coming.value.save_as(place := tmp_path / "members.xlsx")
    lines = list(openpyxl.load_workbook(place).active.iter_rows(values_only=True))
    assert len(lines) == 4 and newest().rows == 3
    walk.go(page, "console:export", newest().pk)
    walk.look(page, "export-given")
    above = walk.leader
    walk.go(above, "console:exports")
    assert above.locator("tbody tr").count() == 1
    walk.look(above, "exports-above")
    walk.go(above, "console:export", newest().pk)
    assert above.locator("a.btn-primary").count() == 0
    walk.look(above, "export-above")
    press(page, "form[action$='/remove/'] button")
    walk.look(page, "export-removed")
