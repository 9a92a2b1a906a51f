"""The long work on rosters: the trial run, the writing, the taking back. Each may be killed and started again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from niangjia.core.errors import Refusal
from niangjia.core.intake import headers
from niangjia.foundation import workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.jobs import job
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART, Status
from niangjia.intake.planning import plan_sheet

Clock = Callable[[], datetime]


@job("intake.plan", transaction=False)
def plan(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Read the file and show what would become of its rows."""
    with acting(by):
        row = Batch.objects.select_for_update().get(pk=batch)
        if row.status == Status.UPLOADED:
            workflow.fire(row, "plan", machine=CHART, by=by, at=now())
    if row.status != Status.PLANNING:
        return
    try:
        _plan(batch, by=by, now=now)
    except Refusal as refusal:
        with acting(by):
            row = Batch.objects.get(pk=batch)
            failure = {"code": refusal.code, "params": refusal.params}
            workflow.fire(row, "fail", machine=CHART, by=by, at=now(), failure=failure)


def _plan(batch: UUID, *, by: Actor, now: Clock) -> None:
    from niangjia.intake.reading.sheets import read  # not loaded by who only asks for the work

    start = now()
    with acting(by):
        row = Batch.objects.select_for_update().get(pk=batch)
        if row.status != Status.PLANNING:
            return
        stored = StoredFile.objects.get(pk=row.file_id)
        with storing.open_file(stored, purpose="roster", by=by, at=start) as content:
            sheet = read(content, name=row.file_name)
        plan_sheet(row, sheet.rows, row.mapping or headers.guess(sheet.headers), by=by, at=start)
        Batch.objects.filter(pk=batch).update(seconds=(now() - start).total_seconds())


@job("intake.commit", transaction=False)
def commit(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Write the plan of ``batch``."""
    committing.carry_out(batch, by=by, now=now)


@job("intake.undo", transaction=False)
def undo(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Take back what ``batch`` wrote."""
    committing.carry_back(batch, by=by, now=now)
