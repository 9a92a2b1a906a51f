"""An order's way: drafted with lines, refused, previewed, signed by a second official, carried out, taken back."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.registry import consents, memberships
from niangjia.registry.models import Organisation, ReorganisationOrder
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.browser.test_roster import press
from tests.factories import AT, organisation, person
from tests.jobs import run_jobs
from tests.registry.reorganisation.city import COUNTY, JOINT, SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG = "青岚市快递物流与网约配送新就业形态劳动者行业联合工会（含驿站、分拨中心与即时配送站点）"
NUMBER = "青工发〔2026〕17号（关于调整部分基层工会隶属关系、合并两家联合工会的通知）"


class Desks(Walk):
    """A clerk and a leader of the city, and a clerk of each of its counties."""

    def __init__(self, browser: Browser, site: str, language: str, script: bool) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        with acting(SYSTEM):
            self.city = organisation(name="青岚市总工会")
            self.east = organisation(under=self.city, name="东城区总工会", **COUNTY)
            self.west = organisation(under=self.city, name="西城区总工会", **COUNTY)
            self.union = organisation(under=self.east, name=LONG, **JOINT)
            self.small = organisation(under=self.east, name="东城快递联合工会", **JOINT)
            for union, name in ((self.union, "张骉"), (self.union, "李犇"), (self.small, "王龘")):
                member = person(union, name=name)
                memberships.open_spell(member, union, channel="online", by=SYSTEM, at=AT)
                consents.give(member, "membership", "1", by=SYSTEM, at=AT)
        self.clerk = self.desk("lan", self.city, Role.CLERK)
        self.leader = self.desk("mei", self.city, Role.LEADER)
        self.old = self.desk("dong", self.east, Role.CLERK)
        self.new = self.desk("xi", self.west, Role.CLERK)


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server):  # noqa: F811
    """A fresh city for each language, and once without script."""
    language, script = request.param
    yield Desks(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def test_an_order_from_the_draft_to_the_day_and_back(walk, tmp_path):
    the_clerk_drafts(walk)
    a_line_is_refused(walk)
    lines_come_by_file(walk, tmp_path)
    the_preview_is_looked_at(walk)
    the_leader_signs(walk)
    the_member_is_seen_by_the_new_office_and_no_longer_by_the_old(walk)
    figures_have_moved_by_branch_and_stand_in_all(walk, {"东城区总工会": 0, "西城区总工会": 3})
    the_order_is_taken_back(walk)
    figures_have_moved_by_branch_and_stand_in_all(walk, {"东城区总工会": 3, "西城区总工会": 0})


def order() -> ReorganisationOrder:
    with acting(SYSTEM):
        return ReorganisationOrder.objects.get()


def fresh(unit) -> Organisation:
    with acting(SYSTEM):
        return Organisation.objects.get(pk=unit.pk)


def the_clerk_drafts(walk):
    page = walk.clerk
    walk.go(page, "console:orders")
    walk.look(page, "orders-empty")
    send(page)
    walk.look(page, "orders-mistake")
    page.fill("#id_document_number", NUMBER)
    page.fill("#id_effective_on", day_of(timezone.now()).isoformat())
    send(page)
    walk.look(page, "order-no-line")


def line(walk, kind, unit, target):
    page = walk.clerk
    page.select_option("#id_kind", kind)
    page.fill("#id_unit", unit.code)
    page.fill("#id_target", target.code)
    press(page, "form[action$='/lines/'] button[type=submit]")


def a_line_is_refused(walk):
    page = walk.clerk
    line(walk, "move", walk.union, walk.small)
    line(walk, "dissolve", walk.small, walk.west)
    press(page, "form[action$='/preview/'] button")
    assert order().status == "draft" and page.locator("a[href='#line-1']").count() == 2
    walk.look(page, "order-refused")
    for number in (2, 1):
        press(page, f"form[action$='/lines/{number}/drop/'] button")


def lines_come_by_file(walk, tmp_path):
    page = walk.clerk
    with page.expect_download() as coming:
        page.locator("a[href$='/template.xlsx']").click()
    coming.value.save_as(place := tmp_path / "lines.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(place.read_bytes()))
    sheet = book.worksheets[0]
    word = ("划转", "合并") if walk.language == "zh-hans" else ("move", "merge")
    sheet.append([word[0], walk.union.code, walk.west.code])
    sheet.append([word[1], walk.small.code, walk.union.code])
    book.save(place)
    page.set_input_files("input[type=file]", str(place))
    press(page, "form[action$='/file/'] button")
    assert page.locator("tr[id^=line-]").count() == 2
    walk.look(page, "order-lines")


def the_preview_is_looked_at(walk):
    page = walk.clerk
    press(page, "form[action$='/preview/'] button")
    assert order().status == "previewed"
    assert page.locator("form[action$='/sign/']").count() == 0
    walk.look(page, "order-previewed")


def the_leader_signs(walk):
    page = walk.leader
    walk.go(page, "console:orders")
    walk.look(page, "orders-list")
    press(page, "main tbody a")
    press(page, "form[action$='/sign/'] button")
    assert page.locator("progress").count() == 1
    walk.look(page, "order-waiting")
    run_jobs()
    page.wait_for_selector("a[href$='/take-back/']")
    assert order().status == "carried_out"
    walk.look(page, "order-carried-out")


def the_member_is_seen_by_the_new_office_and_no_longer_by_the_old(walk):
    walk.go(walk.new, "console:members")
    assert walk.new.locator("main tbody tr").count() == 3
    walk.go(walk.old, "console:members")
    assert walk.old.locator("main tbody tr").count() == 0
    walk.go(walk.old, "console:notices")
    walk.look(walk.old, "order-notices")


def figures_have_moved_by_branch_and_stand_in_all(walk, expected):
    page = walk.leader
    walk.go(page, "console:board")
    rows = {
        row.locator("th").inner_text().split("\n")[0]: row.locator("td").all_inner_texts()[-1].split("\n")[0]
        for row in page.locator("main table").first.locator("tbody tr").all()
    }
    found = {name: rows.get(name) for name in expected}
    assert {name: int(n or 0) for name, n in found.items()} == expected
    walk.look(page, "order-board")


def the_order_is_taken_back(walk):
    page = walk.leader
    walk.go(page, "console:order", order().pk)
    press(page, "a[href$='/take-back/']")
    walk.look(page, "order-take-back")
    send(page)
    run_jobs()
    page.wait_for_selector("progress", state="detached")
    assert order().status == "taken_back"
    assert fresh(walk.union).path == walk.union.path
    walk.look(page, "order-taken-back")
