"""Lists of other kinds: chosen, remembered, in doubt, decided; looked at in both languages and both widths."""

from __future__ import annotations

from datetime import date

import pytest

from niangjia.cli.synth.officers import HEADERS as OFFICERS
from niangjia.cli.synth.officers import officers
from niangjia.cli.synth.registers import HEADERS, register
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Officer, Organisation
from tests.browser.test_journey import Walk, browser, send  # noqa: F401 browser is a fixture
from tests.intake.rosters import SYSTEM, committed, load_city, planned, roster, sheet_of
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG_UNION = "青岚市滨江新区快递物流与网约配送行业工会联合会第十二片区联合工会委员会"
LONG = "二〇二六年第三季度税务部门移交的全市物流货运及快递企业从业人员登记名单（含各县区汇总，第三稿）"


class Desk(Walk):
    """A clerk of the made-up city."""

    def __init__(self, browser, site, language, script) -> None:  # noqa: F811
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


def test_a_list_of_employers_with_some_in_doubt(walk, tmp_path):
    page, made = walk.clerk, register(42)
    walk.go(page, "console:employer-doubts")
    walk.look(page, "doubts-empty")
    walk.go(page, "console:intake")
    page.locator(".list-kinds a[href='?kind=changes']").click()
    walk.look(page, "lists-changes")
    page.locator(".list-kinds a[href='?kind=employers']").click()
    walk.look(page, "lists-employers")
    upload(walk, tmp_path, "a", made.first)
    press(page, "form[action$='/write/'] button")
    run_jobs()

    walk.go(page, "console:intake")
    page.locator(".list-kinds a[href='?kind=employers']").click()
    upload(walk, tmp_path, LONG, made.second)
    walk.look(page, "employers-trial")
    walk.go(page, "console:employer-doubts")
    walk.look(page, "doubts")
    before = page.locator("fieldset.doubt").count()
    page.locator("fieldset.doubt").nth(0).locator("input").first.check()
    page.locator("fieldset.doubt").nth(1).locator("input[value=new]").check()
    send(page)
    walk.look(page, "doubts-decided")
    assert page.locator("fieldset.doubt").count() == before - 2

    remapped(walk)
    upload(walk, tmp_path, "b", made.second[:3])
    walk.look(page, "columns-as-last-time")


def remapped(walk):
    page = walk.clerk
    run_jobs()
    with acting(SYSTEM):
        batch = Batch.objects.order_by("-pk").first()
    walk.go(page, "console:intake-batch", batch.pk)
    page.locator("details.choice > summary").click()
    page.select_option("#id_address", "")
    press(page, "form[action$='/columns/'] button")
    run_jobs()
    walk.go(page, "console:intake")
    page.locator(".list-kinds a[href='?kind=employers']").click()


def test_a_list_of_officers_from_the_file_to_the_page(walk, tmp_path):
    page, made = walk.clerk, roster(60, 5, kinds=(), noisy=False)
    committed(walk.city, planned(walk.city, *sheet_of(made)))
    with acting(SYSTEM):
        union = Organisation.objects.filter(kind="joint").first()
        union.name = LONG_UNION
        union.save()
    walk.go(page, "console:officers")
    walk.look(page, "officers-empty")
    page.locator("main a[href$='?kind=officers']").first.click()
    walk.look(page, "lists-officers")
    upload(walk, tmp_path, "officers", officers(made, 3).first, headings=OFFICERS)
    walk.look(page, "officers-trial")
    press(page, "form[action$='/write/'] button")
    run_jobs()
    with acting(SYSTEM):
        late = Officer.objects.filter(to_on=None).order_by("path", "id").first()
        Officer.objects.filter(pk=late.pk).update(term_until=date(2026, 6, 1))
    walk.go(page, "console:officers")
    walk.look(page, "officers")
    page.locator(".seg a[href='?show=left']").click()
    walk.look(page, "officers-left")
    page.select_option("select[name=post]", "women_member")
    press(page, "form.flt button")
    walk.look(page, "officers-none")


def upload(walk, tmp_path, name, rows, headings=HEADERS):
    page, path = walk.clerk, tmp_path / f"{name}.csv"
    lines = [",".join(headings), *(",".join(row) for row in rows)]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    page.set_input_files("input[type=file]", str(path))
    send(page)
    run_jobs()
    page.wait_for_selector("form[action$='/write/'] button")


def press(page, what):
    with page.expect_navigation():
        page.locator(what).first.click()
