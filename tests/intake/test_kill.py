"""Killed at any step, worker or database: not a row lost, not a row doubled, and the same end."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess

import pytest

from tests.config.conftest import passable_folder
from tests.intake.killed import House

# On one worker, or the house is built on each.
pytestmark = [pytest.mark.database, pytest.mark.kill, pytest.mark.xdist_group("a house to kill")]
PLANNING = ("before:read", "after:check", "after:results", "before:show")
ONCE = ("before:plan", "after:plan", "before:prepare", "after:prepare")
TWICE = tuple(
    f"{side}:{step}"
    for step in ("chunk", "pack", "write", "audit", "checkpoint", "progress")
    for side in ("before", "after")
)
AT_RANDOM, DATABASE_KILLS = 5, 5


@pytest.fixture(scope="module")
def house():
    """A plan that waits to be written; the worker was killed four times while it made it."""
    with passable_folder() as folder:
        made = House(folder)
        for where in PLANNING:
            made.killed("niangjia", where)
        made.finish("niangjia", "planned")
        made.planned = made.hashes("niangjia")
        made.run("niangjia", "ask", "commit", made.batch)
        yield made
        made.cluster.stop()


@pytest.fixture(scope="module")
def calm(house):
    """The hashes after a run that nobody disturbed."""
    database = house.copy("calm")
    house.finish(database, "committed")
    told = house.hashes(database)
    assert int(told["members"]) > 40_000 and told["balance"] == told["members"]
    return told


def test_kills_during_the_trial_run_leave_one_plan(house):
    rows = sum(n for verdict, n in house.verdicts.items() if verdict != "new")
    assert house.planned["seen"] == ",".join(
        f"{verdict} {n}" for verdict, n in sorted(house.verdicts.items())
    )
    assert house.planned["shown"] == f"{rows} in 50"
    assert house.planned["people"] == house.planned["members"] == "0"


def test_twenty_and_more_kills_of_the_worker_lose_nothing_and_double_nothing(house, calm):
    database, kills, rng = house.copy("worker_kills"), 0, random.Random(20261125)
    for where in ONCE:
        house.killed(database, where)
        kills += 1
    for where in TWICE:
        # At the second time, so that one chunk is behind it.
        house.killed(database, where, 2)
        kills += 1
    for _ in range(AT_RANDOM):
        worker = house.worker(database)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=1 + rng.random())
        worker.kill()
        assert worker.wait() == -signal.SIGKILL
        # A kill after the end would disturb nothing.
        kills += house.status(database) == "committing"
    if house.status(database) == "committing":
        house.killed(database, "before:end")
        kills += 1
    house.finish(database, "committed")

    assert kills >= 20
    assert house.hashes(database) == calm


def test_kills_of_all_database_processes_lose_nothing_and_double_nothing(house, calm):
    database, kills, rng = house.copy("database_kills"), 0, random.Random(20261126)
    worker = house.worker(database)
    for _ in range(DATABASE_KILLS):
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=1 + rng.random())
        kills += house.status(database) == "committing"
        house.kill_database()
        if worker.poll() is not None:
            worker = house.worker(database)
    house.finish(database, "committed", worker)

    assert kills >= 5
    assert house.hashes(database) == calm


def test_kills_during_the_undo_leave_the_roll_empty(house, calm):
    database = house.copy("undo_kills", of="calm")
    house.run(database, "ask", "undo", house.batch)
    for where in ("before:back", "after:back", "before:checkpoint"):
        house.killed(database, where, 2)
    house.finish(database, "undone")

    told = house.hashes(database)
    assert (told["people"], told["members"], told["tokens"], told["balance"]) == ("0", "0", None, "0")
    assert told["subjects"] == calm["subjects"]


def test_control_with_the_checkpoint_outside_the_transaction_the_end_is_another(house, calm):
    database = house.copy("careless")
    house.killed(database, "careless")
    house.finish(database, "committed")

    assert house.hashes(database) != calm
