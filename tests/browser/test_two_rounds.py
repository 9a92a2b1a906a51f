"""A clerk mends a roster with two hundred faults in two rounds, in the very workbook that comes back each time."""

from __future__ import annotations

import pytest

from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_xlsx
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import BatchRow
from tests.browser.test_journey import browser  # noqa: F401 a fixture
from tests.browser.test_roster import WRITE, Desk, batch, members, press, upload
from tests.cli.test_mending import mend
from tests.intake.rosters import SYSTEM
from tests.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
ROWS, FAULTS = 1_200, 200


@pytest.fixture(params=[("zh-hans", True), ("en", False)], ids=["zh-hans-script", "en-plain"])
def walk(request, browser, live_server, settings):  # noqa: F811
    """A fresh city, once in each language, once without script."""
    settings.NIANGJIA_DEMO = True
    language, script = request.param
    yield Desk(browser, live_server.url, language, script)
    for context in browser.contexts:
        context.close()


def test_two_hundred_faults_are_mended_in_two_rounds(walk, tmp_path):
    made = roster(ROWS, 77, share=0.25)
    write_xlsx(made, file := tmp_path / "roster.xlsx")
    bad = [
        row
        for row, verdict in made.truth.select("row", "verdict").iter_rows()
        if verdict in ("held", "refused")
    ]
    assert len(bad) >= FAULTS
    first = bad[::2]

    sound = handed_in_and_written(walk, file)
    assert returned() == bad
    walk.look(walk.clerk, "two-rounds-first")
    mend(fetched(walk, tmp_path / "back.xlsx"), first, made, to=tmp_path / "first.xlsx")
    there = handed_in_and_written(walk, tmp_path / "first.xlsx")
    rest = returned()  # who contradicted a row that is mended now goes in too
    assert set(rest) <= set(bad) - set(first) and there == sound + len(bad) - len(rest)
    walk.look(walk.clerk, "two-rounds-second")
    mend(fetched(walk, tmp_path / "again.xlsx"), rest, made, to=tmp_path / "second.xlsx", seed=79)
    assert handed_in_and_written(walk, tmp_path / "second.xlsx") == sound + len(bad)
    assert returned() == []
    walk.look(walk.clerk, "two-rounds-done")


def returned() -> list[int]:
    """Return the rows of the newest roster that came back."""
    newest = batch().pk
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch_id=newest, verdict__in=("held", "refused"))
        return sorted(rows.values_list("row", flat=True))


def handed_in_and_written(walk, file) -> int:
    """Hand a workbook in, write its good rows, and return how many members there are."""
    page = walk.clerk
    walk.go(page, "console:intake")
    upload(page, file)
    run_jobs()
    page.wait_for_selector(WRITE)
    press(page, WRITE)
    run_jobs()
    page.wait_for_selector("a[href$='/undo/']")
    return members()


def fetched(walk, place):
    """Download the repair workbook of the roster on the page."""
    with walk.clerk.expect_download() as coming:
        walk.clerk.locator("a[href$='/repair.xlsx']").click()
    coming.value.save_as(place)
    return place
