"""The long work on rosters: the trial run, the writing, the taking back. Each may be killed and started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from niangjia.core.days import day_of
from niangjia.core.errors import Invalid, Refusal
from niangjia.core.intake import headers
from niangjia.foundation import notices, parameters, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.jobs import job, progress
from niangjia.foundation.offices import office_of
from niangjia.foundation.plans import committing, kinds
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART, Status
from niangjia.intake import holding, remembering, returning
from niangjia.intake.planning import forget, plan_blocks
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.refusals import NoHeader, OtherKind, Unexpected
from niangjia.intake.reading.sheets import Stream, stream
from niangjia.intake.words import form_of
from niangjia.registry.kinds.unions import SAID

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
        sheet = _streamed(row, content, caps)
        with acting(by):
            mapping = _mapping(row, sheet.headers, by=by)
            before = {SAID: remembering.unions_last_time(row, by=by)}
            row.options = before | row.options | {"sheet": sheet.name, "header_row": sheet.header_row}
            Batch.objects.filter(pk=row.pk).update(options=row.options)
        plan_blocks(row, sheet.blocks, mapping, by=by, now=now)
    with acting(by):
        Batch.objects.filter(pk=row.pk).update(seconds=(now() - start).total_seconds())


def _streamed(row: Batch, content: BinaryIO, caps: Caps) -> Stream:
    """Return the list in the file.

    Raises:
        OtherKind: no list of this kind is in it, but one of another kind.
        Invalid: see ``sheets.stream``.
    """
    try:
        return stream(content, name=row.file_name, caps=caps, lists=(form_of(row).fields,))
    except NoHeader:
        every = tuple(kind.form.fields for kind in kinds.lists().values())
        sheet = stream(content, name=row.file_name, caps=caps, lists=every)
        other = headers.likeliest(sheet.headers, _fields())
        if other in (None, row.kind):
            raise
        raise OtherKind(kind=other) from None


def _mapping(row: Batch, heads: Sequence[str], *, by: Actor) -> dict[str, int]:
    """Return which column holds what: as the clerk said, else as last time, else as the headings tell."""
    guessed, headings = headers.guess(heads, form_of(row).fields), remembering.print_of(heads)
    saved = None if row.mapping else remembering.last_time(row, headings, by=by)
    row.options = row.options | {
        "headers": [headers.shown(each) for each in heads],
        "headings": str(headings),
        "guessed": guessed,
        "looks_like": _looks_like(row, heads),
        "as_on": saved.remembered_at.isoformat() if saved else "",
    }
    return row.mapping or (saved.mapping if saved else guessed)


def _looks_like(row: Batch, heads: Sequence[str]) -> str:
    """Return the kind that the headings tell of, "" where it is the one that was said."""
    likely = headers.likeliest(heads, {row.kind: form_of(row).fields} | _fields())
    return likely if likely and likely != row.kind else ""


def _fields() -> dict[str, headers.Fields]:
    return {name: kind.form.fields for name, kind in kinds.lists().items()}


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


@job("intake.hold", transaction=False)
def hold(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Put the held rows of a written roster before a clerk."""
    holding.keep_held_rows(batch, by=by, now=now)


def hold_after(row: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for that, where there are any; the held rows of other lists are mended in the workbook, or have a page of their own."""
    if row.kind == holding.MEMBERS and (returning.has_repair(row) or returning.moved_on(row, by=by)):
        hold.defer(batch=row.pk)


@job("intake.undo", transaction=False, given_up=_give_up)
def undo(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Take back what ``batch`` wrote."""
    committing.carry_back(batch, by=by, now=now)


def _give_up_repair(*, batch: UUID, by: Actor, at: datetime) -> None:
    """Let the clerk ask again, instead of a page that waits for ever."""
    row = Batch.objects.select_for_update().get(pk=batch)
    if row.result_file_id is None:
        row.options = {name: value for name, value in row.options.items() if name != "repair_in"}
        row.save(update_fields=["options"])
        notices.tell_office(row.organisation_id, "batch_stuck", at=at, subject=row.pk)


@job("intake.repair", transaction=False, given_up=_give_up_repair)
def repair(*, batch: UUID, by: Actor, now: Clock) -> None:
    """Make the repair workbook of a long list, and keep it for its office; killed and called again, it is made anew."""
    at = now()
    with acting(by):
        row = Batch.objects.get(pk=batch)
        asked = row.options.get("repair_in")
        if row.result_file_id is not None or not asked:
            return
        stored = StoredFile.objects.get(pk=row.file_id)
        content = storing.open_file(stored, purpose="repair", by=by, at=at)
        ways = returning.ways(row, content, language=asked, by=by, at=at)
    with content:
        for way in ways:
            with suppress(Invalid):  # not every workbook that can be read can be written again
                _keep_repair(row, way, by=by, now=now)
                return
    raise RuntimeError("the list cannot be read any more, though it was")


def _keep_repair(row: Batch, pieces: Iterator[bytes], *, by: Actor, now: Clock) -> None:
    with storing.Incoming() as incoming:
        for piece in pieces:
            incoming.write(piece)
        at = now()
        with acting(by):
            until = day_of(at) + timedelta(days=parameters.at(day_of(at)).roster_file_days)
            office = office_of(row)
            kept = storing.keep(incoming, organisation=office, kind="repair", by=by, at=at, expires_on=until)
            Batch.objects.filter(pk=row.pk).update(result_file_id=kept.pk)
            notices.tell_office(row.organisation_id, "repair_ready", at=at, subject=row.pk)
