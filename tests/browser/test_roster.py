"""One roster's way: handed in, tried, written, given back for repair, taken back; and what a bad file is told."""

from __future__ import annotations

import openpyxl
import pytest
from playwright.sync_api import Browser

from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_xlsx
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Membership
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
KINDS = ("id_check", "sex_differs", "nation_unknown", "duplicate_same", "union_unknown")
LONG = (
    "青岚市二〇二六年第三季度快递货运网约配送新就业形态劳动者会员花名册（含各县区汇总，第十一稿，报组织部）"
)
WRITE = GO_ON = "form[action$='/write/'] button"


class Desk(Walk):
    """A clerk of the made-up city, with a roster beside."""

    def __init__(self, browser: Browser, site: str, language: str, script: bool) -> None:  # noqa: F811
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        self.city = load_city()
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


@pytest.fixture
def file(tmp_path):
    """A workbook as a clerk sends it, with a long name."""
    path = tmp_path / f"{LONG}.xlsx"
    write_xlsx(roster(120, 21, kinds=KINDS), path)
    return path


def test_a_roster_from_the_file_to_the_roll_and_back(walk, file, tmp_path):
    the_clerk_hands_in(walk, file)
    the_trial_run_is_looked_at(walk)
    the_columns_are_corrected(walk)
    the_good_rows_are_written(walk)
    the_repair_workbook_comes_back(walk, tmp_path)
    the_same_file_leads_to_the_same_batch(walk, file)
    what_was_written_is_taken_back(walk)
    a_bad_file_is_told_why(walk, tmp_path)


def members() -> int:
    with acting(SYSTEM):
        return Membership.objects.count()


def batch() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-pk").first()


def upload(page, path):
    page.set_input_files("input[type=file]", str(path))
    send(page)


def press(page, what: str):
    with page.expect_navigation():
        page.locator(what).first.click()


def the_clerk_hands_in(walk, file):
    page = walk.clerk
    walk.go(page, "console:intake")
    walk.look(page, "intake-empty")
    send(page)
    walk.look(page, "intake-no-file")
    page.check("#id_create_organisations")
    upload(page, file)
    assert "/intake/" in page.url and page.locator("progress").count() == 1
    walk.look(page, "intake-waiting")


def the_trial_run_is_looked_at(walk):
    page = walk.clerk
    run_jobs()
    page.wait_for_selector(WRITE)  # the page renews itself, with script and without
    assert batch().status == "planned" and members() == 0
    walk.look(page, "intake-trial")
    walk.go(page, "console:intake-batch", batch().pk)
    press(page, "a[href*='show=refused']")
    assert page.locator("#rows tbody tr").count() == batch().counts["refused"]
    walk.look(page, "intake-refused-rows")


def the_columns_are_corrected(walk):
    page = walk.clerk
    page.locator("details.choice:has(form[action$='/columns/']) > summary").click()
    page.select_option("#id_name", "")
    press(page, "form[action$='/columns/'] button")
    walk.look(page, "intake-columns-mistake")
    page.select_option("#id_name", str(batch().mapping["name"]))
    press(page, "form[action$='/columns/'] button")
    assert page.locator("progress").count() == 1
    run_jobs()
    page.wait_for_selector(WRITE)


def the_good_rows_are_written(walk):
    page = walk.clerk
    press(page, WRITE)
    press(page, "form[action$='/stop/'] button")
    walk.look(page, "intake-stopping")
    run_jobs()
    page.wait_for_selector(GO_ON)
    assert batch().status == "partly_committed"
    walk.look(page, "intake-stopped")
    press(page, GO_ON)
    walk.look(page, "intake-writing")
    run_jobs()
    page.wait_for_selector("a[href$='/undo/']")
    assert batch().status == "committed" and members() == batch().counts["new"]
    walk.look(page, "intake-written")
    walk.go(page, "console:notices")
    walk.look(page, "intake-notices")


def the_repair_workbook_comes_back(walk, tmp_path):
    page = walk.clerk
    walk.go(page, "console:intake-batch", batch().pk)
    with page.expect_download() as coming:
        page.locator("a[href$='/repair.xlsx']").click()
    coming.value.save_as(place := tmp_path / "repair.xlsx")
    book = openpyxl.load_workbook(place)
    said = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert ("退回原因" if walk.language == "zh-hans" else "Why it came back") in said


def the_same_file_leads_to_the_same_batch(walk, file):
    page = walk.clerk
    walk.go(page, "console:intake")
    walk.look(page, "intake-list")
    upload(page, file)
    assert page.url.endswith(f"/intake/{batch().pk}/") and page.locator(".said-info").count() == 1
    walk.look(page, "intake-again")


def what_was_written_is_taken_back(walk):
    page = walk.clerk
    press(page, "a[href$='/undo/']")
    walk.look(page, "intake-undo")
    send(page)
    run_jobs()
    page.wait_for_selector("progress", state="detached")
    assert batch().status == "undone" and members() == 0
    walk.look(page, "intake-undone")


def a_bad_file_is_told_why(walk, tmp_path):
    page = walk.clerk
    (bad := tmp_path / "bad.xlsx").write_bytes(b"%PDF-1.7 nothing of a roster")
    walk.go(page, "console:intake")
    upload(page, bad)
    run_jobs()
    page.wait_for_selector(".state-error")
    walk.look(page, "intake-failed")
    walk.go(page, "console:intake")
    walk.look(page, "intake-list-full")
