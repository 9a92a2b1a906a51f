"""A roster in, from the file to the roll: read, checked, deduplicated, sealed, indexed, counted, audited.

Ours is timed from the first byte of the upload to the committed batch: encrypted file, reading in a capped child, trial run,
commit by chunks with encryption, row security, deltas, results and audit on, nothing of the server's durability off. It runs in
a process of its own, whose peak and whose reading child's are told. Then so many rows (``READ_BACK``) drawn at random are read
back from the register and compared with the truth that the roster was made with, and the counts of all rows.

Baselines of the same minute and server, without any of that, into a plain table with the same columns:

- ``admin``: the two steps of django-import-export's admin (see ``benchmarks.admin_flow``), on the first ``sampled_rows``
  rows. Its rate is taken as constant, which favours it: it keeps every row and its differences in memory, and its page
  shows all of them.
- ``stdnum``: one import by ``Resource``, with python-stdnum, on the same sample.
- ``best``: one import by ``Resource`` with its settings for speed and nothing checked, on a larger sample.
- ``copy``: the server reads as many rows, already packed and encrypted, from a file of its own (binary COPY) into a
  table with a primary key and no other index. This is the floor: no program's work is in it.

The samples are rows with a number of their own (the baseline keeps numbers unique), in texts only, so that no cell is
refused, and always CSV, whichever ours reads. With ``--registry`` that many others are on the register, and as many in the
baselines' table (see ``benchmarks.registers``).
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
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from benchmarks import registers
from benchmarks.report import show
from niangjia.config.embedded_postgres import Cluster, throwaway
from niangjia.config.processes import SPARING

if TYPE_CHECKING:
    import polars as pl

    from niangjia.cli.synth.rosters import Roster
    from niangjia.foundation.plans.models import Batch
    from niangjia.registry.models import Organisation, Person

SAMPLE, BEST_SAMPLE, READ_BACK = 2_000, 50_000, 1_000
CITY = "3699"
PLAIN = "benchmark_plain"  # the database of the baselines
ROOT = Path(__file__).parents[1]
SETTINGS = {"max_connections": "50"}


def main() -> None:
    """Measure ours and the baselines, and print the ratios: a line for each format."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--registry", type=int, default=0, help="others on the register before")
    arguments.add_argument("--format", choices=["csv", "xlsx", "both"], default="csv")
    arguments.add_argument("--json", action="store_true")
    said = arguments.parse_args()
    formats = ["csv", "xlsx"] if said.format == "both" else [said.format]
    with tempfile.TemporaryDirectory(prefix="nj-bench-") as folder, throwaway(SETTINGS) as cluster:
        measured_all(said.rows, said.registry, formats, Path(folder), cluster)


def measured_all(rows: int, registry: int, formats: list[str], folder: Path, cluster: Cluster) -> None:
    """Fill the register, measure the baselines once and each format in a copy of the database; print as it goes."""
    environment(folder, cluster)
    apart(_founded, folder)
    samples = apart(made, rows, folder, formats)
    if registry:
        registers.fill(cluster, registry)
    told = plain(cluster, folder / "sample.csv", best=folder / "best.csv", registry=registry)
    registers.drop(cluster, PLAIN)  # else its pages are written and vacuumed while ours is measured
    for each in formats:
        database = registers.copied(cluster, each)
        environment(folder, cluster, database)
        ours = apart(_ours, folder / f"roster.{each}", folder / "truth.parquet")
        copied = apart(_copied, ours.pop("batch"), cluster.superuser_url(database), cluster.folder / "packed")
        registers.drop(cluster, database)
        shares = _ratios(rows, ours["seconds"], copied, told, samples)
        show("intake", {"format": each, "rows": rows, "registry": registry, **ours, **shares})


def apart(work: Callable[..., Any], *said: object) -> Any:
    """Return what ``work`` returns in a process of its own: what it takes is not of ours, and ends with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *said).result()


def _ratios(
    rows: int, ours: float, copied: float, told: dict[str, float], sample: tuple[int, int]
) -> dict[str, object]:
    small, large = sample
    rates = {"admin": small / told["admin"], "stdnum": small / told["script"], "best": large / told["best"]}
    return {
        **{f"{name}_rows_per_s": round(rate) for name, rate in rates.items()},
        "sampled_rows": small,
        "best_sampled_rows": large,
        "copy_seconds": round(copied, 2),
        **{f"ratio_{name}": round(rows / ours / rate, 1) for name, rate in rates.items()},
        "ratio_copy": round(ours / copied, 1),
    }


def _ours(file: Path, truth: Path) -> dict[str, Any]:
    """Take the roster in, and return what it took and whether what came out is what the truth says."""
    import polars as pl

    office = _house()
    trial, written, batch = brought_in(file, office)
    peaks = [
        resource.getrusage(whose).ru_maxrss // 1024
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    told = pl.read_parquet(truth)
    wrong = read_back(told, READ_BACK)
    expected = dict(told["verdict"].value_counts().iter_rows())
    if wrong or {name: n for name, n in batch.counts.items() if n} != expected:
        sys.exit(f"not what the truth says: {wrong} of {READ_BACK} rows, {batch.counts} for {expected}")
    return {
        "seconds": round(trial + written, 2),
        "trial_seconds": round(trial, 2),
        "commit_seconds": round(written, 2),
        "rows_per_s": round(batch.rows / (trial + written)),
        "peak_mib": peaks[0],
        "child_peak_mib": peaks[1],
        "read_back": READ_BACK,
        "counts": batch.counts,
        "batch": batch.pk,
    }


def read_back(truth: pl.DataFrame, n: int) -> int:
    """Return how many of ``n`` new members, drawn at random, are not on the register as the truth says.

    Compared are the number as it opens, the birth date and the sex that follow from it, the union, and the open spell.
    """
    from niangjia.core.codes import by_code
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import persons

    kinds = [code for code, entry in by_code("id_kind").items() if "number18" in entry.flags]
    new = truth.filter((truth["verdict"] == "new") & (truth["number"].str.len_chars() == 18))
    wrong = 0
    with acting(system_actor("benchmark")):
        for number, union in new.sample(min(n, new.height), seed=1).select("number", "union").iter_rows():
            found = [person for kind in kinds if (person := persons.known_by(kind, number))]
            wrong += [_told(person) for person in found] != [(number, *_follows(number), union)]
    return wrong


def _told(person: Person) -> tuple[str, date | None, str, str]:
    from niangjia.foundation import vault
    from niangjia.registry.models import Membership, Organisation

    secrets = vault.open_sealed(
        person.secrets, table="registry_person", row_id=person.pk, fields=["id_number"]
    )
    spell = Membership.objects.get(person=person, kind="primary", to_on=None)
    union = Organisation.objects.get(pk=spell.organisation_id)
    return secrets["id_number"], person.birth_on, person.sex, union.code


def _follows(number: str) -> tuple[date, str]:
    """Return birth date and sex (GB/T 2261.1) that a number of 18 characters says, by its places alone."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14])), "21"[int(number[16]) % 2]


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


def made(rows: int, folder: Path, formats: Sequence[str] = ("csv",)) -> tuple[int, int]:
    """Write the roster, its truth, and the two samples as the baselines take them; return how many rows these have."""
    from niangjia.cli.synth.rosters import roster
    from niangjia.cli.synth.writers import write_csv, write_xlsx

    made = roster(rows, 1, share=0.02)
    if "csv" in formats:
        write_csv(made, folder / "roster.csv", "utf-8")
    if "xlsx" in formats:
        write_xlsx(made, folder / "roster.xlsx")
    made.truth.write_parquet(folder / "truth.parquet")
    return _sample(made, folder / "sample.csv", SAMPLE), _sample(made, folder / "best.csv", BEST_SAMPLE)


def _sample(made: Roster, file: Path, n: int) -> int:
    """Write the first ``n`` rows that have a number of their own, and return how many there are."""
    names = {header: field for header, field in zip(made.headers, made.fields, strict=True) if field}
    rows = made.frame[made.truth["position"].to_list()].select(*names).rename(names)
    rows = rows.filter(rows["number"].fill_null("") != "").unique("number", keep="first", maintain_order=True)
    rows.head(n).write_csv(file)
    return min(n, rows.height)


def environment(folder: Path, cluster: Cluster, database: str = "niangjia") -> None:
    """Let this process, and those that it starts, work in ``folder`` and in a database of ``cluster``."""
    urls = cluster.urls()
    os.environ |= SPARING | {
        "DATABASE_URL": urls.app.replace("/niangjia?", f"/{database}?"),
        "DATABASE_OWNER_URL": urls.owner.replace("/niangjia?", f"/{database}?"),
        "NIANGJIA_HOME": str(folder), "NIANGJIA_DEMO": "1", "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
    }  # fmt: skip


def prepared(folder: Path, cluster: Cluster) -> Organisation:
    """Make the house in ``folder`` and on ``cluster``, with the made-up city, and return the city's federation."""
    environment(folder, cluster)
    _founded(folder)
    return _house()


def _founded(folder: Path) -> None:
    _connected()
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.keys.ring import FileRing
    from tests.intake.rosters import load_city

    FileRing.start(folder / "keys", has_data=lambda: False)
    migrate_all()
    load_city()


def _house() -> Organisation:
    _connected()
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry.models import Organisation

    with acting(system_actor("benchmark")):
        return Organisation.objects.get(code=CITY)


def _connected() -> None:
    import django

    django.setup()
    from niangjia.config import wiring

    wiring.connect()


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
    if batch.status != "planned":
        sys.exit(f"the trial run ended {batch.status}: {batch.failure}")
    with acting(clerk):
        actions.commit(batch, by=clerk, at=now())
    jobs.commit.run({"batch": str(batch.pk)}, now=now)
    end = time.perf_counter()
    batch = fresh(batch)
    if batch.status != "committed":
        sys.exit(f"the batch ended {batch.status}: {batch.failure}")
    return shown - start, end - shown, batch


def _copied(batch_id: UUID, url: str, file: Path) -> float:
    """Return the seconds of the server's own COPY of what the commit sent it."""
    import polars as pl
    import psycopg

    _connected()
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.plans import sheets
    from niangjia.foundation.plans.models import Batch
    from niangjia.registry.kinds import writing
    from niangjia.registry.kinds.employing import employer_ids, founded

    by, at = system_actor("benchmark"), datetime.now(UTC)
    with acting(by):
        batch = Batch.objects.get(pk=batch_id)
        assert batch.plan_file_id is not None
        with sheets.opened(batch.plan_file_id, purpose="benchmark", by=by, at=at) as frames:
            shared = founded(frames.frame(-1), batch)
            rows = pl.concat(frames.frame(number) for number in range(len(frames) - 1))
    packed = writing.pack(rows.with_columns(employer_ids(rows, shared)), at=at)
    file.write_bytes(packed.content)
    file.chmod(0o644)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            writing.STAGE.replace(" ON COMMIT DROP", "").replace(
                "TEMP TABLE registry_memberstage", "TABLE benchmark_copy"
            )
        )
        connection.execute("ALTER TABLE benchmark_copy ADD PRIMARY KEY (person_id)")
        columns = ", ".join(packed.known["columns"])
        start = time.perf_counter()
        connection.execute(f"COPY benchmark_copy ({columns}) FROM '{file}' (FORMAT binary)")
        took = time.perf_counter() - start
    return took * batch.rows / rows.height


def plain(cluster: Cluster, sample: Path, *, best: Path | None = None, registry: int = 0) -> dict[str, float]:
    """Return the seconds of the plain ways, measured in a process and a database of their own."""
    import psycopg

    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {PLAIN}")
    command = [sys.executable, "-m", "benchmarks.admin_flow", str(sample), "--registry", str(registry)]
    told = subprocess.run(
        command + (["--best", str(best)] if best else []),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": cluster.superuser_url(PLAIN)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(told.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
