"""A clerk whose list calls unions by other names says once which are meant, and the rows go in."""

from __future__ import annotations

import pytest

from niangjia.console.intake.forms import field_of
from tests.browser.test_journey import browser  # noqa: F401 a fixture
from tests.browser.test_roster import WRITE, batch, members, press, upload, walk  # noqa: F401 walk is a fixture
from tests.intake.holding import HEADS, line, unions_below
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
NAMES = (
    "快递小哥之家",
    "青岚市经济技术开发区临港物流产业园快递与网约配送行业新就业形态劳动者工会联合会(筹)第三工作站",
)
SAY = "form[action$='/unions/'] button"


def test_names_that_tell_no_union_are_explained_once(walk, tmp_path):  # noqa: F811
    page, (union, other) = walk.clerk, unions_below(walk.city)
    short, long = (f"#id_{field_of(name)}" for name in NAMES)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([HEADS, *(called(n, NAMES[n > 3]) for n in range(1, 6)), called(6, "")]))
    second.write_text("\n".join([HEADS, called(7, NAMES[0])]))

    handed_in(walk, first)
    assert batch().counts["held"] == 6
    walk.look(page, "union-names-unfound")
    page.fill(short, union.code)
    page.fill(long, "不存在的工会")
    press(page, SAY)
    walk.look(page, "union-names-mistake")
    page.fill(long, other.name)
    press(page, SAY)
    run_jobs()
    page.wait_for_selector(WRITE)
    assert batch().counts["new"] == 5
    walk.look(page, "union-names-said")
    press(page, WRITE)
    run_jobs()
    assert members() == 5

    handed_in(walk, second)  # as last time
    assert batch().counts["new"] == 1
    page.locator("details.choice:has(form[action$='/unions/']) > summary").click()
    walk.look(page, "union-names-as-last-time")
    assert walk.complaints == []


def called(n: int, name: str) -> str:
    return line(n, None).replace("不存在工会", name)


def handed_in(desk, file) -> None:
    desk.go(desk.clerk, "console:intake")
    upload(desk.clerk, file)
    run_jobs()
    desk.clerk.wait_for_selector(WRITE)
