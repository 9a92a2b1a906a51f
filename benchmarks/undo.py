"""A roster taken back: as many rows as came in, each restored where nobody has touched it since, and the register equal.

Nothing else takes a roster back, so there is no baseline but the roster's own writing on the same server.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.intake import brought_in, measured, prepared

if TYPE_CHECKING:
    from niangjia.config.embedded_postgres import Cluster
    from niangjia.foundation.plans.models import Batch
    from niangjia.registry.models import Organisation

EARLIER_ROWS = 5_000
HASH = """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
    SELECT p::text AS t FROM registry_person p UNION ALL SELECT m::text FROM registry_membership m
    UNION ALL SELECT t::text FROM registry_identitytoken t
    UNION ALL SELECT ROW(d.organisation_id, d.day, d.group, sum(d.n))::text FROM {by_day} d
        GROUP BY d.organisation_id, d.day, d.group HAVING sum(d.n) <> 0) rows"""


def main() -> None:
    """Measure the way in and the way back, and print both."""
    measured("undo", _measured)


def _measured(rows: int, folder: Path, cluster: Cluster) -> dict[str, object]:
    office = prepared(folder, cluster)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(made, rows, folder).result()
    brought_in(folder / "earlier.csv", office)
    before = _hash()
    _, written, batch = brought_in(folder / "roster.csv", office)
    start = time.perf_counter()
    counts, kept = _taken_back(batch, office)
    took = time.perf_counter() - start
    is_equal = _hash() == before
    return {
        "rows": rows,
        "seconds": round(took, 2),
        "rows_per_s": round(rows / took),
        "written_seconds": round(written, 2),
        "ratio_written": round(took / written, 2),
        "register_is_equal": is_equal,
        "kept": kept,
        "counts": counts,
    }


def made(rows: int, folder: Path) -> None:
    """Write the roster, and an earlier one with its first rows and other phones: those the roster changes."""
    import polars as pl

    from niangjia.cli.synth.rosters import roster
    from niangjia.cli.synth.writers import write_csv

    made = roster(rows, 1, share=0.02)
    write_csv(made, folder / "roster.csv", "utf-8")
    phone = made.headers[made.fields.index("phone")]
    early = made.frame[made.truth["position"].to_list()[:EARLIER_ROWS]]
    early.with_columns(pl.col(phone).str.replace(r"\d{4}$", "4321")).write_csv(folder / "earlier.csv")


def _hash() -> str:
    from django.db import connection

    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry.deltas import BY_DAY

    with acting(system_actor("benchmark")), connection.cursor() as cursor:
        cursor.execute(HASH.format(by_day=BY_DAY))
        return str(cursor.fetchone()[0])


def _taken_back(batch: Batch, office: Organisation) -> tuple[dict[str, int], int]:
    from niangjia.foundation.acting import acting
    from niangjia.intake import actions, jobs
    from tests.intake.rosters import clerk_of, fresh

    clerk = clerk_of(office)

    def now() -> datetime:
        return datetime.now(UTC)

    with acting(clerk):
        actions.undo(batch, by=clerk, at=now())
    jobs.undo.run({"batch": str(batch.pk)}, now=now)
    ended = fresh(batch)
    if ended.status != "undone":
        sys.exit(f"the batch ended {ended.status}")
    return ended.counts, sum(ended.kept_counts.values())


if __name__ == "__main__":
    main()
