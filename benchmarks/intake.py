"""A roster in, from the file to the roll: read, checked, deduplicated, sealed, indexed, counted, audited.

Baselines of the same minute and server, on a plain table without any of that: django-import-export as its admin does it
(a trial with differences, then the import) and as a script does it with python-stdnum, both on a sample whose rate is
extrapolated; and COPY of as many rows by the server.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import show
from niangjia.config.embedded_postgres import throwaway

SAMPLE = 1_500
COLUMNS = ("name", "number", "phone", "employer", "union_name", "joined")
SETTINGS = {"max_connections": "50"}


def main() -> None:
    """Measure ours and the baselines, and print the ratios."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--json", action="store_true")
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="nj-bench-") as folder, throwaway(SETTINGS) as cluster:
        urls = cluster.urls()
        os.environ |= {
            "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "NIANGJIA_HOME": folder, "NIANGJIA_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
        }  # fmt: skip
        figures = _measured(rows, Path(folder))
        from niangjia.config.command import _let_go

        _let_go()
    show("intake", figures)


def _measured(rows: int, folder: Path) -> dict[str, object]:
    import django

    django.setup()
    from niangjia.cli.synth.rosters import roster
    from niangjia.cli.synth.writers import write_csv
    from niangjia.config import wiring
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.keys.ring import FileRing
    from tests.intake.rosters import load_city

    wiring.connect()
    FileRing.start(folder / "keys", has_data=lambda: False)
    migrate_all()
    office = load_city()
    made = roster(rows, 1, share=0.02)
    write_csv(made, folder / "roster.csv", "utf-8")
    table = _table(made)
    ours, trial, written, counts = _ours(folder / "roster.csv", office)
    copied = _copied(table)
    admin, script = _import_export(table[:SAMPLE])
    return {
        "rows": rows,
        "seconds": round(ours, 2),
        "trial_seconds": round(trial, 2),
        "commit_seconds": round(written, 2),
        "rows_per_s": round(rows / ours),
        "admin_rows_per_s": round(SAMPLE / admin),
        "stdnum_rows_per_s": round(SAMPLE / script),
        "sampled_rows": SAMPLE,
        "copy_seconds": round(copied, 2),
        "ratio_admin": round(rows / ours / (SAMPLE / admin), 1),
        "ratio_stdnum": round(rows / ours / (SAMPLE / script), 1),
        "ratio_copy": round(ours / copied, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_children_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "counts": counts,
    }


def _table(made) -> list[tuple[str, ...]]:
    """Return the rows as the baselines take them."""
    fields = ("name", "number", "phone", "employer", "union", "joined")
    frame = made.frame
    names = [made.headers[made.fields.index(field)] for field in fields]
    return frame[made.truth["position"].to_list()].select(names).rows()


def _ours(file: Path, office) -> tuple[float, float, float, dict[str, int]]:
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
    return end - start, shown - start, end - shown, batch.counts


def _copied(table: list[tuple[str, ...]]) -> float:
    """Return the seconds of a COPY of as many rows, made by the server from its own memory of them."""
    from django.db import connections

    text = io.StringIO()
    for row in table:
        text.write("\t".join(cell.replace("\t", " ").replace("\\", "") or "\\N" for cell in row) + "\n")
    data = text.getvalue()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_copy (name text, number text, phone text, employer text, u text, joined text)"
        )
        start = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN") as copy:
            copy.write(data)
        return time.perf_counter() - start


def _import_export(table: list[tuple[str, ...]]) -> tuple[float, float]:
    """Return the seconds of the admin's way, and of the default with python-stdnum."""
    import tablib
    from django.db import connections, models
    from import_export import resources
    from stdnum.cn import ric

    class Plain(models.Model):
        name, number, phone = models.TextField(), models.TextField(unique=True), models.TextField()
        employer, union_name, joined = models.TextField(), models.TextField(), models.TextField()

        class Meta:
            app_label, db_table = "insight", "benchmarks_plain"

        def __str__(self) -> str:
            return self.name

    class Shown(resources.ModelResource):
        class Meta:
            model = Plain
            import_id_fields = ("number",)
            fields = COLUMNS

        def before_import_row(self, row, **kwargs):
            # The made-up counties are unknown to it, and it breaks on some: it is timed, and the row goes in anyway.
            with contextlib.suppress(KeyError):
                ric.is_valid(row["number"])

    with connections["owner"].schema_editor() as editor:
        editor.create_model(Plain)
        editor.execute("GRANT ALL ON benchmarks_plain TO niangjia_app")
        editor.execute("GRANT ALL ON SEQUENCE benchmarks_plain_id_seq TO niangjia_app")
    known = {row[1]: row for row in table if row[1]}
    data = tablib.Dataset(*known.values(), headers=COLUMNS)
    start = time.perf_counter()
    Shown().import_data(data, dry_run=True, raise_errors=False)
    told = Shown().import_data(data, dry_run=False, raise_errors=False)
    admin = time.perf_counter() - start
    if Plain._default_manager.count() != len(data):
        sys.exit(
            f"the baseline imported something else: {told.totals}, {[str(e.error) for e in told.base_errors][:1]} {[str(e.error) for _, es in told.row_errors() for e in es][:1]}"
        )
    Plain._default_manager.all().delete()
    start = time.perf_counter()
    Shown().import_data(data, dry_run=False, raise_errors=False)
    return admin, time.perf_counter() - start


if __name__ == "__main__":
    main()
