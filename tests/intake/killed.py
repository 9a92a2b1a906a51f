"""A house whose workers and database are killed: for the kill tests, and for the long run of kills."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from niangjia.config.embedded_postgres import Cluster, postmaster

ROOT = Path(__file__).parents[2]
SECONDS = 120


class House:
    """A cluster of its own, with a plan that waits, and copies of its database."""

    def __init__(self, folder: Path, seconds: float = SECONDS, **environment: str) -> None:
        self.folder, self.environment = folder, environment
        self.seconds = seconds
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

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

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
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | told | self.environment, text=True, **options
        )

    def run(self, database: str, *said: str) -> str:
        process = self.start(database, *said, stdout=subprocess.PIPE)
        out = process.communicate(timeout=self.seconds)[0]
        assert process.returncode == 0
        return out

    def worker(self, database: str, *said: str) -> subprocess.Popen[str]:
        return self.start(database, "worker", *said, stderr=subprocess.DEVNULL)

    def killed(self, database: str, where: str, n: int = 1) -> None:
        """Let a worker work until it kills itself."""
        assert self.worker(database, where, str(n)).wait(timeout=self.seconds) == -signal.SIGKILL

    def finish(self, database: str, status: str, worker: subprocess.Popen[str] | None = None) -> None:
        """Keep a worker running, as ``niangjia run`` does, until the batch has come to ``status``."""
        worker, end = worker or self.worker(database), time.monotonic() + self.seconds
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

    def written(self, database: str) -> int:
        """Return how many chunks are written."""
        with psycopg.connect(self.url(database)) as connection:
            return connection.execute("SELECT count(*) FROM plans_chunk WHERE state = 'done'").fetchone()[0]

    def hashes(self, database: str) -> dict[str, str]:
        return json.loads(self.run(database, "hash").strip().splitlines()[-1])

    def kill_database(self) -> None:
        for pid in self.cluster.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert postmaster.wait_until(self.cluster.has_ended, 10)
        self.cluster.stop()
        self.cluster.start()
