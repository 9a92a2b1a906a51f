"""From verdicts to a plan: its results, its counts, its chunks. Nothing of the register is written here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.core.plan import Plan, Verdict
from niangjia.foundation import notices, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.copying import Copied, ids, integers, packed, same, texts, uuids
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.foundation.plans.states import CHART

WRITTEN = (Verdict.NEW.value, Verdict.CHANGED.value)
COPIED = "COPY plans_resultstage ({}) FROM STDIN (FORMAT binary)"
LAY_DOWN = """INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    differs, findings) SELECT %s, %s, %s, %s, place, row, verdict, target_id, differs::jsonb, findings::jsonb
    FROM plans_resultstage WHERE batch_id = %s"""


def start_over(batch: Batch) -> None:
    """Forget what an earlier trial run of this batch left."""
    Chunk.objects.filter(batch=batch).delete()
    BatchRow.objects.filter(batch=batch).delete()


def show(
    made: Plan,
    finding_counts: dict[str, int],
    *,
    batch: Batch,
    plan_file: UUID,
    chunk_rows: int,
    by: Actor,
    at: datetime,
    **facts: Any,
) -> None:
    """Show the counts of a trial run whose rows and results are kept.

    Args:
        finding_counts: by code.
        plan_file: a frame for each chunk, with what the kind needs to write its rows, and one with what all share.
        facts: more columns of the batch, set with the step.
    """
    _lay_out(batch, made.rows, chunk_rows)
    facts |= {
        "plan_file_id": plan_file,
        "rows": made.rows,
        "counts": asdict(made.counts),
        "by_organisation": {name: asdict(counts) for name, counts in made.by_organisation.items()},
        "finding_counts": finding_counts,
        "planned_at": at,
    }
    workflow.fire(batch, "show", machine=CHART, by=by, at=at, **facts)
    notices.tell_office(batch.organisation_id, "batch_planned", at=at, subject=batch.pk)


def to_write(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that a commit writes."""
    return rows.filter(pl.col("verdict").cast(pl.String).is_in(WRITTEN))


def _lay_out(batch: Batch, rows: int, chunk_rows: int) -> None:
    """Cut the plan into chunks."""
    place = {"organisation_id": batch.organisation_id, "path": batch.path, "line_path": batch.line_path}
    Chunk.objects.bulk_create(
        Chunk(batch=batch, number=number, first=first, beyond=min(first + chunk_rows, rows), **place)
        for number, first in enumerate(range(0, rows, chunk_rows))
    )


def results(batch: Batch, rows: pl.DataFrame) -> None:
    """Write a result for every row but the new ones: those have one when they are written.

    Args:
        rows: with ``place``, ``row``, ``verdict``, ``organisation`` (an id, null or ""), ``differs`` and ``findings`` (JSON
            or null).
    """
    shown = rows.filter(pl.col("verdict").cast(pl.String) != Verdict.NEW.value)
    if shown.is_empty():
        return
    batch_id = [batch.pk]
    with connection.cursor() as cursor:
        told = _copied(batch, shown)
        with cursor.copy(COPIED.format(", ".join(told.columns))) as copy:
            copy.write(told.content)
        place: list[Any] = [batch.pk, batch.organisation_id, batch.path, batch.line_path]
        cursor.execute(LAY_DOWN, [*place, *batch_id])
        cursor.execute("DELETE FROM plans_resultstage WHERE batch_id = %s", batch_id)


def _copied(batch: Batch, rows: pl.DataFrame) -> Copied:
    return packed(
        {
            "batch_id": same(batch.pk.bytes, rows.height),
            "place": integers(rows["place"]),
            "row": integers(rows["row"]),
            "verdict": texts(rows["verdict"].cast(pl.String)),
            "target_id": ids(uuids(rows["organisation"])),
            "differs": texts(rows["differs"]),
            "findings": texts(rows["findings"]),
        }
    )
