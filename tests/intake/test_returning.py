"""The repair workbook of a long list is made in the background, kept for its office, and old once the list is written."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_csv, write_xlsx
from niangjia.core.roles import Role
from niangjia.foundation import parameters
from niangjia.foundation.acting import acting
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.notices.models import Notice
from niangjia.intake import jobs
from tests.console.intake.test_pages import at_desk, newest, page, url
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]
KINDS = ("id_check", "sex_differs", "nation_unknown")


@pytest.fixture
def desk(settings):
    settings.NIANGJIA_DEMO = True
    office = load_city()
    with acting(SYSTEM):
        figure = {"source": "test", "from_on": date(2020, 1, 1), "by": SYSTEM, "at": _now()}
        parameters.add("repair_at_once_rows", "10", **figure)
    return at_desk(office)


def _now():
    from django.utils import timezone

    return timezone.now()


def handed_in(desk, tmp_path, kind):
    made = roster(60, 21, kinds=KINDS, noisy=False)
    path = tmp_path / f"roster.{kind}"
    (write_xlsx if kind == "xlsx" else write_csv)(made, path)
    desk.post(url("intake"), {"roster": SimpleUploadedFile(path.name, path.read_bytes()), "kind": "members"})
    run_jobs()
    return newest()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_long_list_has_its_repair_workbook_made_in_the_background(desk, tmp_path, kind):
    batch = handed_in(desk, tmp_path, kind)
    wrong = batch.counts["refused"] + batch.counts["held"]
    assert wrong and "repair.xlsx" not in page(desk, batch)
    assert desk.get(url("intake-repair", batch.pk)).status_code == 302

    desk.post(url("intake-repair-ask", batch.pk))
    assert "repair.xlsx" not in page(desk, batch)
    run_jobs()

    assert "repair.xlsx" in page(desk, batch)
    answer = desk.get(url("intake-repair", batch.pk))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    reasons = [cells[-1] for cells in sheet.iter_rows(min_row=2, values_only=True) if cells[-1]]
    assert len(reasons) >= wrong and (sheet.max_row > 55) == (kind == "xlsx")
    with acting(SYSTEM):
        assert StoredFile.objects.get(kind="repair").expires_on is not None
        assert Notice.objects.filter(code="repair_ready").count() == 1


def test_asked_twice_or_killed_and_run_again_there_is_one_workbook(desk, tmp_path):
    batch = handed_in(desk, tmp_path, "csv")
    desk.post(url("intake-repair-ask", batch.pk))
    run_jobs()
    jobs.repair.run({"batch": str(batch.pk)}, now=_now)
    with acting(SYSTEM):
        assert StoredFile.objects.filter(kind="repair").count() == 1


def test_once_the_list_is_written_the_workbook_is_made_anew(desk, tmp_path):
    batch = handed_in(desk, tmp_path, "xlsx")
    desk.post(url("intake-repair-ask", batch.pk))
    run_jobs()
    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    assert newest().status == "committed" and newest().result_file_id is None
    assert desk.get(url("intake-repair", batch.pk)).status_code == 302


def test_a_leader_has_none_made(desk, tmp_path):
    batch = handed_in(desk, tmp_path, "csv")
    leader = at_desk(load_office(batch), Role.LEADER, "superior")
    assert leader.post(url("intake-repair-ask", batch.pk)).status_code == 404


def load_office(batch):
    from niangjia.registry.models import Organisation

    with acting(SYSTEM):
        return Organisation.objects.get(pk=batch.organisation_id)


def test_one_that_fails_for_good_can_be_asked_for_again(desk, tmp_path):
    batch = handed_in(desk, tmp_path, "csv")
    desk.post(url("intake-repair-ask", batch.pk))
    assert url("intake-repair-ask", batch.pk) not in page(desk, batch)
    jobs.repair.give_up({"batch": str(batch.pk)})
    assert url("intake-repair-ask", batch.pk) in page(desk, batch)
    with acting(SYSTEM):
        assert Notice.objects.filter(code="batch_stuck").count() == 1
