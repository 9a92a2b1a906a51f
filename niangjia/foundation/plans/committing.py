"""Carrying a plan out: each chunk is one transaction, and its checkpoint is in it (docs/algorithms/plans.md)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import polars as pl
from django.db.models import F

from niangjia.foundation import notices, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import sheets
from niangjia.foundation.plans.kinds import Packed, kind_of
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.foundation.plans.states import CHART, Status

Clock = Callable[[], datetime]


class Piece(NamedTuple):
    """A chunk that waits: its number and its places in the plan."""

    number: int
    first: int
    beyond: int


def carry_out(batch_id: UUID, *, by: Actor, now: Clock) -> None:
    """Write every chunk that waits, then finish the batch. Killed at any instant and called again, it ends the same."""
    begun = _begin(batch_id, by=by, now=now)
    if begun is None:
        return
    batch, rows = begun
    with closing(_packed(batch, rows, _waiting(batch_id, by), now)) as pieces:
        for number, packed in pieces:
            if _is_stopped(batch_id, by=by, now=now):
                return
            write_chunk(batch_id, number, packed, by=by, now=now)
    _finish(batch_id, by=by, now=now)


def _begin(batch_id: UUID, *, by: Actor, now: Clock) -> tuple[Batch, pl.DataFrame] | None:
    """Return the batch and the plan's rows, None where there is nothing to carry out."""
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status != Status.COMMITTING or batch.plan_file_id is None:
            return None
        rows = sheets.load(batch.plan_file_id, purpose="commit", by=by, at=at)
        kind_of(batch).prepare(rows, batch=batch, by=by, at=at)
        return batch, rows


def _waiting(batch_id: UUID, by: Actor) -> list[Piece]:
    with acting(by):
        waiting = Chunk.objects.filter(batch_id=batch_id, state=Chunk.State.WAITING).order_by("number")
        return [Piece(*each) for each in waiting.values_list("number", "first", "beyond")]


def _packed(
    batch: Batch, rows: pl.DataFrame, waiting: list[Piece], now: Clock
) -> Generator[tuple[int, Packed | None]]:
    """Give one chunk after the other, packed; while the database writes one, the next is sealed beside it."""

    def pack(piece: Piece) -> Packed | None:
        mine = rows.filter(pl.col("place").is_between(piece.first, piece.beyond, closed="left"))
        return Packed(kind_of(batch).pack(mine, batch=batch, at=now()), mine.height) if mine.height else None

    with ThreadPoolExecutor(max_workers=1) as packer:
        coming = deque(packer.submit(pack, piece) for piece in waiting[:1])
        for place, piece in enumerate(waiting, start=1):
            packed = coming.popleft().result()
            coming.extend(packer.submit(pack, after) for after in waiting[place : place + 1])
            yield piece.number, packed


def write_chunk(batch_id: UUID, number: int, packed: Packed | None, *, by: Actor, now: Clock) -> None:
    """Write one chunk with its checkpoint, or neither; a chunk that is done is left alone."""
    at, start = now(), time.monotonic()
    with acting(by):
        # Whoever else carries this batch out waits here, and then finds the chunk done.
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        chunk = Chunk.objects.get(batch_id=batch_id, number=number)
        if chunk.state != Chunk.State.WAITING or batch.status != Status.COMMITTING:
            return
        if packed is not None:
            kind_of(batch).write(packed, batch=batch, by=by, at=at)
        _check_point(chunk, Chunk.State.DONE, done_at=at)
        progress.report(batch_id, stage="commit", done=chunk.beyond, total=batch.rows, at=at)
        took = time.monotonic() - start
        Batch.objects.filter(pk=batch_id).update(seconds=F("seconds") + took)


def _check_point(chunk: Chunk, state: str, **facts: datetime) -> None:
    own = Chunk.objects.filter(batch_id=chunk.batch_id, number=chunk.number)
    own.update(state=state, **facts)


def _is_stopped(batch_id: UUID, *, by: Actor, now: Clock) -> bool:
    """Tell whether somebody asked to stop; then what is written stays, and can be resumed or undone."""
    with acting(by):
        if not progress.is_cancelled(batch_id):
            return False
        batch = Batch.objects.get(pk=batch_id)
        if batch.status == Status.COMMITTING:
            workflow.fire(batch, "stop", machine=CHART, by=by, at=now())
            _forget_the_wish(batch_id, at=now())
        return True


def _forget_the_wish(batch_id: UUID, *, at: datetime) -> None:
    """Let whoever resumes not meet a wish that is met; the row stays, because the next wish is written into it."""
    state = progress.of(batch_id)
    progress.start_over(batch_id)
    if state is not None:
        progress.report(batch_id, stage=state.stage, done=state.done, total=state.total, at=at)


def _finish(batch_id: UUID, *, by: Actor, now: Clock) -> None:
    at = now()
    with acting(by):
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.status == Status.COMMITTING:
            workflow.fire(batch, "finish", machine=CHART, by=by, at=at, committed_at=at)
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
        progress.report(batch_id, stage="undo", done=batch.rows - chunk.first, total=batch.rows, at=at)
