"""A held row is decided beside whom it may be about, looked at once more, written as its list was, and undone with it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.foundation.vault import open_sealed
from niangjia.registry.held import deciding, judging, lapsing, queries
from niangjia.registry.held.deciding import Decision
from niangjia.registry.held.refusals import NotInQuestion, NoUnion, NumberTaken, UnionUnknown
from niangjia.registry.held.states import Outcome
from niangjia.registry.models import HeldRow, Membership, Organisation, Person
from tests.intake.holding import (
    AT,
    decided,
    held,
    line,
    number,
    parent,
    person,
    phone,
    told,
    unions_below,
    waiting,
    written,
)
from tests.intake.rosters import SYSTEM, clerk_of, fresh, load_city, undone
from tests.intake.test_rosters import number_is_list, results, roll_hash
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def city():
    return load_city()


def phone_of(name):
    with acting(SYSTEM):
        row = Person.objects.get(name=name)
        return open_sealed(row.secrets, table="registry_person", row_id=row.pk)["phone"]


def test_the_same_name_phone_and_birth_under_another_number_is_decided_either_way(city):
    """One row is the known person, whose number stands; the other is somebody else, and taken in."""
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"), line(2, union, name="李二丰"))
    batch = written(
        city,
        line(101, union, name="张一丰", phone=phone(1), education="大学本科"),
        line(102, union, name="李二丰", phone=phone(2)),
        name="second.csv",
    )
    assert batch.counts["held"] == 2
    one, other = waiting(city)
    assert [each["why"] for each in one.candidates] == ["likely"]

    assert decided(city, (one, "same"), (other, "new")) == 2

    batch = fresh(batch)
    assert (batch.counts["changed"], batch.counts["new"], batch.counts["held"]) == (1, 1, 0)
    assert results(batch) == {2: "changed", 3: "new"}
    with acting(SYSTEM):
        assert Person.objects.filter(name="张一丰").count() == 1
        known = Person.objects.get(name="张一丰")
        assert open_sealed(known.secrets, table="registry_person", row_id=known.pk)["id_number"] == number(1)
        assert Person.objects.filter(name="李二丰").count() == 2
    assert number_is_list(city) == 3
    assert not waiting(city)


def test_a_row_that_is_left_out_comes_back_as_refused_with_the_reason(city):
    union = unions_below(city)[0]
    before = roll_hash()
    batch = written(city, line(5, union, sex="女"))  # the number says a man
    (row,) = waiting(city)
    with acting(SYSTEM):
        Batch.objects.update(result_file_id=uuid4(), options={**batch.options, "repair_in": "en"})

    decided(city, (row, "out"))

    assert fresh(batch).result_file_id is None and "repair_in" not in fresh(batch).options  # it is old now
    assert fresh(batch).counts == {"new": 0, "changed": 0, "same": 0, "held": 0, "refused": 1}
    assert roll_hash() == before
    with acting(SYSTEM):
        found = BatchRow.objects.get(batch=batch)
        assert [each["code"] for each in found.findings] == ["SEX_DIFFERS", "ROW_LEFT_OUT"]


def test_a_row_whose_cells_contradict_each_other_goes_in_as_the_number_says(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"))
    (row,) = waiting(city)
    decided(city, (row, "new"))
    with acting(SYSTEM):
        made = Person.objects.get()
        assert made.sex == "1"
        assert Membership.objects.get().organisation_id == union.pk
        assert Event.objects.filter(name="held-row.decide", subject_id=row.pk).count() == 1
        assert Event.objects.filter(name="members.written", subject_id=batch.pk).count() == 1
    assert number_is_list(city) == 1


def test_of_rows_that_contradict_each_other_one_goes_in_and_the_other_waits_with_the_reason(city):
    union = unions_below(city)[0]
    written(city, line(7, union, name="张七丰"), line(7, union, name="王七丰"))
    one, other = waiting(city)
    assert one.alike == other.alike is not None

    decided(city, (one, "new"), (other, "new"))

    (left,) = waiting(city)
    assert (left.row, left.refused) == (other.row, "held_again")
    assert [each["id"] for each in left.candidates] == []
    # Looked at again with the first one on the register, it is not new.
    decided(city, (left, "new"))
    (left,) = waiting(city)
    assert left.refused == "held_number_taken"
    assert left.person_ids == [person("张七丰").pk]


def test_two_rows_of_one_number_at_once_would_break_the_list_without_the_look(city, monkeypatch):
    """The control: without it the database refuses both, and nothing is decided."""
    union = unions_below(city)[0]
    written(city, line(7, union, name="张七丰"), line(7, union, name="王七丰"))
    rows = waiting(city)
    monkeypatch.setattr(judging, "_why_not_beside", lambda row, is_taken, token: "")
    told(city, *((row, "new") for row in rows))
    with pytest.raises(IntegrityError, match="identity_number_once"):
        run_jobs(now=lambda: AT)


def test_who_is_on_another_offices_roll_is_decided_by_the_office_above_alone(city):
    here, there = unions_below(city)
    written(city, line(1, there))
    office = parent(here)
    batch = written(office, line(1, here, education="大学本科"), name="county.csv")
    assert batch.finding_counts == {"ROLL_HELD": 1}

    assert waiting(office) == []
    clerk = clerk_of(office)
    with acting(clerk):
        assert queries.waiting_above(plans.get(batch.pk, by=clerk), by=clerk) == 1
        assert not HeldRow.objects.exists()  # the database itself shows nothing
    (row,) = waiting(city)
    assert office.path.startswith(row.path) and row.path != office.path
    with pytest.raises(NumberTaken):
        told(city, (row, "new"))

    decided(city, (row, "same"))

    with acting(SYSTEM):
        known = Person.objects.get()
        assert (known.education, known.organisation_id) == ("20", there.pk)
        assert Membership.objects.get().organisation_id == there.pk  # a move needs a transfer
    assert fresh(batch).counts["changed"] == 1
    assert number_is_list(city) == 1


def test_a_federation_decides_about_its_own_line_wherever_the_people_are(city):
    with acting(SYSTEM):
        led = Organisation.objects.filter(line__isnull=False, kind="single").select_related("line").first()
        federation = led.line
    written(city, line(1, led, name="张一丰"))
    written(federation, line(101, led, name="张一丰", phone=phone(1)), name="line.csv")
    (row,) = waiting(federation)
    assert row.line_path == federation.path and row.person_ids == [person("张一丰").pk]
    decided(federation, (row, "new"))
    assert number_is_list(city) == 2


def test_a_decision_that_the_register_has_overtaken_goes_back_to_the_clerk(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, name="张五丰", sex="女"))
    (row,) = waiting(city)
    written(city, line(5, union, name="张五丰"), name="other.csv")

    decided(city, (row, "new"))

    (row,) = waiting(city)
    assert row.refused == "held_number_taken" and row.person_ids == [person("张五丰").pk]
    decided(city, (row, "same"))
    assert results(fresh(batch)) == {2: "same"}
    assert number_is_list(city) == 1


def test_without_the_last_look_the_stale_decision_would_stand(city, monkeypatch):
    """The control of the test above: the writing itself then finds that the register has moved, and holds the row."""
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"))
    (row,) = waiting(city)
    written(city, line(5, union, name="张五丰", education="大学本科"), name="other.csv")
    monkeypatch.setattr(judging, "_why_not", lambda row, those: "")
    decided(city, (row, "new"))
    assert [each.refused for each in held(batch)] != ["held_number_taken"]


def said(office, row, outcome, union):
    """Decide on a row and say which union it is of; let it be carried out."""
    clerk = clerk_of(office)
    chosen = row.person_ids[0] if outcome == Outcome.SAME else None
    with acting(clerk):
        deciding.decide({row.pk: Decision(outcome, chosen, union)}, by=clerk, at=AT)
    run_jobs(now=lambda: AT)


def test_of_a_row_without_a_union_the_clerk_says_which_it_is(city):
    batch = written(city, line(9, None))
    (row,) = waiting(city)
    with pytest.raises(NoUnion):
        told(city, (row, "new"))
    assert [each.status for each in held(batch)] == ["open"]
    union = unions_below(city)[0]

    said(city, row, Outcome.NEW, union.name)

    assert number_is_list(city) == 1 and results(fresh(batch)) == {2: "new"}
    with acting(SYSTEM):
        assert Membership.objects.get().organisation_id == union.pk
    assert fresh(batch).by_organisation[str(union.pk)]["new"] == 1
    before = undone(city, batch)
    assert before.status == "undone"
    with acting(SYSTEM):
        assert not Person.objects.exists()


def test_a_union_is_said_by_what_the_lists_office_has_below_it_alone(city):
    """A federation has no roll; an office above may say for a list of the one below no union elsewhere."""
    union, elsewhere = unions_below(city)
    county = parent(union)
    batch = written(county, line(9, None), name="county.csv")
    (row,) = waiting(county)
    for office, wrong in ((county, county.name), (county, "没有这个工会"), (city, elsewhere.code)):
        with pytest.raises(UnionUnknown):
            said(office, row, Outcome.NEW, wrong)
    assert [each.status for each in held(batch)] == ["open"]
    said(city, row, Outcome.NEW, union.code)
    assert results(fresh(batch)) == {2: "new"}


def test_without_the_look_below_the_lists_office_the_row_would_go_elsewhere(city, monkeypatch):
    """The control of the test above."""
    union, elsewhere = unions_below(city)
    batch = written(parent(union), line(9, None), name="county.csv")
    (row,) = waiting(parent(union))
    monkeypatch.setattr(deciding, "scope_of", lambda office: city.scope)
    said(city, row, Outcome.NEW, elsewhere.code)
    with acting(SYSTEM):
        assert Membership.objects.get().organisation_id == elsewhere.pk
    assert results(fresh(batch)) == {2: "new"}


def test_what_the_list_told_of_its_union_stands_whatever_is_said(city):
    union, other = unions_below(city)
    written(city, line(5, union, sex="女"))
    (row,) = waiting(city)
    said(city, row, Outcome.NEW, other.name)
    with acting(SYSTEM):
        assert Membership.objects.get().organisation_id == union.pk


def test_who_left_comes_back_onto_the_roll_that_the_clerk_says(city):
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"))
    with acting(SYSTEM):
        Membership.objects.update(
            from_on=date(2026, 1, 1), to_on=date(2026, 8, 1), status="exited", closed_at=AT
        )
    written(city, line(101, None, name="张一丰", phone=phone(1)), name="second.csv")
    (row,) = waiting(city)
    said(city, row, Outcome.SAME, union.name)
    with acting(SYSTEM):
        assert Person.objects.count() == 1
        assert Membership.objects.get(to_on=None).organisation_id == union.pk


def test_nobody_but_those_in_question_can_be_chosen(city):
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"), line(2, union, name="李二丰"))
    written(city, line(101, union, name="张一丰", phone=phone(1)), name="second.csv")
    (row,) = waiting(city)
    row.candidates = [{"id": str(person("李二丰").pk), "why": "likely"}]
    with pytest.raises(NotInQuestion):
        told(city, (row, "same"))


def test_an_undo_takes_decided_rows_back_first_and_leaves_the_register_as_it_was(city):
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"))
    before = roll_hash()
    batch = written(
        city,
        line(3, union, name="张三丰"),
        line(3, union, name="王三丰"),
        line(101, union, name="张一丰", phone=phone(1), education="大学本科"),
        line(4, union, name="张四丰"),
        name="second.csv",
    )
    third, other, first = waiting(city)
    decided(city, (third, "new"), (first, "same"))
    decided(city, (other, "new"))
    (other,) = waiting(city)
    decided(city, (other, "same"))  # the very person whom the row above made
    assert person("王三丰") and not person("张三丰")
    assert roll_hash() != before

    batch = undone(city, batch)

    assert (batch.status, batch.kept_counts) == ("undone", {})
    assert roll_hash() == before
    number_is_list(city)


def test_an_undo_keeps_a_decided_row_that_somebody_has_touched_since(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, name="张五丰", sex="女"))
    (row,) = waiting(city)
    decided(city, (row, "new"))
    with acting(SYSTEM):
        Person.objects.update(education="10")

    batch = undone(city, batch)

    assert batch.kept_counts == {"touched": 1}
    assert number_is_list(city) == 1


def test_rows_that_nobody_decided_end_with_the_undo_and_nothing_of_them_stays(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"), line(6, union))
    undone(city, batch)
    (row,) = held(batch)
    assert (row.status, bytes(row.secrets), row.said, row.candidates) == ("lapsed", b"", {}, [])


def test_rows_lapse_with_their_roster_and_nothing_of_them_stays(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"))
    (row,) = waiting(city)
    assert row.until == date(2026, 10, 1)
    with acting(SYSTEM):
        assert lapsing.lapse_overdue(by=SYSTEM, at=AT + timedelta(days=29)) == 0
        assert lapsing.lapse_overdue(by=SYSTEM, at=AT + timedelta(days=30)) == 1
    assert waiting(city) == []
    (row,) = held(batch)
    assert (row.status, bytes(row.secrets), row.said) == ("lapsed", b"", {})


def test_a_decided_row_keeps_nothing_of_what_it_said(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"))
    (row,) = waiting(city)
    decided(city, (row, "new"))
    (row,) = held(batch)
    assert (row.status, bytes(row.secrets), row.said, row.candidates) == ("done", b"", {}, [])


def test_rows_are_kept_once_however_often_the_work_is_started(city):
    from niangjia.intake import jobs

    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"), line(7, union, sex="女"))
    with acting(SYSTEM):
        jobs.hold.defer(batch=batch.pk)
    run_jobs(now=lambda: AT)
    assert len(held(batch)) == 2


def test_no_number_and_no_phone_lies_readable_in_what_waits(city):
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"))
    written(city, line(101, union, name="张一丰", phone=phone(1)), line(5, union, sex="女"), name="2.csv")
    with acting(SYSTEM), connection.cursor() as cursor:
        whole = ""
        for table in ("registry_heldrow", "audit_event", "plans_batchrow"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            whole += cursor.fetchone()[0]
    assert len(waiting(city)) == 2
    assert not [secret for n in (1, 101, 5) for secret in (number(n), phone(n)) if secret in whole]


def test_the_counts_are_those_of_the_list_after_every_decision(city):
    union = unions_below(city)[0]
    batch = written(city, line(5, union, sex="女"), line(7, union, sex="女"), line(8, union))
    one, other = waiting(city)
    decided(city, (one, "new"), (other, "out"))
    with acting(SYSTEM):
        batch = Batch.objects.get(pk=batch.pk)
        verdicts = list(BatchRow.objects.filter(batch=batch).values_list("verdict", flat=True))
    assert {verdict: n for verdict, n in batch.counts.items() if n} == {"new": 2, "refused": 1}
    assert sorted(verdicts) == ["new", "new", "refused"]
    assert batch.finding_counts == {"ROW_LEFT_OUT": 1, "SEX_DIFFERS": 1}
