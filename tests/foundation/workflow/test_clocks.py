"""Clocks count working days, stand still when told, and call who waits when they run out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from niangjia.foundation import clocks, parameters
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.foundation.audit.models import Event
from niangjia.foundation.clocks import sweeping
from niangjia.foundation.clocks.models import Clock
from tests.factories import AT, organisation

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")
FRIDAY = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
CLOSES = 10  # 18:00 in Shanghai


@pytest.fixture
def row():
    with acting(SYSTEM):
        return organisation()


def due(row, name):
    return clocks.due_of([row.pk], name)[row.pk].due_at


def test_three_working_days_from_a_friday_end_on_wednesday_when_the_office_closes(row):
    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=FRIDAY)
        assert due(row, "joining_decide") == datetime(2026, 12, 2, CLOSES, tzinfo=UTC)


def test_a_made_up_saturday_counts_and_the_spring_festival_does_not(row):
    before_festival = datetime(
        2026, 2, 13, 2, 0, tzinfo=UTC
    )  # Friday; Saturday 14th is worked, 15th to 23rd are off
    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=before_festival)
        assert due(row, "joining_decide") == datetime(2026, 2, 25, CLOSES, tzinfo=UTC)


def test_a_day_that_the_deployer_marks_counts_from_then_on_and_is_audited(row):
    with acting(SYSTEM) as by:
        clocks.mark(date(2026, 11, 30), is_worked=False, source="city notice 12", by=by, at=AT)
        clocks.start(row, "joining_decide", at=FRIDAY)
        assert due(row, "joining_decide") == datetime(2026, 12, 3, CLOSES, tzinfo=UTC)
        assert Event.objects.filter(name="calendar.marked").count() == 1


def test_a_deployers_figure_with_its_region_wins_over_the_shipped_one(row):
    with acting(SYSTEM) as by:
        facts = {"source": "city rule 3", "region": "3699", "from_on": date(2026, 1, 1)}
        parameters.add("joining_decide", "1", **facts, by=by, at=AT)
        clocks.start(row, "joining_decide", at=FRIDAY, region="369901")
        assert due(row, "joining_decide") == datetime(2026, 11, 30, CLOSES, tzinfo=UTC)
        clocks.stop_all(row, at=FRIDAY)
        clocks.start(row, "joining_decide", at=FRIDAY, region="3601")
        assert due(row, "joining_decide") == datetime(2026, 12, 2, CLOSES, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"), [("no_such", "1"), ("joining_decide", "soon"), ("day_closes", "25:99")]
)
def test_a_figure_that_is_none_is_refused(name, value):
    with acting(SYSTEM) as by, pytest.raises(parameters.NoSuchFigure):
        parameters.add(name, value, source="x", from_on=date(2026, 1, 1), by=by, at=AT)


def test_a_clock_that_stood_still_for_two_working_days_ends_two_working_days_later(row):
    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=FRIDAY)  # until Wednesday
        clocks.pause(row, at=FRIDAY)
        monday_week = FRIDAY + timedelta(days=4)
        clocks.resume(row, at=monday_week)  # Tuesday: Monday and Tuesday do not count
        assert due(row, "joining_decide") == datetime(2026, 12, 4, CLOSES, tzinfo=UTC)


def test_one_clock_of_a_name_runs_at_a_time(row):
    from django.db import IntegrityError, transaction

    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=FRIDAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            clocks.start(row, "joining_decide", at=FRIDAY)
        clocks.stop(row, "joining_decide", at=FRIDAY)
        clocks.start(row, "joining_decide", at=FRIDAY)
        assert len(clocks.of(row)) == 1


@pytest.fixture
def handlers(monkeypatch):
    held: dict = {}
    monkeypatch.setattr(sweeping, "_handlers", held)
    return held


def test_a_clock_that_runs_out_calls_who_waits_once(row, handlers):
    called = []
    handlers["joining_decide"] = lambda subject_id, *, by, at: called.append((subject_id, by.job))
    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=FRIDAY)
        clocks.start(row, "joining_contact", at=FRIDAY + timedelta(days=30))
    late = FRIDAY + timedelta(days=6)
    assert clocks.sweep(by=SYSTEM, at=late) == 1
    assert clocks.sweep(by=SYSTEM, at=late) == 0
    assert called == [(row.pk, "test")]
    with acting(SYSTEM):
        assert [clock.subject_id for clock in clocks.overdue("joining_decide", at=late)] == [row.pk]
        (event,) = Event.objects.filter(name="clock.ran_out")
    assert event.facts == {"clock": "joining_decide"}


@pytest.mark.parametrize("act", [clocks.stop_all, clocks.pause])
def test_a_stopped_or_paused_clock_does_not_run_out(row, handlers, act):
    with acting(SYSTEM):
        clocks.start(row, "joining_decide", at=FRIDAY)
        act(row, at=FRIDAY)
    assert clocks.sweep(by=SYSTEM, at=FRIDAY + timedelta(days=30)) == 0
    with acting(SYSTEM):
        assert not clocks.overdue("joining_decide", at=FRIDAY + timedelta(days=30))


@pytest.mark.django_db(transaction=True)
def test_one_handler_that_fails_holds_up_no_other_clock_and_is_tried_again(row, handlers):
    done = []

    def fail(subject_id, *, by, at):
        raise ValueError("not now")

    handlers.update(
        joining_contact=fail, joining_decide=lambda subject_id, *, by, at: done.append(subject_id)
    )
    with acting(SYSTEM):
        clocks.start(row, "joining_contact", at=FRIDAY)
        clocks.start(row, "joining_decide", at=FRIDAY)
    late = FRIDAY + timedelta(days=9)
    with pytest.raises(ExceptionGroup):
        clocks.sweep(by=SYSTEM, at=late)
    assert done == [row.pk]
    with acting(SYSTEM):
        (waiting,) = Clock.objects.filter(run_out_at__isnull=True)
    assert waiting.name == "joining_contact"
    handlers["joining_contact"] = lambda subject_id, *, by, at: done.append(subject_id)
    assert clocks.sweep(by=SYSTEM, at=late) == 1
    assert len(done) == 2
