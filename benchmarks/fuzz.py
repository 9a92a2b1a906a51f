"""Mutated rosters, handed in over HTTP by a clerk's desk and read by the real child: what goes wrong, counted.

Every number below ``--files`` is one file, the same for the same seed. The files are shared out to ``--processes``, each with a
database of its own. What counts as wrong stands in ``tests.intake.fuzzing``; each fault is told on stderr with its number, and
``--only NUMBER`` tries that file alone. ``--from NUMBER`` begins there, so that a long run can be made in parts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.report import show
from niangjia.config.embedded_postgres import throwaway

ROOT = Path(__file__).parents[1]
SEED = 20_261_125
TELL_EVERY = 250


def main() -> None:
    """Try the files, and print the counts."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--only", type=int)
    arguments.add_argument("--from", type=int, default=0, dest="first")
    arguments.add_argument("--share", help=argparse.SUPPRESS)
    arguments.add_argument("--json", action="store_true")
    said = arguments.parse_args()
    if said.share:
        print(json.dumps(_share(said)))
        return
    start = time.perf_counter()
    figures = _all(said)
    taken = time.perf_counter() - start
    show(
        "fuzz",
        {
            "seed": said.seed,
            **figures,
            "seconds": round(taken),
            "files_per_s": round(figures["files"] / taken, 1),
        },
    )
    if any(
        figures[sort]
        for sort in (
            "server_errors",
            "dead_workers",
            "partial_batches",
            "silent_changes",
            "unclear_refusals",
            "over_30_s",
        )
    ):
        sys.exit(1)


def _all(said: argparse.Namespace) -> dict[str, Any]:
    """Return the sums over the processes."""
    processes = 1 if said.only is not None else said.processes
    command = [sys.executable, "-m", "benchmarks.fuzz", "--files", str(said.files), "--seed", str(said.seed)]
    command += ["--from", str(said.first)]
    if said.only is not None:
        command += ["--only", str(said.only)]
    started = [
        subprocess.Popen(
            [*command, "--share", f"{k}/{processes}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for k in range(processes)
    ]
    told = [json.loads(each.communicate()[0].splitlines()[-1]) for each in started]
    refused = sum((Counter(each.pop("refused")) for each in told), Counter())
    whole = {key: sum(each[key] for each in told) for key in told[0] if key != "mutations"}
    return {
        **whole,
        "mutations": max(each["mutations"] for each in told),
        "refused": dict(sorted(refused.items())),
    }


def _share(said: argparse.Namespace) -> dict[str, Any]:
    """Try one process's files, and return what became of them."""
    with tempfile.TemporaryDirectory(prefix="nj-fuzz-") as folder, throwaway() as cluster:
        urls = cluster.urls()
        os.environ |= {
            "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "NIANGJIA_HOME": folder, "NIANGJIA_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings", "NIANGJIA_WRITERS": "1",
        }  # fmt: skip
        figures = _tried(said, Path(folder))
        from niangjia.config.command import _let_go

        _let_go()
    return figures


def _tried(said: argparse.Namespace, folder: Path) -> dict[str, Any]:
    import django

    django.setup()
    from niangjia.config import wiring
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.keys.ring import FileRing
    from tests.intake.fuzzing import Desk
    from tests.intake.rosters import load_city

    wiring.connect()
    FileRing.start(folder / "keys", has_data=lambda: False)
    migrate_all()
    desk = Desk(load_city())
    first, step = map(int, said.share.split("/"))
    numbers = range(said.first + first, said.files, step) if said.only is None else [said.only]
    for done, number in enumerate(numbers, start=1):
        before = len(desk.tally.faults)
        desk.hand_in(number, said.seed)
        for fault in desk.tally.faults[before:]:
            print(f"{fault.sort}  {fault.number}  {fault.kind}  {fault.told}", file=sys.stderr)
        if done % TELL_EVERY == 0:
            so_far = json.dumps(desk.tally.figures())
            print(f"{said.share}: {done} of {len(numbers)} {so_far}", file=sys.stderr)
    return desk.tally.figures()


if __name__ == "__main__":
    main()
