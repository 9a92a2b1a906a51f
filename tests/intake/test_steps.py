"""What can happen to a roster between its two ends: other headings, new unions, a stop, a return, an alarm above."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from niangjia.cli.synth.writers import write_csv
from niangjia.core.intake.headers import guess
from niangjia.foundation import workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.notices.models import Notice
from niangjia.foundation.plans import committing, planning
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.foundation.plans.states import CHART
from niangjia.intake import actions, jobs
from niangjia.intake import words as intake_words
from niangjia.intake.planning import plan_blocks
from niangjia.intake.reading.refusals import Broken
from niangjia.registry import consents, memberships
from niangjia.registry.models import Consent, Membership, Organisation, Person
from niangjia.registry.organisations import parent_of
from niangjia.ui.notices import words
from tests.intake.rosters import (
    AT,
    SYSTEM,
    clerk_of,
    committed,
    fresh,
    load_city,
    planned,
    roster,
    sheet_of,
    undone,
)
from tests.intake.test_rosters import column, number_is_list, roll_hash
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]
EMPLOYER, JOINT = "曙光软件有限公司工会委员会", "望江路商圈联合工会"


@pytest.fixture
def office():
    return load_city()


def test_other_headings_give_another_trial_run_and_the_first_leaves_nothing(office, tmp_path):
    made = roster(120, 8)
    sheet, heads = sheet_of(made)
    file = tmp_path / "roster.csv"
    write_csv(made, file)
    batch = planned(office, sheet, heads, name=file.name, content=file.read_bytes())
    mapping = {field: place for field, place in guess(heads).items() if field != "education"}

    clerk = clerk_of(office)
    with acting(clerk):
        actions.remap(batch, mapping, by=clerk, at=AT)
    assert "intake.plan" in run_jobs(now=lambda: AT)
    again = fresh(batch)
    assert (again.status, again.mapping, again.rows) == ("planned", mapping, batch.rows)
    done = committed(office, again)

    with acting(SYSTEM):
        assert set(Person.objects.values_list("education", flat=True)) == {""}
        assert BatchRow.objects.filter(batch=done).count() == done.rows
    assert number_is_list(office) == done.counts["new"] > 0


def elsewhere(sheet, heads):
    """Return the roster as one of two unions that nobody has founded yet."""
    names = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit(EMPLOYER)).otherwise(pl.lit(JOINT))
    nothing = pl.lit(None, dtype=pl.String).alias(column(heads, "union_code"))
    return sheet.with_columns(names.alias(column(heads, "union")), nothing)


def test_unions_that_are_not_there_are_founded_with_the_first_row_and_only_when_asked(office):
    sheet, heads = sheet_of(roster(40, 9, kinds=(), noisy=False))
    strange = elsewhere(sheet, heads)

    without = planned(office, strange, heads)
    assert without.counts["held"] == 40
    trial = planned(office, strange, heads, content=b"asked for", create_organisations=True)
    assert trial.counts["new"] == 40
    with acting(SYSTEM):
        assert not Organisation.objects.filter(name__in=(EMPLOYER, JOINT)).exists()
    committed(office, trial)

    with acting(SYSTEM):
        kinds = dict(Organisation.objects.filter(name__in=(EMPLOYER, JOINT)).values_list("name", "kind"))
        founded = Organisation.objects.get(name=EMPLOYER)
        assert parent_of(founded).pk == office.pk
        assert Membership.objects.filter(organisation=founded).count() == 20
    assert kinds == {EMPLOYER: "single", JOINT: "joint"}
    assert number_is_list(office) == 40


def test_a_stopped_writing_keeps_its_chunks_and_goes_on_where_it_stood(office, monkeypatch):
    sheet, heads = sheet_of(roster(90, 10, kinds=(), noisy=False))
    batch, clerk = planned(office, sheet, heads, chunk_rows=30), clerk_of(office)
    with acting(clerk):
        actions.commit(batch, by=clerk, at=AT)
    whole = committing.write_chunk

    def stopped_meanwhile(batch_id, number, packed, **said):
        whole(batch_id, number, packed, **said)
        with acting(clerk):
            actions.stop(fresh_row(batch), by=clerk, at=AT)

    monkeypatch.setattr(committing, "write_chunk", stopped_meanwhile)
    committing.carry_out(batch.pk, by=SYSTEM, now=lambda: AT)
    assert fresh(batch).status == "partly_committed" and number_is_list(office) == 30
    monkeypatch.undo()

    done = committed(office, batch)
    assert done.status == "committed" and number_is_list(office) == 90
    with acting(SYSTEM):
        assert BatchRow.objects.filter(batch=batch).count() == 90


def fresh_row(batch):
    return type(batch).objects.get(pk=batch.pk)


def test_what_was_stopped_can_be_taken_back_and_what_is_over_cannot_be_stopped(office, monkeypatch):
    sheet, heads = sheet_of(roster(60, 10, kinds=(), noisy=False))
    empty, clerk = roll_hash(), clerk_of(office)
    batch = planned(office, sheet, heads, chunk_rows=30)
    with acting(clerk):
        actions.commit(batch, by=clerk, at=AT)
        actions.stop(fresh_row(batch), by=clerk, at=AT)
    committing.carry_out(batch.pk, by=SYSTEM, now=lambda: AT)
    assert fresh(batch).status == "partly_committed"

    # A wish before the first chunk counts as well when the writing was stopped once already.
    with acting(clerk):
        actions.commit(fresh_row(batch), by=clerk, at=AT)
        actions.stop(fresh_row(batch), by=clerk, at=AT)
    committing.carry_out(batch.pk, by=SYSTEM, now=lambda: AT)
    assert fresh(batch).status == "partly_committed" and number_is_list(office) == 0

    batch = undone(office, fresh(batch))
    assert batch.status == "undone" and roll_hash() == empty
    with pytest.raises(workflow.MovedOn), acting(clerk):
        actions.stop(batch, by=clerk, at=AT)


def test_who_left_and_comes_back_has_a_second_spell_from_that_day_and_an_undo_closes_nothing_else(office):
    sheet, heads = sheet_of(roster(50, 11, kinds=(), noisy=False))
    committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        leaving = list(Membership.objects.order_by("pk")[:3])
        for spell in leaving:
            memberships.close_spell(spell, reason="1", by=SYSTEM, at=AT + timedelta(days=10))
        agreed = kept_elsewhere(leaving[0])
    before, later = roll_hash(), AT + timedelta(days=20)

    batch = planned(office, sheet, heads, content=b"they came back", at=later)
    assert (batch.counts["new"], batch.counts["same"]) == (3, 47)
    batch = committed(office, batch, at=later)

    with acting(SYSTEM):
        back = Membership.objects.filter(person__in=[s.person_id for s in leaving], to_on__isnull=True)
        # The roster tells the first day of joining; who had left did not belong in between.
        assert {spell.from_on for spell in back} == {later.date()} and back.count() == 3
        assert Membership.objects.filter(person=leaving[0].person_id).count() == 2
        assert Consent.objects.get(pk=agreed.pk).path == leaving[0].path
    undone(office, batch, at=later)
    with acting(SYSTEM):
        assert Consent.objects.get(pk=agreed.pk).path == agreed.path != leaving[0].path
    assert roll_hash() == before


def kept_elsewhere(spell):
    """Return a consent of the person, whose record another union holds meanwhile."""
    person = spell.person
    other = (
        Organisation.objects.exclude(pk=spell.organisation_id).filter(path__startswith=spell.path[:4]).last()
    )
    person.organisation, person.path, person.line_path = other, other.path, other.line_path
    person.save()
    return consents.give(person, "membership", "1", by=SYSTEM, at=AT)


def test_many_held_rows_are_told_to_the_office_above_and_few_are_not(office):
    sheet, heads = sheet_of(roster(60, 5, kinds=(), noisy=False))
    committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        narrow = Membership.objects.select_related("organisation").order_by("path").first().organisation
        assert not Notice.objects.filter(code="held_alarm").exists()

    batch = planned(narrow, sheet, heads, content=b"a narrower office")

    with acting(SYSTEM):
        notice = Notice.objects.get(code="held_alarm")
        assert (notice.organisation_id, notice.subject_id) == (parent_of(narrow).pk, batch.pk)
    assert words(notice.code)


def test_work_that_fails_for_good_leaves_the_batch_to_its_clerk(office, monkeypatch):
    trial = planned(office, *sheet_of(roster(300, 11, kinds=(), noisy=False)), chunk_rows=100)
    write = committing.write_chunk

    def failing(batch_id, number, *args, **kwargs):
        if number == 2:
            raise ValueError
        write(batch_id, number, *args, **kwargs)

    monkeypatch.setattr(committing, "write_chunk", failing)
    with pytest.raises(ValueError):
        committed(office, trial)
    jobs.commit.give_up({"batch": str(trial.pk)})
    assert fresh(trial).status == "partly_committed" and number_is_list(office) == 200
    assert told(office) == ["batch_planned", "batch_stuck"]

    monkeypatch.setattr(committing, "write_chunk", write)
    clerk, stopped = clerk_of(office), fresh(trial)
    with acting(clerk):
        actions.commit(stopped, by=clerk, at=AT)
    run_jobs(now=lambda: AT)
    assert fresh(trial).status == "committed" and number_is_list(office) == 300


def test_an_undo_that_fails_for_good_can_be_asked_for_again(office, monkeypatch):
    done = committed(
        office, planned(office, *sheet_of(roster(200, 12, kinds=(), noisy=False)), chunk_rows=100)
    )
    take_back = committing.take_back_chunk

    def failing(batch_id, number, **kwargs):
        if number == 0:
            raise ValueError
        take_back(batch_id, number, **kwargs)

    monkeypatch.setattr(committing, "take_back_chunk", failing)
    with pytest.raises(ValueError):
        undone(office, done)
    jobs.undo.give_up({"batch": str(done.pk)})
    assert fresh(done).status == "committed" and number_is_list(office) == 100

    monkeypatch.setattr(committing, "take_back_chunk", take_back)
    assert undone(office, done).status == "undone" and number_is_list(office) == 0


def test_a_check_that_fails_for_good_says_that_the_fault_is_ours(office):
    clerk = clerk_of(office)
    with acting(clerk):
        content = "姓名,手机号,身份证号\n".encode()
        batch = actions.upload([content], name="a.csv", organisation=office, by=clerk, at=AT)
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch.pk).update(status="planning")
    jobs.plan.give_up({"batch": str(batch.pk)})
    assert fresh(batch).status == "failed"
    assert intake_words.refusal_of(fresh(batch).failure).code == "file_unexpected"


def told(office):
    with acting(SYSTEM):
        return list(
            Notice.objects.filter(organisation_id=office.pk).order_by("pk").values_list("code", flat=True)
        )


def test_who_cancels_between_two_blocks_is_noticed_and_nothing_of_the_trial_run_stays(office, monkeypatch):
    sheet, heads = sheet_of(roster(300, 13))
    results, seen = planning.results, []

    def and_cancel(batch, rows):
        results(batch, rows)
        seen.append(BatchRow.objects.filter(batch=batch).count())
        Batch.objects.filter(pk=batch.pk).update(status="cancelled")

    monkeypatch.setattr(planning, "results", and_cancel)
    batch = planned(office, sheet, heads, chunk_rows=100)

    assert len(seen) == 1 and seen[0] > 0
    assert batch.status == "cancelled" and batch.plan_file_id is None
    with acting(SYSTEM):
        assert not BatchRow.objects.filter(batch=batch).exists()
        assert not StoredFile.objects.filter(kind="plan").exists()


def test_a_file_that_breaks_off_further_down_is_refused_whole(office):
    sheet, heads = sheet_of(roster(200, 14))

    def broken():
        yield sheet[:150]
        raise Broken(where="xlsx")

    clerk = clerk_of(office)
    with acting(clerk):
        batch = actions.upload(
            [b"broken"],
            name="a.xlsx",
            organisation=office,
            by=clerk,
            at=AT,
            options={"demo": True, "chunk_rows": 50},
        )
    with acting(SYSTEM):
        workflow.fire(batch, "plan", machine=CHART, by=SYSTEM, at=AT)
    with pytest.raises(Broken):
        plan_blocks(batch, broken(), guess(heads), by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        assert not StoredFile.objects.filter(kind="plan").exists()
    assert fresh(batch).plan_file_id is None
