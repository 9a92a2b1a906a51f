"""A thousand ID cells of every kind that clerks leave: the right verdict at the right address, and nothing changed in silence."""

from __future__ import annotations

import io
import json
import os
from collections import defaultdict

import openpyxl
import polars as pl
import pytest

from niangjia.core.identifiers import citizen
from niangjia.core.intake import headers, members, rules
from niangjia.foundation import vault
from niangjia.foundation.acting import acting
from niangjia.intake.badrows import COLOURS
from niangjia.intake.reading import read
from niangjia.intake.repair import repair_workbook
from niangjia.registry.kinds.roster import FORM
from niangjia.registry.models import Person
from niangjia.registry.persons import TABLE
from tests.intake.idcells import COLUMN, KINDS, ON, workbook
from tests.intake.rosters import SYSTEM, committed, load_city, planned

EACH = int(os.environ.get("NIANGJIA_ID_CELLS", "20"))
SEEDS = (1, 2)


def judged(content):
    """Return (verdict, codes at the ID cell, stored, expected last character) by address, and what was read."""
    sheet = read(io.BytesIO(content), name="名册.xlsx")
    mapping = headers.guess(sheet.headers)
    assert mapping["id_number"] == ord(COLUMN) - 65
    checked = members.check(sheet.rows, mapping, on=ON, allow_demo=True)
    codes, told = defaultdict(set), {}
    for place, code, column, _, params in checked.findings.iter_rows():
        if column == "id_number":
            codes[place].add(code)
            told[place] = json.loads(params)["expected"] if params else told.get(place)
    rows = zip(checked.columns.select("row", "id_number").iter_rows(), checked.verdicts, strict=True)
    said = {
        f"{COLUMN}{row}": (verdict, codes[place], stored, told.get(place))
        for place, ((row, stored), verdict) in enumerate(rows)
    }
    return said, sheet, checked


def wrong(content, truths):
    """Return the cells that were judged otherwise than the table of truth says."""
    said, _, _ = judged(content)
    assert len(said) == len(truths)
    found = []
    for truth in truths:
        one = truth.cell
        should = (truth.verdict, set(one.codes), one.stored, one.expected)
        verdict, codes, stored, expected = said.get(truth.address, ("absent", set(), None, None))
        if (verdict, codes, stored if verdict == "new" else None, expected) != should:
            found.append((truth.kind, truth.address, should, (verdict, codes, stored, expected)))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_id_cell_gets_the_verdict_of_the_table_at_its_address(seed):
    content, truths = workbook(EACH, seed)

    assert len(truths) >= 1000 and {truth.kind for truth in truths} == set(KINDS)
    assert wrong(content, truths) == []


def test_the_repair_workbook_marks_those_very_cells():
    content, truths = workbook(2, 3)
    _, sheet, checked = judged(content)

    made = repair_workbook(
        io.BytesIO(content), sheet, checked.findings, form=FORM, verdicts=checked.verdicts, language="zh-hans"
    )

    page = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    marked = {
        place.coordinate
        for line in page.iter_rows()
        for place in line
        if str(place.fill.start_color.rgb)[2:] == COLOURS["refuse"][1:]
    }
    below = {
        truth.address for truth in truths if truth.is_below
    }  # no place of its own: the reason stands beside the row
    assert marked == {truth.address for truth in truths if truth.verdict == "refused"} - below
    reasons = {line[0].row for line in page.iter_rows() if line[-1].value}
    assert reasons >= {truth.row for truth in truths if truth.verdict == "refused"}


@pytest.mark.database
@pytest.mark.django_db
def test_what_the_vault_keeps_is_what_was_typed():
    content, truths = workbook(4, 4)
    office = load_city()
    _, sheet, _ = judged(content)
    rows = sheet.rows.with_columns(
        c4=pl.lit("青岚蓝雀快运有限公司工会")
    )  # the remarks, which nobody asked for

    batch = committed(office, planned(office, rows, [*sheet.headers[:4], "所属工会"]))

    with acting(SYSTEM):
        kept = sorted(
            vault.open_sealed(each.secrets, table=TABLE, row_id=each.pk, fields=("id_number",))["id_number"]
            for each in Person.objects.all()
        )
    right = sorted(truth.cell.stored for truth in truths if truth.verdict == "new")
    assert kept == right and batch.counts == {
        "new": len(right),
        "changed": 0,
        "same": 0,
        "held": 0,
        "refused": len(truths) - len(right),
    }


@pytest.mark.parametrize("code", ["ID_BLANK", "ID_NUMBER_CELL", "ID_LENGTH", "ID_CHARACTER", "ID_BIRTH", "ID_COUNTY", "ID_CHECK", "PERMIT_NUMBER", "AGE_WORKING", "FORMULA_CELL", "ID_15_DIGITS"])  # fmt: skip
def test_the_control_each_rule_left_out_is_noticed(monkeypatch, code):
    content, truths = workbook(3, 5)
    monkeypatch.setattr(rules, "ROWS", tuple(rule for rule in rules.ROWS if rule.code != code))

    assert {kind for kind, *_ in wrong(content, truths)} != set()


def test_the_control_a_guess_at_what_was_meant_is_noticed(monkeypatch):
    content, truths = workbook(12, 6)
    even = citizen._even
    monkeypatch.setattr(citizen, "_even", lambda text: even(text).str.replace_all("O", "0"))

    assert {kind for kind, *_ in wrong(content, truths)} >= {"O for 0"}
