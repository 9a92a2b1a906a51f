"""A roster in, from the file to the roll: read, checked, deduplicated, sealed, indexed, counted, audited.

Ours is timed from the first byte of the upload to the committed batch: encrypted file, reading in a capped child, trial run,
commit by chunks with encryption, row security, deltas, results and audit on, nothing of the server's durability off.

Baselines of the same minute and server, without any of that, into a plain table with the same columns:

- ``admin``: the two steps of django-import-export's admin (see ``benchmarks.admin_flow``), on the first ``sampled_rows``
  rows. Its rate is taken as constant, which favours it: it keeps every row and its differences in memory, and its page
  shows all of them.
- ``stdnum``: one import by ``Resource``, with python-stdnum, on the same sample.
- ``copy``: the server reads as many rows, already packed and encrypted, from a file of its own (binary COPY) into a
  table with a primary key and no other index. This is the floor: no program's work is in it.

The sample are rows with a number of their own (the baseline keeps numbers unique), in texts only, so that no cell is
refused.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import show
from niangjia.config.embedded_postgres import Cluster, throwaway

if TYPE_CHECKING:
    from niangjia.cli.synth.rosters import Roster
    from niangjia.foundation.plans.models import Batch
    from niangjia.registry.models import Organisation

SAMPLE = 2_000
ROOT = Path(__file__).parents[1]
SETTINGS = {"max_connections": "50"}


def main() -> None:
    """Measure ours and the baselines, and print the ratios."""
    measured("intake", _measured)


def measured(name: str, measure: Callable[[int, Path, Cluster], dict[str, object]]) -> None:
    """Print what ``measure`` finds for as many rows as the command line says, in a folder and on a server of its own."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--json", action="store_true")
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="nj-bench-") as folder, throwaway(SETTINGS) as cluster:
        figures = measure(rows, Path(folder), cluster)
        from niangjia.config.command import _let_go

        _let_go()
    show(name, figures)


def _measured(rows: int, folder: Path, cluster: Cluster) -> dict[str, object]:
    office = prepared(folder, cluster)
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn")
    ) as pool:  # what it takes is not of the intake's peak
        sample = pool.submit(made, rows, folder).result()
    trial, written, batch = brought_in(folder / "roster.csv", office)
    ours = trial + written
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    copied = _copied(batch, cluster)
    told = plain(cluster, folder / "sample.csv")
    admin, script = told["admin"], told["script"]
    return {
        "rows": rows,
        "seconds": round(ours, 2),
        "trial_seconds": round(trial, 2),
        "commit_seconds": round(written, 2),
        "rows_per_s": round(rows / ours),
        "admin_rows_per_s": round(sample / admin),
        "stdnum_rows_per_s": round(sample / script),
        "sampled_rows": sample,
        "copy_seconds": round(copied, 2),
        "ratio_admin": round(rows / ours / (sample / admin), 1),
        "ratio_stdnum": round(rows / ours / (sample / script), 1),
        "ratio_copy": round(ours / copied, 1),
        "peak_mib": peak // 1024,
        "counts": batch.counts,
    }


def made(rows: int, folder: Path) -> int:
    """Write the roster, and the sample of it as the baselines take it; return the sample's rows."""
    from niangjia.cli.synth.rosters import roster
    from niangjia.cli.synth.writers import write_csv

    made = roster(rows, 1, share=0.02)
    write_csv(made, folder / "roster.csv", "utf-8")
    return _sample(made, folder / "sample.csv")


def _sample(made: Roster, file: Path) -> int:
    """Write the first rows that have a number of their own, and return how many."""
    names = {header: field for header, field in zip(made.headers, made.fields, strict=True) if field}
    rows = made.frame[made.truth["position"].to_list()].select(*names).rename(names)
    rows = rows.filter(rows["number"].fill_null("") != "").unique("number", keep="first", maintain_order=True)
    rows.head(SAMPLE).write_csv(file)
    return min(SAMPLE, rows.height)


def prepared(folder: Path, cluster: Cluster) -> Organisation:
    """Make the house in ``folder`` and on ``cluster``, with the made-up city, and return the city's federation."""
    urls = cluster.urls()
    os.environ |= {
        "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "NIANGJIA_HOME": str(folder), "NIANGJIA_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
    }  # fmt: skip
    import django

    django.setup()
    from niangjia.config import wiring
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.keys.ring import FileRing
    from tests.intake.rosters import load_city

    wiring.connect()
    FileRing.start(folder / "keys", has_data=lambda: False)
    migrate_all()
    return load_city()


def brought_in(file: Path, office: Organisation) -> tuple[float, float, Batch]:
    """Take a roster in; return the seconds from the upload to the trial run shown, those of the writing, and the batch."""
    from niangjia.foundation.acting import acting
    from niangjia.intake import actions, jobs
    from tests.intake.rosters import clerk_of, fresh

    def now():
        return datetime.now(UTC)

    clerk, start = clerk_of(office), time.perf_counter()
    with acting(clerk), file.open("rb") as content:
        parts = iter(lambda: content.read(1 << 20), b"")
        batch = actions.upload(parts, name=file.name, organisation=office, by=clerk, at=now())
    jobs.plan.run({"batch": str(batch.pk)}, now=now)
    shown = time.perf_counter()
    batch = fresh(batch)
    with acting(clerk):
        actions.commit(batch, by=clerk, at=now())
    jobs.commit.run({"batch": str(batch.pk)}, now=now)
    end = time.perf_counter()
    batch = fresh(batch)
    if batch.status != "committed":
        sys.exit(f"the batch ended {batch.status}: {batch.failure}")
    return shown - start, end - shown, batch


def _copied(batch: Batch, cluster: Cluster) -> float:
    """Return the seconds of the server's own COPY of what the commit sent it."""
    import polars as pl
    import psycopg

    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.plans import sheets
    from niangjia.registry.kinds import writing
    from niangjia.registry.kinds.employing import employer_ids, founded

    by, at = system_actor("benchmark"), datetime.now(UTC)
    assert batch.plan_file_id is not None
    with acting(by), sheets.opened(batch.plan_file_id, purpose="benchmark", by=by, at=at) as frames:
        shared = founded(frames.frame(-1), batch)
        rows = pl.concat(frames.frame(number) for number in range(len(frames) - 1))
    file = cluster.folder / "packed"
    file.write_bytes(writing.pack(rows.with_columns(employer_ids(rows, shared)), at=at))
    file.chmod(0o644)
    with psycopg.connect(cluster.superuser_url("niangjia"), autocommit=True) as connection:
        connection.execute(
            writing.STAGE.replace(" ON COMMIT DROP", "").replace(
                "TEMP TABLE registry_memberstage", "TABLE benchmark_copy"
            )
        )
        connection.execute("ALTER TABLE benchmark_copy ADD PRIMARY KEY (person_id)")
        start = time.perf_counter()
        connection.execute(f"COPY benchmark_copy FROM '{file}' (FORMAT binary)")
        took = time.perf_counter() - start
    return took * batch.rows / rows.height


def plain(cluster: Cluster, sample: Path) -> dict[str, float]:
    """Return the seconds of the two plain ways, measured in a process and a database of their own."""
    import psycopg

    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE benchmark_plain")
    command = [sys.executable, "-m", "benchmarks.admin_flow", str(sample)]
    told = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": cluster.superuser_url("benchmark_plain")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(told.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
