"""What was decided about held rows is carried out, as the system: looked at once more, then written as the list was.

The rows of one run are a chunk of their own, with places beyond the list's: an undo takes it back first, as the last chunk
that was written. The algorithm: docs/algorithms/held-rows.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Max

from niangjia.core.days import day_of
from niangjia.core.findings import SCHEMA as FINDINGS
from niangjia.core.findings import Severity
from niangjia.core.plan import Verdict
from niangjia.foundation import audit, events, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import planning
from niangjia.foundation.plans.kinds import kind_of
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.foundation.plans.recounting import recount
from niangjia.foundation.plans.states import Status as BatchStatus
from niangjia.registry import organisations
from niangjia.registry.held.judging import Judged, judged
from niangjia.registry.held.keeping import columns_of, place_at
from niangjia.registry.held.lapsing import NOTHING
from niangjia.registry.held.refusals import Changed
from niangjia.registry.held.states import CHART, Outcome, Status
from niangjia.registry.kinds.comparing import decided
from niangjia.registry.kinds.employing import said
from niangjia.registry.kinds.members import KEPT
from niangjia.registry.kinds.roster import LEFT_OUT, MOVED
from niangjia.registry.models import HeldRow


def carry_out(batch_id: UUID, *, by: Actor, at: datetime) -> None:
    """Carry out what was decided about rows of one list; what no longer holds goes back to the clerk with the reason."""
    office = Batch.objects.values_list("organisation_id", flat=True).get(pk=batch_id)
    organisations.hold([office])  # before anything else is locked, since a search of the newcomers holds it
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    rows = list(_decided_of(batch))
    if not rows or batch.status != BatchStatus.COMMITTED:
        return  # what is being taken back ends with the list
    out = [row for row in rows if row.outcome == Outcome.OUT]
    _leave_out(batch, out, by=by, at=at)
    verdict = judged(batch, [row for row in rows if row.outcome != Outcome.OUT])
    _put_back(batch, verdict, by=by, at=at)
    if verdict.rows:
        _take_in(batch, verdict, by=by, at=at)
    recount(batch)
    events.tell("held_rows.carried_out", batch, by=by, at=at)


def give_up(batch_id: UUID, *, by: Actor, at: datetime) -> None:
    """Put back before the clerk what could not be carried out."""
    for row in _decided_of(Batch(pk=batch_id)):
        _refuse(row, Changed.code, by=by, at=at)


def _decided_of(batch: Batch) -> Any:
    return HeldRow.objects.filter(batch_id=batch.pk, status=Status.DECIDED).order_by("row")


def _leave_out(batch: Batch, rows: Sequence[HeldRow], *, by: Actor, at: datetime) -> None:
    """Let rows come back in the repair workbook as refused, with the reason."""
    reason = {"code": LEFT_OUT, "column": "name", "severity": str(Severity.REFUSE), "params": None}
    for row in rows:
        BatchRow.objects.filter(batch=batch, place=row.place).update(
            verdict=Verdict.REFUSED.value, findings=[*row.findings, reason]
        )
        workflow.fire(row, "carry_out", machine=CHART, by=by, at=at, **NOTHING)


def _put_back(batch: Batch, verdict: Judged, *, by: Actor, at: datetime) -> None:
    """Put back before the clerk what no longer holds, with whoever is in question by now."""
    place_at([row for row, _, _ in verdict.back], batch, [those for _, those, _ in verdict.back])
    for row, those, code in verdict.back:
        where = {"organisation_id": row.organisation_id, "path": row.path, "line_path": row.line_path}
        _refuse(row, code, by=by, at=at, candidates=[each.as_json() for each in those], **where)


def _refuse(row: HeldRow, code: str, *, by: Actor, at: datetime, **facts: Any) -> None:
    opened = {"outcome": "", "chosen": None, "decided_at": None, "decided_by": None, "refused": code}
    workflow.fire(row, "refuse", machine=CHART, by=by, at=at, **opened, **facts)


def _take_in(batch: Batch, verdict: Judged, *, by: Actor, at: datetime) -> None:
    """Write rows as their list was written; a row that says nothing new writes nothing."""
    notes = pl.DataFrame(schema=FINDINGS)
    on = day_of(batch.planned_at or at)
    told = decided(columns_of(verdict.rows), notes, verdict.tokens, on=on, at=at)
    if told.opened:
        facts = {"purpose": "held_rows"}
        audit.record("secrets.read", by=by, at=at, subject=batch, persons=told.opened, facts=facts)
    first = _beyond(batch)
    places = pl.int_range(first, first + told.rows.height, dtype=pl.UInt32, eager=True)
    rows = told.rows.with_columns(place=places).select("place", *KEPT)
    BatchRow.objects.filter(batch=batch, place__in=[row.place for row in verdict.rows]).delete()
    planning.results(batch, rows.filter(pl.col("verdict").cast(pl.String) == Verdict.SAME.value))
    _write(batch, planning.to_write(rows), by=by, at=at)
    place = {"organisation_id": batch.organisation_id, "path": batch.path, "line_path": batch.line_path}
    beyond = first + rows.height
    number = Chunk.objects.filter(batch=batch).aggregate(last=Max("number"))["last"]
    Chunk.objects.create(
        batch=batch, number=(number if number is not None else -1) + 1, first=first, beyond=beyond,
        state=Chunk.State.DONE, done_at=at, **place,
    )  # fmt: skip
    _settle(batch, verdict.rows, first, by=by, at=at)


def _beyond(batch: Batch) -> int:
    """Return the first place that no chunk of ``batch`` has."""
    last = Chunk.objects.filter(batch=batch).aggregate(beyond=Max("beyond"))["beyond"]
    return max(batch.rows, last or 0)


def _write(batch: Batch, rows: pl.DataFrame, *, by: Actor, at: datetime) -> None:
    if rows.is_empty():
        return
    kind = kind_of(batch)
    shared = kind.prepare(said(rows), batch=batch, by=by, at=at)
    kind.write(kind.pack(rows, shared, batch=batch, at=at), batch=batch, by=by, at=at)


def _settle(batch: Batch, rows: Sequence[HeldRow], first: int, *, by: Actor, at: datetime) -> None:
    """End the rows that were written; one that the register overtook in the very moment goes back to the clerk."""
    moved = set(
        BatchRow.objects.filter(
            batch=batch, place__gte=first, place__lt=first + len(rows), findings__contains=[{"code": MOVED}]
        ).values_list("place", flat=True)
    )
    for place, row in enumerate(rows, start=first):
        if place in moved:
            _refuse(row, Changed.code, by=by, at=at, place=place)
        else:
            workflow.fire(row, "carry_out", machine=CHART, by=by, at=at, place=place, **NOTHING)
