"""A job that raised is tried again, more patiently each time; a database that is away is waited for."""

from __future__ import annotations

import pytest
from django.db.utils import DataError, OperationalError
from procrastinate.jobs import Job

from niangjia.foundation.jobs.retrying import MOST_ATTEMPTS, Again


def seconds(error: BaseException, attempts: int) -> float | None:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="test", attempts=attempts)
    from procrastinate import utils

    decision = Again().get_retry_decision(exception=error, job=job)
    return None if decision is None else round((decision.retry_at - utils.utcnow()).total_seconds())


@pytest.mark.parametrize(("attempts", "wait"), [(0, 4), (1, 16), (2, 64), (9, 64), (MOST_ATTEMPTS, None)])
def test_waits_grow_and_then_it_is_left_as_failed(attempts, wait):
    assert seconds(ValueError(), attempts) == wait


@pytest.mark.parametrize("attempts", [0, 3, MOST_ATTEMPTS, 1000])
def test_a_lost_database_is_waited_for_however_often_the_job_was_killed(attempts):
    assert seconds(OperationalError(), attempts) == 4
    wrapped = RuntimeError()
    wrapped.__cause__ = OperationalError()
    assert seconds(wrapped, attempts) == 4


def test_an_error_of_the_data_is_no_lost_database():
    assert seconds(DataError(), MOST_ATTEMPTS) is None
