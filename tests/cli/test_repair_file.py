"""A roster in from the terminal: what is printed, and the repair workbook beside it for its owner's eyes alone."""

from __future__ import annotations

import json
import stat

import openpyxl
import pytest
from django.utils import timezone
from typer import Exit

from niangjia.cli.rosters import hand_in
from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_csv, write_xlsx
from tests.intake.rosters import load_city

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


def handed_in(file, office, capsys):
    hand_in("members", file, office.code, trial=False, said=(), as_json=True, now=timezone.now)
    return json.loads(capsys.readouterr().out)


def test_rows_that_come_back_lie_beside_the_roster_in_a_file_of_its_owner(office, tmp_path, capsys):
    made = roster(80, 21, kinds=("id_check", "sex_differs"), noisy=False)
    write_csv(made, file := tmp_path / "roster.csv")

    told = handed_in(file, office, capsys)

    place = tmp_path / "roster.repair.xlsx"
    assert told["repair_workbook"] == str(place) and told["refused"] and told["held"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert openpyxl.load_workbook(place).worksheets[0].max_row == told["refused"] + told["held"] + 1
    counted = sum(told[verdict] for verdict in ("new", "changed", "same", "held", "refused"))
    assert counted == told["rows"] == 80

    before = place.read_bytes()
    assert handed_in(file, office, capsys)["repair_workbook"] == str(tmp_path / "roster.repair-2.xlsx")
    assert place.read_bytes() == before


def test_a_clean_roster_leaves_nothing_beside_it(office, tmp_path, capsys):
    write_xlsx(roster(40, 3, kinds=(), noisy=False), file := tmp_path / "roster.xlsx")

    assert handed_in(file, office, capsys)["repair_workbook"] is None
    assert [each.name for each in tmp_path.iterdir()] == ["roster.xlsx"]


def test_a_file_that_is_no_roster_is_refused_with_its_own_sentence(office, tmp_path, capsys):
    (file := tmp_path / "roster.xlsx").write_bytes(b"%PDF-1.7 nothing of a roster")

    with pytest.raises(Exit):
        handed_in(file, office, capsys)
    assert "workbook" in capsys.readouterr().err
