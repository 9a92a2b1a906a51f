"""Pairs are found, lie where both offices meet, and come back only when the facts have changed."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.db import connection

from niangjia.cli.synth.duplicates import crowd
from niangjia.core.linkage.people import same_people
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.jobs import jobs, progress
from niangjia.registry.duplicates import deciding, finding, register, searching
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Pair, Person, Search
from tests.factories import AT, organisation
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM, reviewer
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATER = AT + timedelta(days=1)


@pytest.fixture
def county():
    """A county with a pair of one person on the rolls of two unions."""
    _, county, near, _ = made.unions()
    made.member(near[0])
    made.member(near[1], made.SLIP)
    return county


def rename(number, name):
    """Correct the name of whoever has this ID number."""
    from niangjia.registry import persons

    with acting(SYSTEM):
        Person.objects.filter(pk=persons.known_by("citizen", number).pk).update(
            name=name, name_key=persons.key_of(name)
        )


def test_a_pair_lies_at_the_common_superior_and_is_seen_from_there_up():
    city, county, near, far = made.unions()
    made.member(near[0])
    made.member(near[1], made.SLIP)

    (pair,) = made.search(city)

    assert (pair.organisation, pair.status, pair.decision) == (county, Status.OPEN, "same")
    assert "ID_SLIP" in pair.reasons
    assert set(pair.differs) == {"id_number", "roll"}
    assert made.seen(county) == [pair]
    assert made.seen(near[0]) == made.seen(near[1]) == made.seen(far) == []


def test_a_federation_finds_along_its_line_and_sees_what_lies_in_it_alone():
    city, county, near, far = made.unions()
    with acting(SYSTEM):
        line = organisation(under=city, kind="union_federation", level="city")
        for each in (near[0], far):
            each.line = line
            each.save()
    made.member(near[0])
    made.member(far, made.SLIP)
    made.member(near[1], NUMBERS[40], name="李小明", phone="13800138009")
    made.member(
        near[0], NUMBERS[40][:16] + NUMBERS[40][17] + NUMBERS[40][16], name="李小明", phone="13800138009"
    )
    by = reviewer(line)
    by = type(by)(**{**vars(by), "scope": line.office_scope})
    with acting(by):
        searching.search(line, by=by, at=AT)
    run_jobs(now=lambda: AT)
    with acting(by):
        from niangjia.registry.duplicates import queries

        (found,) = queries.visible_to(by)
    assert found.organisation == city
    assert found.line_path == line.path
    assert made.seen(county) == []


def test_searching_twice_changes_nothing_and_a_second_click_meets_the_first(county):
    (first,) = made.search(county)
    (second,) = made.search(county, at=LATER)
    assert (second.pk, second.found_at) == (first.pk, first.found_at)

    by = made.clerk(county)
    with acting(by):
        assert searching.search(county, by=by, at=AT) == searching.search(county, by=by, at=AT)
    assert run_jobs() == ["duplicates.search"]


def test_a_search_that_is_run_again_after_its_end_does_nothing(county):
    made.search(county)
    with acting(SYSTEM):
        done, events = Search.objects.get(), Event.objects.count()
    jobs()["duplicates.search"].run({"search": str(done.pk)})
    with acting(SYSTEM):
        assert Event.objects.count() == events


@pytest.mark.parametrize("stage", ["opened", "facts_of"])
def test_a_search_that_dies_on_its_way_ends_the_same_when_it_is_run_again(county, monkeypatch, stage):
    def die(*_, **__):
        raise KeyboardInterrupt

    by = made.clerk(county)
    with acting(by):
        asked = searching.search(county, by=by, at=AT)
    with monkeypatch.context() as patch:
        patch.setattr(register, stage, die)
        with pytest.raises(KeyboardInterrupt):
            run_jobs()
    assert made.seen(county) == []
    jobs()["duplicates.search"].run({"search": str(asked.pk)})
    assert len(made.seen(county)) == 1
    with acting(SYSTEM):
        assert progress.of(asked.pk) is None


def test_opening_the_records_is_one_event_that_each_of_them_can_ask_for(county):
    made.search(county)
    with acting(SYSTEM):
        (opened,) = Event.objects.filter(name="persons.compared")
        about = EventSubject.objects.filter(event_id=opened.pk).values_list("person_id", flat=True)
        assert set(about) == set(Person.objects.values_list("pk", flat=True))
    assert (opened.facts["purpose"], opened.facts["rows"]) == ("duplicates", 2)


def test_told_apart_it_stays_away_until_what_was_compared_has_changed(county):
    (pair,) = made.search(county)
    with acting(made.clerk(county)) as by:
        deciding.tell_apart(pair, by=by, at=AT)
    (same,) = made.search(county, at=LATER)
    assert same.status == Status.DIFFERENT
    with acting(SYSTEM):
        Person.objects.update(education="30")  # not compared
    assert made.search(county, at=LATER)[0].status == Status.DIFFERENT

    rename(made.SLIP, "张玮丽")

    assert made.search(county, at=LATER)[0].status == Status.OPEN


def test_what_is_no_longer_found_leaves_the_queue_and_comes_back_with_the_facts(county):
    (pair,) = made.search(county)
    rename(made.SLIP, "欧阳小明")
    with acting(SYSTEM):
        Person.objects.filter(name="欧阳小明").update(birth_on="1971-03-04", sex="1")
    assert made.search(county, at=LATER) == []
    assert made.again(pair).status == Status.GONE

    with acting(SYSTEM):
        Person.objects.filter(name="欧阳小明").update(birth_on="1990-01-01", sex="2")
    rename(made.SLIP, "张伟丽")

    assert [each.pk for each in made.search(county, at=LATER)] == [pair.pk]


def test_a_person_who_moved_out_of_the_county_takes_the_pair_along():
    city, county, near, far = made.unions()
    made.member(near[0])
    moved = made.member(near[1], made.SLIP)
    made.search(city)
    with acting(SYSTEM):
        Person.objects.filter(pk=moved.pk).update(organisation=far, path=far.path)
    assert made.seen(county) == []
    assert len(made.search(city)) == 1
    assert made.again(made.seen(city)[0]).organisation == city


def written(near, city):
    """Return the batch of a roster that has taken the second record in, as its end tells it."""
    from uuid import uuid4

    from niangjia.foundation.plans.models import Batch, BatchRow

    new = made.member(near, made.SLIP)
    place = {"organisation_id": city.pk, "path": city.path, "line_path": None}
    with acting(SYSTEM):
        batch = Batch.objects.create(
            kind="members", status="committing", file_id=uuid4(), content_token=uuid4(), counts={"new": 1}, uploaded_at=AT, **place
        )  # fmt: skip
        BatchRow.objects.create(batch=batch, place=0, row=2, verdict="new", person_id=new.pk, **place)
    return batch


def test_newcomers_of_a_roster_are_searched_for_as_soon_as_it_is_written():
    from niangjia.foundation import workflow
    from niangjia.foundation.plans.states import CHART

    city, county, near, far = made.unions()
    made.member(near[0])
    made.member(near[0], NUMBERS[40], name="李小明", phone="13800138009")
    made.member(
        near[1], NUMBERS[40][:16] + NUMBERS[40][17] + NUMBERS[40][16], name="李小明", phone="13800138009"
    )
    stranger = made.member(far, NUMBERS[50], name="欧阳远", phone="13800138099", birth_on="1966-05-04")
    batch = written(near[1], city)
    with acting(SYSTEM):
        workflow.fire(batch, "finish", machine=CHART, by=SYSTEM, at=AT)
    assert run_jobs(now=lambda: AT) == ["duplicates.search"]

    (found,) = made.seen(county)

    assert "ID_SLIP" in found.reasons
    with acting(SYSTEM):
        searched = Search.objects.get(batch_id=batch.pk)
        assert (searched.persons, searched.pairs) == (5, 1)
        opened = Event.objects.get(name="persons.compared")
        about = EventSubject.objects.filter(event_id=opened.pk).values_list("person_id", flat=True)
        assert stranger.pk not in about  # nobody's number is opened who has nothing in common with a newcomer


def slowly(scope):
    """Return the pairs that the finder gives for the register in the clear, read a record at a time."""
    from niangjia.foundation import vault
    from niangjia.registry.persons import TABLE

    rows = []
    for person in Person.objects.filter(path__gte=scope.lo, path__lt=scope.hi):
        said = vault.open_sealed(bytes(person.secrets), table=TABLE, row_id=person.pk)
        rows.append(
            {
                "id": str(person.pk), "id_kind": person.id_kind, "id_number": said["id_number"] or None,
                "name_key": person.name_key, "phone": said["phone"] or None, "birth_on": person.birth_on, "sex": person.sex,
                "employer_key": None, "union_key": str(person.organisation_id),
            }
        )  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"employer_key": pl.String})
    pairs = same_people(frame).pairs
    names = frame["id"]
    return {
        (frozenset((names[row], names[other])), decision, round(weight, 2))
        for row, other, decision, weight in pairs.select("row", "other", "decision", "weight").iter_rows()
    }


def test_a_small_register_is_searched_as_the_slow_way_does_it():
    _, county, near, _ = made.unions()
    kinds = [
        "id_digit",
        "id_transposed",
        "name_homophone_id_missing",
        "id_birth_digit",
        "twin",
        "namesake_same_day",
    ]
    people = crowd(160, seed=7, share=0.3, alike=0.1, kinds=kinds).rows.filter(
        pl.col("id_number").is_not_null() & pl.col("id_number").is_first_distinct()
    )
    for place, row in enumerate(people.iter_rows(named=True)):
        made.member(
            near[place % 2], row["id_number"], name=row["name"], phone=row["phone"] or "", birth_on=row["birth_on"],
            sex=row["sex"] or "0", id_kind=row["id_kind"] or "citizen", on_roll=False,
        )  # fmt: skip
    pairs = made.search(county)
    with acting(SYSTEM):
        expected = slowly(county.scope)
    found = {
        (frozenset((str(pair.first), str(pair.second))), pair.decision, round(pair.weight, 2))
        for pair in pairs
    }
    assert found == expected
    assert len(found) >= 8


def test_nobody_sees_the_opened_number_in_a_job_a_pair_or_the_audit(county):
    made.search(county)
    with acting(SYSTEM), connection.cursor() as cursor:
        for table in ("registry_pair", "registry_search", "audit_event"):
            cursor.execute(f"SELECT string_agg(x::text, ' ') FROM {table} x")
            text = cursor.fetchone()[0]
            assert not [each for each in (made.NUMBER, made.SLIP, made.PHONE, "张伟丽") if each in text]


def test_paths_have_in_common_whole_steps_only():
    left = pl.Series(["00010002", "00010002", "0001", "0001", None, "00010011"])
    right = pl.Series(["00010003", "00010002", "00010002", "0002", "0001", "00010012"])
    common = finding._common(left, right)
    assert common.to_list() == ["0001", "00010002", "0001", None, None, "0001"]


def test_a_pair_that_an_undo_made_pointless_is_not_shown(county):
    (pair,) = made.search(county)
    with acting(SYSTEM):
        from niangjia.registry.models import IdentityToken, Membership

        for model in (Membership, IdentityToken):
            model.objects.filter(person_id=pair.second).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM registry_person WHERE id = %s", [pair.second])
        assert Pair.objects.count() == 1
    assert made.seen(county) == []
