"""A long run of kills over a large roster: workers, and all processes of the database, while it is being written.

``python -m benchmarks.kills --rows 1000000 --worker-kills 50 --database-kills 10 --log kills.jsonl`` is one part of it. The roster
is tried and written once undisturbed, for the hashes of what comes out. Then copies of the database with the waiting plan are
written under kills, until there were so many; each copy is written to its end and its hashes are compared. Only a kill that
meets a batch in the making counts, in a life that has written a chunk. Every round is a line of the log, appended.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

from benchmarks.report import show
from tests.config.conftest import passable_folder
from tests.intake.killed import House

PATIENCE = 1800
PAUSE = 1.0  # at most so long after a chunk, in seconds: somewhere in the next ones


def main() -> None:
    """Make one part of the run, and print what came of it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--chunk", type=int, default=5_000)
    arguments.add_argument("--worker-kills", type=int, default=50)
    arguments.add_argument("--database-kills", type=int, default=10)
    arguments.add_argument("--log", type=Path, default=Path("kills.jsonl"))
    arguments.add_argument("--json", action="store_true")
    said = arguments.parse_args()
    start = time.perf_counter()
    with passable_folder() as folder:
        figures = _part(folder, said)
    show("kills", {"rows": said.rows, **figures, "seconds": round(time.perf_counter() - start)})
    if figures["unequal"]:
        sys.exit(1)


def _part(folder: Path, said: argparse.Namespace) -> dict[str, Any]:
    sizes = {"NIANGJIA_KILL_ROWS": str(said.rows), "NIANGJIA_KILL_CHUNK": str(said.chunk)}
    house = House(folder, PATIENCE, **sizes)
    try:
        house.finish("niangjia", "planned")
        house.run("niangjia", "ask", "commit", house.batch)
        house.finish(house.copy("calm"), "committed")
        calm, told = house.hashes("calm"), {"worker_kills": 0, "database_kills": 0, "rounds": 0, "unequal": 0}
        rng = random.Random()
        for kind, kill, wanted in (
            ("worker_kills", _worker, said.worker_kills),
            ("database_kills", _database, said.database_kills),
        ):
            while told[kind] < wanted:
                name = house.copy(f"round_{told['rounds']}")
                start = time.perf_counter()
                kills = _round(house, name, kill, wanted - told[kind], rng)
                is_equal = house.hashes(name) == calm
                house.drop(name)
                told[kind] += kills
                told["rounds"] += 1
                told["unequal"] += not is_equal
                line = {"kind": kind, "rows": said.rows, "kills": kills, "is_equal": is_equal,
                    "seconds": round(time.perf_counter() - start), "at": datetime.now(UTC).isoformat(timespec="seconds")}  # fmt: skip
                with said.log.open("a") as log:
                    log.write(json.dumps(line) + "\n")
    finally:
        house.cluster.stop()
    return told


def _round(house: House, name: str, kill: Callable[[House, Any], None], most: int, rng: random.Random) -> int:
    """Write one copy under at most ``most`` kills, and return how many counted."""
    worker, kills = house.worker(name), 0
    while kills < most:
        worker, has_written = _until_a_chunk(house, name, worker)
        time.sleep(PAUSE * rng.random())
        if not has_written or house.status(name) != "committing":
            break
        kill(house, worker)
        kills += 1
    house.finish(name, "committed", worker if worker.poll() is None else None)
    return kills


def _until_a_chunk(house: House, name: str, worker: Any) -> tuple[Any, bool]:
    """Keep a worker at it until it has written a chunk, and return it; False where the batch came to its end instead."""
    before, end = house.written(name), time.monotonic() + PATIENCE
    while house.status(name) == "committing":
        if house.written(name) > before:
            return worker, True
        if time.monotonic() > end:
            sys.exit("no worker writes anything")
        with suppress(TimeoutExpired):
            worker.wait(timeout=0.05)
            worker = house.worker(name)
    return worker, False


def _worker(house: House, worker: Any) -> None:
    worker.kill()
    worker.wait()


def _database(house: House, worker: Any) -> None:
    house.kill_database()


if __name__ == "__main__":
    main()
