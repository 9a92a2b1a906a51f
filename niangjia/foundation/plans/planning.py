"""From verdicts to a plan: counted, sealed, cut into chunks. Nothing of the register is written here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection

from niangjia.core.plan import Plan, Verdict, plan
from niangjia.foundation import notices, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import sheets
from niangjia.foundation.plans.copying import binaries, integers, packed, same, texts, uuids
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.foundation.plans.states import CHART

WRITTEN = (Verdict.NEW.value, Verdict.CHANGED.value)
LAY_DOWN = """INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    differs, findings) SELECT %s, %s, %s, %s, place, row, verdict, target_id, differs::jsonb, findings::jsonb
    FROM plans_resultstage WHERE batch_id = %s"""


def show(
    rows: pl.DataFrame,
    finding_counts: dict[str, int],
    *,
    batch: Batch,
    chunk_rows: int,
    expires_on: date | None,
    by: Actor,
    at: datetime,
    **facts: Any,
) -> Plan:
    """Keep the plan of ``batch`` and show its counts: the trial run.

    Args:
        rows: one for each row of the file, with ``row``, ``verdict``, ``organisation`` (an id, null or ""), ``differs``
            and ``findings`` (JSON or null), and whatever the kind needs to write it.
        finding_counts: by code.
        facts: more columns of the batch, set with the step.
    """
    made = plan(rows)
    rows = rows.with_row_index("place")
    facts["plan_file_id"] = sheets.keep(
        rows.filter(pl.col("verdict").cast(pl.String).is_in(WRITTEN)),
        batch=batch, kind="plan", by=by, at=at, expires_on=expires_on,
    )  # fmt: skip
    _lay_out(batch, rows.height, chunk_rows)
    _results(batch, rows)
    facts |= {
        "rows": rows.height,
        "counts": asdict(made.counts),
        "by_organisation": {name: asdict(counts) for name, counts in made.by_organisation.items()},
        "finding_counts": finding_counts,
        "planned_at": at,
    }
    workflow.fire(batch, "show", machine=CHART, by=by, at=at, **facts)
    notices.tell_office(batch.organisation_id, "batch_planned", at=at, subject=batch.pk)
    return made


def _lay_out(batch: Batch, rows: int, chunk_rows: int) -> None:
    """Cut the plan into chunks; those of an earlier plan of this batch go."""
    place = {"organisation_id": batch.organisation_id, "path": batch.path, "line_path": batch.line_path}
    Chunk.objects.filter(batch=batch).delete()
    Chunk.objects.bulk_create(
        Chunk(batch=batch, number=number, first=first, beyond=min(first + chunk_rows, rows), **place)
        for number, first in enumerate(range(0, rows, chunk_rows))
    )


def _results(batch: Batch, rows: pl.DataFrame) -> None:
    """Write a result for every row but the new ones: those have one when they are written."""
    BatchRow.objects.filter(batch=batch).delete()
    shown = rows.filter(pl.col("verdict").cast(pl.String) != Verdict.NEW.value)
    if shown.is_empty():
        return
    batch_id = [batch.pk]
    with connection.cursor() as cursor:
        with cursor.copy("COPY plans_resultstage FROM STDIN (FORMAT binary)") as copy:
            copy.write(_copied(batch, shown))
        place: list[Any] = [batch.pk, batch.organisation_id, batch.path, batch.line_path]
        cursor.execute(LAY_DOWN, [*place, *batch_id])
        cursor.execute("DELETE FROM plans_resultstage WHERE batch_id = %s", batch_id)


def _copied(batch: Batch, rows: pl.DataFrame) -> bytes:
    fixed = (same(batch.pk.bytes, rows.height), integers(rows["place"]), integers(rows["row"]))
    ragged = (
        texts(rows["verdict"].cast(pl.String)),
        binaries(uuids(rows["organisation"])),
        texts(rows["differs"]),
        texts(rows["findings"]),
    )
    return packed(fixed, ragged)
