"""Rows from before a name, a phone and a birth date were found through the phone: they mean the same afterwards."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import polars as pl
import pytest

from niangjia.core.intake import headers
from niangjia.foundation.acting import acting
from niangjia.registry.models import MergeRecord, Person
from tests.factories import AT
from tests.foundation.audit.log import as_owner
from tests.intake.rosters import committed, load_city, planned, roster, sheet_of, undone
from tests.joiners import SYSTEM
from tests.registry.duplicates import made
from tests.registry.duplicates.made_rows import unlike, whole

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
JOINED = import_module("niangjia.registry.migrations.0035_narrow_bulk_tables").JOINED
ROWS = import_module("niangjia.registry.migrations.0080_one_token_row_a_person")
# As it was before: a third token a person, and nothing beside the phone, in the table and wherever it was kept.
OLD_TOKENS = """INSERT INTO registry_identitytoken (kind, token, key_version, person_id)
    SELECT 'npb', gen_random_uuid(), 1, person_id FROM registry_identitytoken WHERE kind = 'phone';
UPDATE registry_identitytoken SET name_birth = NULL"""
OLD_JSON = """UPDATE {table} SET {column} = {column} || jsonb_build_object('tokens', (
    SELECT jsonb_agg(t - 'name_birth') || jsonb_build_object('kind', 'npb', 'token', gen_random_uuid(), 'key_version', 1)
    FROM jsonb_array_elements({column}->'tokens') t)) WHERE jsonb_array_length({column}->'tokens') > 0"""


def made_old():
    as_owner(ROWS.PARTED)
    as_owner(OLD_TOKENS)
    as_owner(OLD_JSON.format(table="registry_mergerecord", column="before"))
    as_owner(OLD_JSON.format(table="plans_earlier", column="facts"))


@pytest.fixture(autouse=True)
def as_it_is_today():
    """Leave the table as every other test knows it, whatever became of it here."""
    yield
    columns = as_owner(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'registry_identitytoken'::regclass AND attnum > 0"
    )
    if ("kind",) in columns:
        as_owner(ROWS.JOINED)


def kinds():
    return {kind for (kind,) in as_owner("SELECT DISTINCT kind FROM registry_identitytoken")}


def brought_up():
    as_owner(JOINED)
    assert kinds() == {"id", "phone"}
    as_owner(ROWS.JOINED)


def test_an_old_merge_can_still_be_taken_apart():
    _, county, near, _ = made.unions()
    people = [made.member(near[0], made.NUMBER), made.member(near[1], made.SLIP)]
    with acting(SYSTEM):
        before = whole()
    (pair,) = made.search(county)
    merged = made.merge(pair, county)
    made_old()
    assert kinds() == {"id", "phone", "npb"}
    brought_up()
    made.unmerge(merged, county, at=AT + timedelta(days=1))
    with acting(SYSTEM):
        assert unlike(before, whole()) == []
        assert {each.pk for each in people} == set(Person.objects.values_list("pk", flat=True))


def test_an_old_roster_can_still_be_taken_back(settings):
    settings.NIANGJIA_DEMO = True
    city = load_city()
    sheet, heads = sheet_of(roster(60, 3, kinds=(), noisy=False))
    committed(city, planned(city, sheet, heads))
    with acting(SYSTEM):
        before = whole()
    phones = f"c{headers.guess(heads)['phone']}"
    batch = planned(city, sheet.with_columns(pl.col(phones).str.replace(r"\d{4}$", "1234")), heads)
    assert batch.counts["changed"] == 60
    batch = committed(city, batch)
    made_old()
    brought_up()
    undone(city, batch)
    with acting(SYSTEM):
        assert unlike(before, whole()) == []


def test_control_without_the_step_what_was_kept_would_come_back_as_it_was():
    _, county, near, _ = made.unions()
    made.member(near[0], made.NUMBER)
    made.member(near[1], made.SLIP)
    (pair,) = made.search(county)
    made.merge(pair, county)
    made_old()
    assert "npb" in kinds()
    with acting(SYSTEM):
        kept = MergeRecord.objects.exclude(after=None).get().before["tokens"]
        assert {each["kind"] for each in kept} == {"id", "phone", "npb"}
        assert not any(each.get("name_birth") for each in kept)
