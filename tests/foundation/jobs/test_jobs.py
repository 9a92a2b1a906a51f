"""Jobs are deferred in the act's transaction by any acting role, and run as the system."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, OperationalError
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as QueuedJob

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.foundation.jobs import declaring, job, progress
from niangjia.foundation.jobs.retrying import MOST_ATTEMPTS
from tests.factories import AT, organisation
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")
seen: list = []


@job("test.note")
def note(*, thing: UUID, times: int, by: Actor, at) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        seen.append((thing, times, by.job, cursor.fetchone()[0]))


@job("test.long", transaction=False)
def long(*, thing: UUID, by: Actor, now) -> None:
    for _ in range(2):
        with acting(by):
            seen.append((thing, now()))


def leave(*, thing: UUID, by: Actor, at) -> None:
    seen.append(("given up", thing, by.job))


@job("test.failing", given_up=leave)
def failing(*, thing: UUID, by: Actor, at) -> None:
    raise {"data": ValueError, "database": OperationalError}[seen[0]]("typed by somebody")


@pytest.fixture(autouse=True)
def _seen():
    seen.clear()


def office() -> Actor:
    with acting(SYSTEM):
        union = organisation()
    return Actor(role=Role.CLERK, organisation_id=union.pk, scope=Scope.below(union.path))


@pytest.mark.parametrize("who", [lambda: NOBODY, office, lambda: Actor(role=Role.MEMBER), lambda: SYSTEM])
def test_whoever_acts_can_defer_and_the_system_does_it(who):
    thing = uuid4()
    with acting(who()):
        note.defer(thing=thing, times=2)
    assert run_jobs() == ["test.note"]
    assert seen == [(thing, 2, "test.note", "niangjia_system")]


def test_an_act_that_is_undone_has_asked_for_nothing():
    with pytest.raises(ZeroDivisionError), acting(SYSTEM):
        note.defer(thing=uuid4(), times=1)
        raise ZeroDivisionError
    assert run_jobs() == []


def test_long_work_opens_its_own_transactions_and_is_given_the_clock():
    thing = uuid4()
    with acting(SYSTEM):
        long.defer(thing=thing)
    run_jobs(now=lambda: AT)
    assert seen == [(thing, AT), (thing, AT)]


def test_an_office_may_ask_for_work_but_neither_read_nor_write_the_queue():
    for statement in ("SELECT * FROM procrastinate_jobs", "DELETE FROM procrastinate_jobs"):
        with acting(office()), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("why", "attempts", "is_left"),
    [("data", MOST_ATTEMPTS, True), ("data", MOST_ATTEMPTS - 1, False), ("database", MOST_ATTEMPTS, False)],
)
def test_what_waits_for_the_work_is_told_once_it_will_not_be_done(why, attempts, is_left, caplog):
    thing = uuid4()
    seen.append(why)
    said = {"thing": str(thing)}
    row = QueuedJob(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="test.failing", attempts=attempts
    )
    context = JobContext(app=app, job=row, abort_reason=lambda: None, start_timestamp=0)
    with pytest.raises((ValueError, OperationalError)):
        app.tasks["test.failing"](context, **said)
    assert seen[1:] == ([("given up", thing, "test.failing")] if is_left else [])
    (told,) = (json.loads(record.message) for record in caplog.records)  # each time, not only the last
    assert (told["event"], told["job"], told["attempts"]) == ("job_failed", "test.failing", attempts)
    assert "test_jobs.py" in told["error"] and "typed by somebody" not in caplog.text


def test_what_is_no_id_is_refused_before_anything_runs():
    with pytest.raises(ValueError):
        note.run({"thing": "not an id", "times": 1})
    with pytest.raises(KeyError):
        note.run({"other": "x"})
    assert seen == []


def test_progress_tells_rate_and_time_left_and_can_be_cancelled():
    from datetime import timedelta

    thing = uuid4()
    with acting(SYSTEM) as by:
        assert progress.of(thing) is None
        progress.report(thing, stage="read", done=0, total=10, at=AT)
        progress.report(thing, stage="write", done=0, total=1000, at=AT)
        progress.report(thing, stage="write", done=250, total=1000, at=AT + timedelta(seconds=5))
        state = progress.of(thing)
        assert (state.stage, state.rate, state.left) == ("write", 50.0, timedelta(seconds=15))
        assert not progress.is_cancelled(thing)
        progress.cancel(thing, by=by, at=AT)
        assert progress.is_cancelled(thing)


def test_the_declared_jobs_are_those_of_the_house():
    assert {"clocks.sweep", "files.sweep", "idempotency.forget"} <= set(declaring.jobs())
