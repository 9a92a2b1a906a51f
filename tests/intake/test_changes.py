"""Membership changes come in as their trial run said and as the truth says, are counted so, and go out again without a trace."""

from __future__ import annotations

from datetime import date

import pytest

from niangjia.cli.synth.changes import HEADERS, changes, members_of
from niangjia.cli.synth.numbers import citizen_number
from niangjia.foundation.acting import acting
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.insight import figures
from niangjia.registry import consents, memberships, persons
from niangjia.registry.models import Consent, Membership, Organisation, Person
from tests.intake.rosters import (
    AT,
    SYSTEM,
    clerk_of,
    committed,
    load_city,
    planned,
    roster,
    rows_of,
    sheet_of,
    undone,
)
from tests.intake.test_rosters import number_is_list, roll_hash

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def office():
    return load_city()


@pytest.fixture
def made():
    return roster(190, 5, kinds=(), noisy=False)


@pytest.fixture
def city(office, made):
    """The city with everybody of the roster on a roll."""
    committed(office, planned(office, *sheet_of(made)))
    return office


def tried(office, rows, **options) -> Batch:
    sheet, heads = rows_of(HEADERS, rows)
    content = repr((rows, options)).encode()
    return planned(office, sheet, heads, kind="changes", content=content, **options)


def told(batch):
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=batch).values_list("row", "verdict", "findings")
        return {row: (verdict, [each["code"] for each in found or ()]) for row, verdict, found in rows}


def on_rolls():
    """Return by number of the person: the key of the union of the open spell, and whether it is counted."""
    with acting(SYSTEM):
        codes = dict(Organisation.objects.values_list("pk", "code"))
        spells = Membership.objects.filter(to_on__isnull=True).values_list(
            "person_id", "organisation_id", "is_retained"
        )
        return {person: (codes[union], not rests) for person, union, rests in spells}


def by_number(truth):
    with acting(SYSTEM):
        return {number: persons.known_by("citizen", number).pk for number in set(truth["number"])}


def test_every_row_becomes_what_the_truth_says_and_is_counted_so(city, made):
    wanted = changes(made, 3)
    trial = tried(city, wanted.rows, chunk_rows=40)
    truth = {
        row: (verdict, code)
        for row, verdict, code in wanted.truth.select("row", "verdict", "code").iter_rows()
    }
    found = told(trial)
    assert {row: found.get(row) for row, (verdict, code) in truth.items()
            if found.get(row, ("", []))[0] != verdict or (code and code not in found[row][1])} == {}  # fmt: skip

    done = committed(city, trial)

    assert done.counts == trial.counts and told(done) == found
    keys, rolls = by_number(wanted.truth), on_rolls()
    ends = {
        number: (union, counted)
        for number, union, counted in wanted.truth.select("number", "union", "counted").iter_rows()
    }
    assert {number: rolls.get(keys[number]) for number, (union, counted) in ends.items()
            if rolls.get(keys[number]) != ((union, counted) if union else None)} == {}  # fmt: skip
    assert number_is_list(city) == sum(counted for _, counted in ends.values())
    with acting(SYSTEM):
        assert not [
            each.pk
            for each in Person.objects.select_related("organisation")
            if each.path != each.organisation.path
        ]


def test_an_undo_leaves_the_rolls_as_they_were(city, made):
    with acting(SYSTEM):
        before_consent = give_consents(Person.objects.all()[:30])
    before = roll_hash()
    done = committed(city, tried(city, changes(made, 3).rows, chunk_rows=30))
    assert roll_hash() != before

    done = undone(city, done)

    assert done.status == "undone" and done.kept_counts == {}
    assert roll_hash() == before
    with acting(SYSTEM):
        assert dict(Consent.objects.values_list("pk", "path")) == before_consent
    number_is_list(city)


def give_consents(people):
    given = [consents.give(each, "membership", "1", by=SYSTEM, at=AT) for each in people]
    return {each.pk: each.path for each in given}


def test_an_undo_keeps_whom_somebody_has_touched_since(city, made):
    who = first_of(made)
    done = committed(city, tried(city, [[who.name, who.number, "退会", "5", "2026-08-01", ""]]))
    with acting(SYSTEM):
        person = persons.known_by("citizen", who.number)
        union = Organisation.objects.get(code=who.union)
        memberships.open_spell(person, union, channel="online", by=SYSTEM, at=AT)

    done = undone(city, done)

    assert done.kept_counts == {"touched": 1}
    assert number_is_list(city) == 190


def first_of(made):
    return members_of(made)[0]


def test_the_same_list_again_changes_nothing(city, made):
    rows = changes(made, 3).rows
    committed(city, tried(city, rows))
    before = roll_hash()

    again = tried(city, rows, sent="again")

    assert again.counts["changed"] == again.counts["new"] == 0
    assert roll_hash() == before


def test_who_is_on_another_offices_roll_and_who_is_on_none_look_the_same(city, made):
    """P4: neither words nor counts tell one from the other."""
    with acting(SYSTEM):
        county = Organisation.objects.filter(kind="general_federation", level="county").first()
        outside = Organisation.objects.exclude(path__startswith=county.path).values_list("code", flat=True)
    who = next(each for each in members_of(made) if each.union in set(outside))
    on_a_roll = [who.name, who.number, "退会", "5", "2026-08-01", ""]
    on_none = [who.name, "", "退会", "5", "2026-08-01", ""]
    on_none[1] = citizen_number(f"{who.number[:6]}19000101001")
    with acting(SYSTEM):
        assert persons.known_by("citizen", on_none[1]) is None

    one, other = tried(county, [on_a_roll]), tried(county, [on_none])

    for name in ("counts", "finding_counts", "by_organisation"):
        assert getattr(one, name) == getattr(other, name), name
    assert told(one) == told(other) == {2: ("held", ["ROLL_HELD"])}
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch__in=[one, other]).values_list(
            "target_id", "person_id", "fact_id"
        )
        assert set(rows) == {(None, None, None)}


def test_one_kind_reason_and_day_may_hold_for_the_whole_list(city, made):
    people = members_of(made)[:3]
    rows = [[who.name, who.number, "", "", "", ""] for who in people]
    rows[2][2:5] = ["退会", "个人要求退会", "2026-08-20"]

    committed(city, tried(city, rows, change="3", reason="8", on="2026-08-15"))

    with acting(SYSTEM):
        ended = {
            (str(each.to_on), each.status, each.end_reason)
            for each in Membership.objects.filter(to_on__isnull=False)
        }
    assert ended == {("2026-08-15", "retained", "8"), ("2026-08-20", "exited", "5")}


def test_a_retained_member_takes_up_the_membership_again(city, made):
    who = first_of(made)
    committed(city, tried(city, [[who.name, who.number, "保留", "退休", "2026-05-01", ""]]))
    assert number_is_list(city) == 189
    with acting(SYSTEM):
        name = Organisation.objects.get(code=who.union).name

    committed(city, tried(city, [[who.name, who.number, "转入", "", "2026-07-01", name]]))

    assert number_is_list(city) == 190
    clerk, between = clerk_of(city), date(2026, 6, 1)
    with acting(clerk):
        there = memberships.on_roll(by=clerk, on=between)
        assert figures.members(by=clerk, on=between) == there.count()
    with acting(SYSTEM):
        person = persons.known_by("citizen", who.number)
    with acting(clerk):
        assert not memberships.on_roll(by=clerk, on=between).filter(person=person).exists()


def test_a_chunk_that_is_killed_and_begun_again_ends_the_same(city, made, monkeypatch):
    rows = changes(made, 3).rows
    whole = tried(city, rows, chunk_rows=50)
    from niangjia.registry.kinds.changes import writing

    calls = iter([False, True, False])
    real = writing.unstage

    def killed(cursor, name):
        if next(calls, False):
            raise Killed
        real(cursor, name)

    monkeypatch.setattr(writing, "unstage", killed)
    with pytest.raises(Killed):
        committed(city, whole)
    monkeypatch.setattr(writing, "unstage", real)
    committing.carry_out(whole.pk, by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        assert set(Chunk.objects.filter(batch=whole).values_list("state", flat=True)) == {"done"}
        assert Batch.objects.get(pk=whole.pk).counts == whole.counts
    ends = dict(changes(made, 3).truth.select("number", "counted").iter_rows())
    assert number_is_list(city) == sum(ends.values())


class Killed(Exception):
    """Stands for a kill inside the transaction of a chunk."""
