"""Killed at any step, worker or database: not a row lost, not a row doubled, and the same end."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from niangjia.config.embedded_postgres import Cluster, postmaster
from tests.config.conftest import passable_folder

pytestmark = [pytest.mark.database, pytest.mark.kill]
ROOT = Path(__file__).parents[2]
PLANNING = ("before:read", "after:check", "after:results", "before:show")
ONCE = ("before:plan", "after:plan", "before:prepare", "after:prepare")
TWICE = tuple(
    f"{side}:{step}"
    for step in ("chunk", "pack", "write", "audit", "checkpoint", "progress")
    for side in ("before", "after")
)
AT_RANDOM, DATABASE_KILLS = 5, 5
SECONDS = 120


class House:
    """A cluster of the test's own, with a plan that waits, and copies of its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "postgres")
        self.cluster.start()
        self.cluster.bootstrap()
        (folder / "home").mkdir()
        told = json.loads(self.run("niangjia", "prepare").strip().splitlines()[-1])
        self.batch, self.verdicts = told["batch"], told["verdicts"]

    def url(self, database: str) -> str:
        return self.cluster.superuser_url(database)

    def copy(self, name: str, of: str = "niangjia") -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            # The connections of a killed worker may be there a moment longer than itself.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [of]
            )
            # The other strategy copies a sequence with the numbers it has set aside; after a crash they come again.
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {of} OWNER niangjia_owner STRATEGY file_copy"
            )
            connection.execute(f"GRANT CONNECT ON DATABASE {name} TO niangjia_app")
        return name

    def start(self, database: str, *said: str, **options) -> subprocess.Popen[str]:
        urls = self.cluster.urls()
        told = {
            "NIANGJIA_HOME": str(self.folder / "home"),
            "DATABASE_URL": urls.app.replace("/niangjia?", f"/{database}?"),
            "DATABASE_OWNER_URL": urls.owner.replace("/niangjia?", f"/{database}?"),
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
            "PYTHONPATH": str(ROOT),
            "NIANGJIA_WRITERS": "2",
        }
        command = [sys.executable, "-m", "tests.intake.killing", *said]
        return subprocess.Popen(command, cwd=ROOT, env=os.environ | told, text=True, **options)

    def run(self, database: str, *said: str) -> str:
        process = self.start(database, *said, stdout=subprocess.PIPE)
        out = process.communicate(timeout=SECONDS)[0]
        assert process.returncode == 0
        return out

    def worker(self, database: str, *said: str) -> subprocess.Popen[str]:
        return self.start(database, "worker", *said, stderr=subprocess.DEVNULL)

    def killed(self, database: str, where: str, n: int = 1) -> None:
        """Let a worker work until it kills itself."""
        assert self.worker(database, where, str(n)).wait(timeout=SECONDS) == -signal.SIGKILL

    def finish(self, database: str, status: str, worker: subprocess.Popen[str] | None = None) -> None:
        """Keep a worker running, as ``niangjia run`` does, until the batch has come to ``status``."""
        worker, end = worker or self.worker(database), time.monotonic() + SECONDS
        try:
            while (now := self.status(database)) != status:
                assert time.monotonic() < end, now
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(timeout=0.2)
                    worker = self.worker(database)
        finally:
            worker.kill()
            worker.wait()

    def status(self, database: str) -> str:
        with psycopg.connect(self.url(database)) as connection:
            return connection.execute("SELECT status FROM plans_batch").fetchone()[0]

    def hashes(self, database: str) -> dict[str, str]:
        return json.loads(self.run(database, "hash").strip().splitlines()[-1])

    def kill_database(self) -> None:
        for pid in self.cluster.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert postmaster.wait_until(self.cluster.has_ended, 10)
        self.cluster.stop()
        self.cluster.start()


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
