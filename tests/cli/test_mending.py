"""The repair loop from the terminal: five thousand rows in, the bad ones mended in their workbook, and in again."""

from __future__ import annotations

import json

import openpyxl
import pytest
from django.utils import timezone

from niangjia.cli.rosters import hand_in
from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_xlsx
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import BatchRow
from niangjia.registry.models import Membership
from tests.intake.rosters import SYSTEM, load_city

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

ROWS = 5_000
VERDICTS = ("new", "changed", "same", "held", "refused")


@pytest.fixture
def office(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


def members() -> int:
    with acting(SYSTEM):
        return Membership.objects.count()


def test_what_is_mended_goes_in_and_nothing_else(office, tmp_path, capsys):
    def handed_in(file, *, trial=False):
        hand_in("members", file, office.code, trial=trial, said=(), as_json=True, now=timezone.now)
        return json.loads(capsys.readouterr().out)

    made = roster(ROWS, 77)
    write_xlsx(made, file := tmp_path / "roster.xlsx")
    truth = dict(made.truth.select("row", "verdict").iter_rows())
    assert made.truth["error"].drop_nulls().n_unique() >= 14

    trial = handed_in(file, trial=True)
    assert members() == 0
    told = handed_in(file)
    assert {name: told[name] for name in VERDICTS} == {name: trial[name] for name in VERDICTS}
    assert told["findings"] == trial["findings"]
    with acting(SYSTEM):
        seen = dict(BatchRow.objects.filter(batch_id=told["batch"]).values_list("row", "verdict"))
    assert seen == truth
    assert members() == told["new"]

    bad = [row for row, verdict in truth.items() if verdict in ("held", "refused")]
    mend(tmp_path / "roster.repair.xlsx", bad, made, to=tmp_path / "mended.xlsx")
    again = handed_in(tmp_path / "mended.xlsx")
    assert (again["rows"], again["new"], again["held"], again["refused"]) == (told["rows"], len(bad), 0, 0)
    assert again["changed"] == 0
    assert members() == told["new"] + len(bad)


def mend(workbook, bad, made, *, to, seed=78):
    """Write a sound person of the same unions into each bad row, as a clerk would who has the papers."""
    sound = roster(len(bad) + 50, seed, kinds=(), noisy=False)
    column_of = {field: place for place, field in enumerate(sound.fields) if field}
    book = openpyxl.load_workbook(workbook)
    page = book.worksheets[0]
    for row, cells in zip(bad, zip(*sound.cells, strict=True), strict=False):
        for place, field in enumerate(made.fields, start=1):
            if field in column_of:
                page.cell(row, place).value = cells[column_of[field]] or None
    book.save(to)
