"""Carrying a plan out: each chunk is one transaction, and its checkpoint is in it (docs/algorithms/plans.md)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import polars as pl
from django.db.models import F, Sum

from niangjia.foundation import notices, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import sheets
from niangjia.foundation.plans.beside import side_by_side
from niangjia.foundation.plans.kinds import Packed, kind_of
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.foundation.plans.states import CHART, Status

Clock = Callable[[], datetime]
SHARED = -1  # the last frame of a plan's file


def carry_out(batch_id: UUID, *, by: Actor, now: Clock) -> None:
    """Write every chunk that waits, then finish the batch. Killed at any instant and called again, it ends the same."""
    start = time.monotonic()
    begun = _begin(batch_id, by=by, now=now)
    if begun is None:
        return
    batch, shared = begun
    waiting = _waiting(batch_id, by)
    write = partial(_pack_and_write, batch, shared, by=by, now=now)
    whole = all(
        list(side_by_side(write, waiting))
    )  # each is asked: the rest sees the wish to stop for itself
    end = _finish if whole else _stop
    end(batch_id, seconds=time.monotonic() - start, by=by, now=now)


def _begin(batch_id: UUID, *, by: Actor, now: Clock) -> tuple[Batch, pl.DataFrame] | None:
    """Return the batch and what its chunks share, None where there is nothing to carry out."""
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status != Status.COMMITTING or batch.plan_file_id is None:
            return None
        with sheets.opened(batch.plan_file_id, purpose="commit", by=by, at=at) as frames:
            shared = frames.frame(SHARED)
        return batch, kind_of(batch).prepare(shared, batch=batch, by=by, at=at)


def _waiting(batch_id: UUID, by: Actor) -> list[int]:
    with acting(by):
        waiting = Chunk.objects.filter(batch_id=batch_id, state=Chunk.State.WAITING).order_by("number")
        return list(waiting.values_list("number", flat=True))


def _pack_and_write(batch: Batch, shared: pl.DataFrame, number: int, *, by: Actor, now: Clock) -> bool:
    """Write one chunk; False, and nothing written, once somebody has asked to stop."""
    assert batch.plan_file_id is not None
    at = now()
    with acting(by):
        if progress.is_cancelled(batch.pk):
            return False
        with sheets.opened(batch.plan_file_id, purpose="commit", by=by, at=at) as frames:
            rows = frames.frame(number)
    packed = kind_of(batch).pack(rows, shared, batch=batch, at=at) if rows.height else None
    write_chunk(batch.pk, number, packed, by=by, now=now)
    _report(batch, by=by, at=now())
    return True


def write_chunk(batch_id: UUID, number: int, packed: Packed | None, *, by: Actor, now: Clock) -> None:
    """Write one chunk with its checkpoint, or neither; a chunk that is done is left alone."""
    at = now()
    with acting(by):
        # Whoever stops or undoes the batch waits for this chunk; whoever else carries it out then finds the chunk done.
        batch = _held(batch_id)
        chunk = Chunk.objects.select_for_update().get(batch_id=batch_id, number=number)
        if chunk.state != Chunk.State.WAITING or batch.status != Status.COMMITTING:
            return
        if packed is not None:
            kind_of(batch).write(packed, batch=batch, by=by, at=at)
        _check_point(chunk, Chunk.State.DONE, done_at=at)


def _held(batch_id: UUID) -> Batch:
    """Return the batch, which nobody can change before this transaction ends; others may hold it too."""
    return Batch.objects.raw("SELECT * FROM plans_batch WHERE id = %s FOR SHARE", [batch_id])[0]


def _report(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Say how far it has come: in a transaction of its own, as two chunks would wait for each other."""
    with acting(by):
        done = Chunk.objects.filter(batch_id=batch.pk, state=Chunk.State.DONE).aggregate(
            rows=Sum(F("beyond") - F("first"))
        )
        progress.report(batch.pk, stage="commit", done=done["rows"] or 0, total=batch.rows, at=at)


def _check_point(chunk: Chunk, state: str, **facts: datetime) -> None:
    own = Chunk.objects.filter(batch_id=chunk.batch_id, number=chunk.number)
    own.update(state=state, **facts)


def _stop(batch_id: UUID, *, seconds: float, by: Actor, now: Clock) -> None:
    """End here as somebody asked; what is written stays, and can be resumed or undone."""
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status == Status.COMMITTING:
            workflow.fire(batch, "stop", machine=CHART, by=by, at=now(), seconds=batch.seconds + seconds)
            _forget_the_wish(batch_id, at=now())


def _forget_the_wish(batch_id: UUID, *, at: datetime) -> None:
    """Let whoever resumes not meet a wish that is met; the row stays, because the next wish is written into it."""
    state = progress.of(batch_id)
    progress.start_over(batch_id)
    if state is not None:
        progress.report(batch_id, stage=state.stage, done=state.done, total=state.total, at=at)


def _finish(batch_id: UUID, *, seconds: float, by: Actor, now: Clock) -> None:
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status == Status.COMMITTING:
            facts = {"committed_at": at, "seconds": batch.seconds + seconds}
            workflow.fire(batch, "finish", machine=CHART, by=by, at=at, **facts)
            notices.tell_office(batch.organisation_id, "batch_committed", at=at, subject=batch.pk)


def carry_back(batch_id: UUID, *, by: Actor, now: Clock) -> None:
    """Undo every chunk that was written, the last one first; as safe to kill as ``carry_out``."""
    with acting(by):
        batch = Batch.objects.get(pk=batch_id)
        done = Chunk.objects.filter(batch_id=batch_id, state=Chunk.State.DONE)
        numbers = list(done.order_by("-number").values_list("number", flat=True))
    if batch.status != Status.UNDOING:
        return
    for number in numbers:
        take_back_chunk(batch_id, number, by=by, now=now)
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status == Status.UNDOING:
            workflow.fire(batch, "take_back", machine=CHART, by=by, at=at, undone_at=at)
            notices.tell_office(batch.organisation_id, "batch_undone", at=at, subject=batch.pk)


def take_back_chunk(batch_id: UUID, number: int, *, by: Actor, now: Clock) -> None:
    """Undo one chunk with its checkpoint, or neither."""
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        chunk = Chunk.objects.get(batch_id=batch_id, number=number)
        if chunk.state != Chunk.State.DONE:
            return
        kind_of(batch).take_back(chunk, batch=batch, by=by, at=at)
        _check_point(chunk, Chunk.State.UNDONE, undone_at=at)
        # A chunk of rows that were decided later begins beyond the list.
        done = max(0, batch.rows - chunk.first)
        progress.report(batch_id, stage="undo", done=done, total=batch.rows, at=at)


def give_up(batch_id: UUID, *, by: Actor, at: datetime) -> None:
    """Leave the batch to its clerk, who can go on or take back, after the work on it has failed for good."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.status in (Status.COMMITTING, Status.UNDOING):
        workflow.fire(batch, "stop", machine=CHART, by=by, at=at)
        notices.tell_office(batch.organisation_id, "batch_stuck", at=at, subject=batch.pk)
