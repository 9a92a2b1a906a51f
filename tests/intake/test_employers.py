"""Employers come in as their trial run said and as the truth says; who may be the same waits for a person; an undo leaves no trace."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Sum

from niangjia.cli.synth.numbers import credit_code
from niangjia.cli.synth.registers import HEADERS, register
from niangjia.foundation.acting import acting
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.registry.models import Employer, EmployerDoubt, HeadCount, Organisation, Person
from tests.intake.rosters import AT, SYSTEM, committed, load_city, planned, rows_of, undone

pytestmark = [pytest.mark.database, pytest.mark.django_db]
REGISTER = """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
    SELECT e::text AS t FROM registry_employer e WHERE e.withdrawn_at IS NULL
    UNION ALL SELECT h::text FROM registry_headcount h) rows"""


def register_hash():
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(REGISTER)
        return cursor.fetchone()[0]


@pytest.fixture
def office():
    return load_city()


@pytest.fixture
def made():
    return register(84)


@pytest.fixture
def known(office, made):
    """The office with the first list on the register."""
    done = committed(office, tried(office, made.first))
    assert done.counts["new"] == 84
    return office


def tried(office, rows, **options) -> Batch:
    sheet, heads = rows_of(HEADERS, rows)
    return planned(office, sheet, heads, kind="employers", content=repr((rows, options)).encode(), **options)


def told(batch):
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=batch).values_list("row", "verdict", "findings")
        return {row: (verdict, [each["code"] for each in found or ()]) for row, verdict, found in rows}


def row(name, code="", **cells):
    made = [name, code, "", "", "", "", "", "", ""]
    for place, text in cells.items():
        made[int(place.removeprefix("c"))] = text
    return made


def test_every_row_becomes_what_the_truth_says(known, made):
    trial = tried(known, made.second, chunk_rows=40)
    done = committed(known, trial)

    found = told(done)
    truth = {
        row: (verdict, code) for row, verdict, code in made.truth.select("row", "verdict", "code").iter_rows()
    }
    kinds = dict(made.truth.select("row", "kind").iter_rows())
    wrong = {(row, kinds[row]): (found.get(row), want) for row, want in truth.items()
             if found.get(row, ("", []))[0] != want[0] or (want[1] and want[1] not in found[row][1])}  # fmt: skip
    assert wrong == {}
    assert trial.counts == done.counts
    with acting(SYSTEM):
        assert Employer.objects.count() == made.known
        sums = HeadCount.objects.values("source", "counted_on").annotate(sum=Sum("n"))
        assert {(each["source"], str(each["counted_on"])): each["sum"] for each in sums} == made.counts


def test_an_undo_leaves_the_register_as_it_was(known, made):
    before = register_hash()
    done = committed(known, tried(known, made.second, chunk_rows=30))
    assert register_hash() != before

    done = undone(known, done)

    assert done.status == "undone" and done.kept_counts == {}
    assert register_hash() == before
    again = committed(known, tried(known, made.second, sent="again"))
    assert again.counts == done.counts


def test_the_same_list_again_changes_nothing(known, made):
    committed(known, tried(known, made.second))
    before = register_hash()
    again = committed(known, tried(known, made.second, sent="again"))
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert register_hash() == before


def test_an_undo_keeps_who_was_touched_and_who_is_named_since(office):
    rows = [row(f"南昌{brand}物流有限公司", c6="10", c7="税务") for brand in ("鑫森", "华松", "盛柏")]
    done = committed(office, tried(office, rows))
    with acting(SYSTEM):
        touched, named, free = Employer.objects.order_by("pk")
        Employer.objects.filter(pk=touched.pk).update(address="别处")
        from tests.factories import person

        person(Organisation.objects.filter(kind="joint").first(), employer=named)

    done = undone(office, done)

    assert done.kept_counts == {"touched": 1, "in_use": 1}
    with acting(SYSTEM):
        assert set(Employer.objects.filter(withdrawn_at__isnull=True)) == {touched, named}
        assert set(HeadCount.objects.values_list("employer_id", flat=True)) == {touched.pk, named.pk}
        free.refresh_from_db()
        assert (free.credit_code, free.name_key) == (None, "") and Person.objects.exists()


def test_sources_and_days_keep_their_own_counts(office):
    name = "南昌鑫森物流有限公司"
    for source, day, n in (
        ("税务", "2026-06-30", "10"),
        ("社保", "2026-06-30", "8"),
        ("税务", "2026-03-31", "9"),
    ):
        committed(office, tried(office, [row(name, c6=n, c7=source, c8=day)]))
    changed = committed(office, tried(office, [row(name, c6="11", c8="2026-06-30")], source="tax"))
    assert changed.counts["changed"] == 1
    assert counts() == {
        ("tax", "2026-06-30", 11),
        ("social_insurance", "2026-06-30", 8),
        ("tax", "2026-03-31", 9),
    }

    undone(office, changed)

    assert counts() == {
        ("tax", "2026-06-30", 10),
        ("social_insurance", "2026-06-30", 8),
        ("tax", "2026-03-31", 9),
    }


def counts():
    with acting(SYSTEM):
        return {(each.source, str(each.counted_on), each.n) for each in HeadCount.objects.all()}


def test_two_right_codes_are_two_employers_whatever_the_names_say(office):
    name, codes = "南昌鑫森物流有限公司", [credit_code("91", "369901", 70 + k) for k in range(2)]
    for code in codes:
        committed(office, tried(office, [row(name, code)]))
    with acting(SYSTEM):
        assert set(Employer.objects.values_list("credit_code", flat=True)) == set(codes)
        assert not EmployerDoubt.objects.exists()


def test_what_came_in_between_trial_run_and_writing_is_held(office):
    name, code = "南昌鑫森物流有限公司", credit_code("91", "369901", 70)
    first, second = tried(office, [row(name, code)]), tried(office, [row(name, code, c3="别处1号")])
    committed(office, first)

    committed(office, second)

    assert told(second) == {2: ("held", ["ROLL_MOVED"])}
    with acting(SYSTEM):
        assert Employer.objects.get().address == ""


def test_a_chunk_that_is_killed_and_begun_again_ends_the_same(known, made, monkeypatch):
    from niangjia.registry.kinds.employers import writing

    trial, real, calls = tried(known, made.second, chunk_rows=40), writing.unstage, iter([False, True])

    def killed(cursor, name):
        if next(calls, False):
            raise Killed
        real(cursor, name)

    monkeypatch.setattr(writing, "unstage", killed)
    with pytest.raises(Killed):
        committed(known, trial)
    monkeypatch.setattr(writing, "unstage", real)
    committing.carry_out(trial.pk, by=SYSTEM, now=lambda: AT)

    with acting(SYSTEM):
        assert Employer.objects.count() == made.known
        assert Batch.objects.get(pk=trial.pk).status == "committed"
    assert {verdict for verdict, _ in told(trial).values()} == {"new", "changed", "same", "held", "refused"}


class Killed(Exception):
    """Stands for a kill inside the transaction of a chunk."""
