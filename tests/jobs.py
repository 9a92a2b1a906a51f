"""Does what has been deferred, in the test's own process and transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.db import connections

from niangjia.foundation.jobs import jobs

FIRST = """DELETE FROM procrastinate_jobs WHERE id = (
    SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL ORDER BY id LIMIT 1)
    RETURNING task_name, args"""


def run_jobs(*, now: Callable[[], datetime] | None = None) -> list[str]:
    """Run every deferred job, and those that they defer; return their names."""
    done = []
    while found := _first():
        name, said = found
        jobs()[name].run(said, now=now)
        done.append(name)
    return done


def _first():
    with connections["default"].cursor() as cursor:
        cursor.execute(FIRST)
        row = cursor.fetchone()
    return (row[0], json.loads(row[1])) if row else None
