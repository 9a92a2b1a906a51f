"""A roster comes in as its trial run said, once, and goes out again without a trace on the roll."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from django.db import connection

from niangjia.foundation.acting import acting
from niangjia.foundation.audit.looking import about
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.plans import queries
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.insight import figures
from niangjia.registry import consents, memberships
from niangjia.registry.deltas import BY_DAY
from niangjia.registry.models import Membership, Organisation, Person
from tests.intake.rosters import AT, SYSTEM, clerk_of, committed, load_city, planned, roster, sheet_of, undone

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ROLL = f"""SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
    SELECT p::text AS t FROM registry_person p UNION ALL SELECT m::text FROM registry_membership m
    UNION ALL SELECT t::text FROM registry_identitytoken t
    UNION ALL SELECT ROW(d.organisation_id, d.day, d.group, sum(d.n))::text FROM {BY_DAY} d
        GROUP BY d.organisation_id, d.day, d.group HAVING sum(d.n) <> 0) rows"""


def roll_hash():
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(ROLL)
        return cursor.fetchone()[0]


def results(batch):
    with acting(SYSTEM):
        return dict(BatchRow.objects.filter(batch=batch).values_list("row", "verdict"))


def number_is_list(office):
    clerk = clerk_of(office)
    with acting(clerk):
        on = AT.date()
        assert figures.members(by=clerk, on=on) == memberships.on_roll(by=clerk, on=on).count()
        return memberships.on_roll(by=clerk, on=on).count()


def test_every_row_becomes_what_the_truth_says_and_the_trial_run_promised():
    office = load_city()
    made = roster(5000, 7)
    sheet, heads = sheet_of(made)

    trial = planned(office, sheet, heads, chunk_rows=900)
    done = committed(office, trial)

    truth = dict(made.truth.select("row", "verdict").iter_rows())
    assert {row: verdict for row, verdict in results(done).items() if truth[row] != verdict} == {}
    assert len(results(done)) == 5000
    assert done.status == "committed"
    assert trial.counts == done.counts
    assert done.counts["new"] == number_is_list(office)


def test_the_same_people_again_are_all_the_same_and_the_same_file_is_the_same_batch():
    office = load_city()
    sheet, heads = sheet_of(roster(800, 3, kinds=()))
    first = committed(office, planned(office, sheet, heads))
    before = roll_hash()

    again = planned(office, sheet, heads)
    assert again.pk == first.pk
    second = committed(office, planned(office, sheet, heads, content=b"another file, the same rows"))

    assert second.counts == {"new": 0, "changed": 0, "same": 800, "held": 0, "refused": 0}
    assert roll_hash() == before


def test_an_undo_leaves_the_roll_as_it_was_and_keeps_who_was_touched_since():
    office = load_city()
    sheet, heads = sheet_of(roster(900, 3, kinds=(), noisy=False))
    committed(office, planned(office, sheet[:600], heads))
    before = roll_hash()

    changed = sheet.with_columns(pl.col(phone_column(heads)).str.replace(r"\d{4}$", "1234"))
    changed = changed.with_columns(pl.lit("网约车司机").alias(column(heads, "group")))
    batch = committed(office, planned(office, changed[300:], heads))
    assert (batch.counts["changed"], batch.counts["new"]) == (300, 300)
    assert roll_hash() != before
    number_is_list(office)

    batch = undone(office, batch)
    assert batch.status == "undone" and batch.kept_counts == {}
    assert roll_hash() == before
    number_is_list(office)


def test_numbers_that_came_in_since_the_trial_run_are_held_and_the_rest_of_their_chunk_goes_in():
    office = load_city()
    sheet, heads = sheet_of(roster(90, 3, kinds=(), noisy=False))
    first = planned(office, sheet[:60], heads, name="a.xlsx")
    second = planned(office, sheet[30:], heads, name="b.xlsx")
    assert (first.counts["new"], second.counts["new"]) == (60, 60)
    committed(office, first)
    committed(office, second)
    assert Counter(results(second).values()) == {"new": 30, "held": 30}
    with acting(SYSTEM):
        codes = [
            each["code"]
            for found in BatchRow.objects.filter(batch=second, verdict="held").values_list(
                "findings", flat=True
            )
            for each in found
        ]
        assert codes == ["ROLL_MOVED"] * 30
        assert Person.objects.count() == 90
        assert EventSubject.objects.filter(event_id__in=Event.objects.values("id")).count() == 0
    assert number_is_list(office) == 90


def test_whoever_a_roster_made_or_changed_finds_who_wrote_it():
    office = load_city()
    sheet, heads = sheet_of(roster(120, 3, kinds=(), noisy=False))
    committed(office, planned(office, sheet[:60], heads, chunk_rows=25))
    changed = sheet.with_columns(pl.col(phone_column(heads)).str.replace(r"\d{4}$", "1234"))
    batch = committed(office, planned(office, changed[30:], heads, chunk_rows=25))
    assert (batch.counts["changed"], batch.counts["new"]) == (30, 60)
    with acting(SYSTEM):
        people = list(Person.objects.values_list("pk", flat=True))
        written = Event.objects.filter(name="members.written")
        by_person = {
            person: list(about(person).filter(name="members.written").values_list("subject_id", flat=True))
            for person in people
        }
        assert written.count() == 3 + 4
        assert EventSubject.objects.filter(event_id__in=written.values("id")).count() == 30
    times = Counter(len(subjects) for subjects in by_person.values())
    assert times == {1: 90, 2: 30}
    assert sum(batch.pk in subjects for subjects in by_person.values()) == 90


def column(heads, field):
    from niangjia.core.intake.headers import guess

    return f"c{guess(heads)[field]}"


def phone_column(heads):
    return column(heads, "phone")


def test_an_undo_keeps_a_member_whom_somebody_has_touched_since():
    office = load_city()
    sheet, heads = sheet_of(roster(50, 4, kinds=()))
    batch = committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        touched = Person.objects.order_by("pk").first()
        Person.objects.filter(pk=touched.pk).update(education="10")

    undone(office, batch)

    clerk = clerk_of(office)
    with acting(clerk):
        assert [row.person_id for row in queries.kept_of(batch, by=clerk)] == [touched.pk]
        assert list(Person.objects.values_list("pk", flat=True)) == [touched.pk]
    assert number_is_list(office) == 1


def another_number(number):
    """Another right number of the same place and birth date."""
    digits = number[:14] + f"{(int(number[14:17]) + 2) % 1000:03}"
    weights = [2**n % 11 for n in range(17, 0, -1)]
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def test_a_name_that_a_roster_corrected_is_found_beside_phone_and_birth_date_and_the_old_one_no_more():
    office = load_city()
    sheet, heads = sheet_of(roster(20, 3, kinds=(), noisy=False))
    name, number, phone = (column(heads, field) for field in ("name", "id_number", "phone"))
    born = [said is not None and len(said) == 18 for said in sheet[number]]
    before = sheet.filter(pl.Series(born)).head(5)
    committed(office, planned(office, before, heads))
    after = before.with_columns(pl.lit("欧阳更正").alias(name), pl.lit(None, pl.String).alias(phone))
    batch = committed(office, planned(office, after, heads, name="b.xlsx"))
    assert batch.counts["changed"] == 5

    others = pl.Series(number, [another_number(each) for each in before[number]])
    for said, held in ((pl.col(name), 0), (pl.lit("欧阳更正").alias(name), 5)):
        again = planned(office, before.with_columns(others, said), heads, name=f"{held}.xlsx")
        assert again.finding_counts.get("ROLL_HELD", 0) == held

    undone(office, batch)
    again = planned(office, before.with_columns(others), heads, name="c.xlsx", content=b"once more")
    assert again.finding_counts["ROLL_HELD"] == 5


def test_who_is_on_another_offices_roll_is_held_with_the_one_wording():
    office = load_city()
    sheet, heads = sheet_of(roster(60, 5, kinds=()))
    committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        spell = Membership.objects.select_related("organisation").order_by("path").first()
        away = Membership.objects.exclude(organisation=spell.organisation).count()
    narrow = spell.organisation

    batch = planned(narrow, sheet, heads, content=b"a narrower office")

    assert batch.counts["new"] == 0 and batch.counts["held"] >= away
    assert batch.finding_counts.get("ROLL_HELD") == away
    with acting(SYSTEM):
        held = BatchRow.objects.filter(batch=batch, verdict="held")
        assert not held.exclude(person_id=None).exists() and not held.exclude(fact_id=None).exists()


def test_another_office_sees_neither_batch_nor_rows():
    office = load_city()
    sheet, heads = sheet_of(roster(60, 5))
    batch = planned(office, sheet, heads)
    with acting(SYSTEM):
        other = (
            Membership._meta.get_field("organisation")
            .related_model.objects.exclude(path__startswith=office.path)
            .first()
        )
    neighbour = clerk_of(other)
    with acting(neighbour):
        assert not Batch.objects.exists() and not BatchRow.objects.exists()
        assert not queries.visible_to(neighbour).exists()
    with acting(clerk_of(office)):
        assert Batch.objects.filter(pk=batch.pk).exists() and BatchRow.objects.exists()


def test_no_number_and_no_phone_stands_in_results_or_jobs():
    office = load_city()
    made = roster(300, 6)
    sheet, heads = sheet_of(made)
    committed(office, planned(office, sheet, heads))
    with acting(SYSTEM), connection.cursor() as cursor:
        texts = []
        for table in ("plans_batch", "plans_batchrow", "plans_chunk", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            texts.append(cursor.fetchone()[0])
    cursor = connection.cursor()
    cursor.execute("SELECT string_agg(t::text, ' ') FROM procrastinate_jobs t")
    whole = " ".join([*texts, cursor.fetchone()[0] or ""])
    numbers = [number for number in made.truth["number"] if number]
    assert numbers and not [number for number in numbers if number in whole]


def test_an_undo_keeps_a_member_whom_something_else_names_by_now():
    """A consent, as a login or a request, is of a table that may not lose whom it is about."""
    office = load_city()
    sheet, heads = sheet_of(roster(50, 4, kinds=()))
    batch = committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        named = Person.objects.order_by("pk").first()
        consents.give(named, "membership", "1", by=SYSTEM, at=AT)

    done = undone(office, batch)

    assert done.kept_counts == {"in_use": 1}
    with acting(SYSTEM):
        assert list(Person.objects.values_list("pk", flat=True)) == [named.pk]
    assert number_is_list(office) == 1


def test_a_union_that_has_ended_between_trial_and_writing_takes_nobody_in():
    office = load_city()
    sheet, heads = sheet_of(roster(200, 7, kinds=()))
    trial = planned(office, sheet, heads)
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=trial, verdict="new").count()
        assert rows == 0  # new rows have a result only once they are written
        busiest = max(trial.by_organisation, key=lambda pk: trial.by_organisation[pk]["new"])
        Organisation.objects.filter(pk=busiest).update(ended_on=AT.date())
    committed(office, trial)
    with acting(SYSTEM):
        assert not Membership.objects.filter(organisation_id=busiest).exists()
        held = BatchRow.objects.filter(batch=trial, verdict="held", target_id=busiest).count()
    assert held == trial.by_organisation[busiest]["new"] > 0
