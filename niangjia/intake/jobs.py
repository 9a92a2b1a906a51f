"""The long work on rosters: the trial run, the writing, the taking back. Each may be killed and started again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from niangjia.core.days import day_of
from niangjia.core.errors import Refusal
from niangjia.core.intake import headers
from niangjia.foundation import notices, parameters, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.jobs import job, progress
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART, Status
from niangjia.intake.planning import forget, plan_blocks
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.refusals import Unexpected
from niangjia.intake.reading.sheets import stream

Clock = Callable[[], datetime]


def _give_up_planning(*, batch: UUID, by: Actor, at: datetime) -> None:
    row = Batch.objects.select_for_update().get(pk=batch)
    if row.status == Status.PLANNING:
        _failed(row, Unexpected(), by=by, at=at)


def _give_up(*, batch: UUID, by: Actor, at: datetime) -> None:
    committing.give_up(batch, by=by, at=at)


@job("intake.plan", transaction=False, given_up=_give_up_planning)
def plan(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Read the file and show what would become of its rows."""
    with acting(by):
        row = Batch.objects.select_for_update().get(pk=batch)
        if row.status == Status.UPLOADED:
            workflow.fire(row, "plan", machine=CHART, by=by, at=now())
        if row.status != Status.PLANNING:
            return
        progress.start_over(batch)
        progress.report(batch, stage="read", done=0, total=0, at=now())
    try:
        _plan(row, by=by, now=now)
    except Refusal as refusal:
        _fail(batch, refusal, by=by, at=now())


def _plan(row: Batch, *, by: Actor, now: Clock) -> None:
    start = now()
    with acting(by):
        held = parameters.at(day_of(start))
        stored = StoredFile.objects.get(pk=row.file_id)
        content = storing.open_file(stored, purpose="roster", by=by, at=start)
    caps = Caps(memory_mib=held.reader_memory_mib, rows=held.file_max_rows)
    with content:
        sheet = stream(content, name=row.file_name, caps=caps)
        with acting(by):
            row.options = {**row.options, "headers": [headers.shown(each) for each in sheet.headers]}
            Batch.objects.filter(pk=row.pk).update(options=row.options)
        plan_blocks(row, sheet.blocks, row.mapping or headers.guess(sheet.headers), by=by, now=now)
    with acting(by):
        Batch.objects.filter(pk=row.pk).update(seconds=(now() - start).total_seconds())


def _fail(batch: UUID, refusal: Refusal, *, by: Actor, at: datetime) -> None:
    """Keep why the file is refused; not where somebody cancelled meanwhile."""
    forget(Batch(pk=batch), by=by)
    with acting(by):
        row = Batch.objects.select_for_update().get(pk=batch)
        if row.status != Status.PLANNING:
            return
        _failed(row, refusal, by=by, at=at)


def _failed(row: Batch, refusal: Refusal, *, by: Actor, at: datetime) -> None:
    failure = {"code": refusal.code, "params": refusal.params}
    workflow.fire(row, "fail", machine=CHART, by=by, at=at, failure=failure)
    notices.tell_office(row.organisation_id, "batch_failed", at=at, subject=row.pk)


@job("intake.commit", transaction=False, given_up=_give_up)
def commit(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Write the plan of ``batch``."""
    committing.carry_out(batch, by=by, now=now)


@job("intake.undo", transaction=False, given_up=_give_up)
def undo(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Take back what ``batch`` wrote."""
    committing.carry_back(batch, by=by, now=now)
