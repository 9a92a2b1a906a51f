"""Killed at any step, worker or database: not a row lost, not a row doubled, and the same end."""

from __future__ import annotations

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
STEPS = ("plan", "prepare", "chunk", "copy", "write", "audit", "checkpoint", "progress", "end")
AT_RANDOM, DATABASE_KILLS = 6, 5


class House:
    """A cluster of the test's own, with a plan that waits, and copies of its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "postgres")
        self.cluster.start()
        self.cluster.bootstrap()
        self.batch = self.run("niangjia", "prepare").strip().splitlines()[-1]

    def copy(self, name: str) -> str:
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE niangjia OWNER niangjia_owner")
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
        }
        command = [sys.executable, "-m", "tests.intake.killing", *said]
        return subprocess.Popen(command, cwd=ROOT, env=os.environ | told, text=True, **options)

    def run(self, database: str, *said: str) -> str:
        process = self.start(database, *said, stdout=subprocess.PIPE)
        out = process.communicate(timeout=120)[0]
        assert process.returncode == 0
        return out

    def hashes(self, database: str) -> dict[str, str]:
        return json.loads(self.run(database, "hash").strip().splitlines()[-1])

    def kill_database(self) -> None:
        for pid in self.cluster.processes():
            os.kill(pid, signal.SIGKILL)
        assert postmaster.wait_until(self.cluster.has_ended, 10)
        self.cluster.stop()
        self.cluster = Cluster(self.folder / "postgres")
        self.cluster.start()


@pytest.fixture(scope="module")
def house():
    with passable_folder() as folder:
        made = House(folder)
        yield made
        made.cluster.stop()


@pytest.fixture(scope="module")
def calm(house):
    """The hashes after a run that nobody disturbed."""
    database = house.copy("calm")
    house.run(database, "commit", house.batch)
    told = house.hashes(database)
    assert told["status"] == "committed" and int(told["members"]) > 40_000 and told["stage"] == "0"
    return told


def test_twenty_and_more_kills_of_the_worker_lose_nothing_and_double_nothing(house, calm):
    database, kills = house.copy("worker_kills"), 0
    for step in STEPS:
        for side in ("before", "after"):
            # At the second time, so that one chunk is behind it; what happens once is killed the first time.
            n = "1" if step in ("plan", "prepare", "end") else "2"
            if step == "end":
                continue
            process = house.start(database, "commit", house.batch, f"{side}:{step}", n)
            assert process.wait(timeout=60) == -signal.SIGKILL
            kills += 1
    rng = random.Random(20261125)
    for _ in range(AT_RANDOM):
        process = house.start(database, "commit", house.batch)
        time.sleep(1.2 + rng.random())
        process.kill()
        kills += process.wait() == -signal.SIGKILL
    for side in ("before", "after"):
        process = house.start(database, "commit", house.batch, f"{side}:end", "1")
        kills += process.wait(timeout=60) == -signal.SIGKILL
    house.run(database, "commit", house.batch)

    assert kills >= 20
    assert house.hashes(database) == calm


def test_kills_of_all_database_processes_lose_nothing_and_double_nothing(house, calm):
    database = house.copy("database_kills")
    rng = random.Random(20261126)
    for _ in range(DATABASE_KILLS):
        process = house.start(database, "commit", house.batch, stderr=subprocess.DEVNULL)
        time.sleep(1.2 + rng.random())
        house.kill_database()
        process.wait(timeout=60)
    house.run(database, "commit", house.batch)

    assert house.hashes(database) == calm


def test_control_with_the_checkpoint_outside_the_transaction_the_end_is_another(house, calm):
    database = house.copy("careless")
    process = house.start(database, "careless", house.batch)
    assert process.wait(timeout=60) == -signal.SIGKILL
    house.run(database, "commit", house.batch)

    assert house.hashes(database) != calm
