"""Making an export: page after page in the name of the office that asked (docs/algorithms/exports.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core.codes import code_name
from niangjia.core.days import day_of
from niangjia.foundation import audit, notices, parameters, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor
from niangjia.foundation.copies.models import Export
from niangjia.foundation.copies.states import CHART, Status
from niangjia.foundation.copies.tables import Column, Key, Reading, Row, Table, table
from niangjia.foundation.copies.writing import Writer, writer
from niangjia.foundation.files import storing
from niangjia.foundation.jobs import every, job, progress
from niangjia.foundation.offices import office_of

Clock = Callable[[], datetime]
Reader = Callable[[UUID, UUID, date], Actor | None]
PAGE = 5_000
_held: list[Reader] = []


def asked_by(reader: Reader) -> None:
    """Say who finds the actor that an account is in one of its postings on a day; None where it is held no more."""
    _held[:] = [reader]


class _Stopped(Exception):
    """Somebody asked that it stop."""


def _give_up(*, export: UUID, by: Actor, at: datetime) -> None:
    row = Export.objects.select_for_update().get(pk=export)
    if row.status == Status.ASKED:
        _fail(row, "error", by=by, at=at)


@job("copies.make", transaction=False, given_up=_give_up)
def make(*, export: UUID, by: Actor, now: Clock) -> None:
    """Make one export. Killed and called again, it begins anew: the half file was never kept."""
    with acting(by):
        row = Export.objects.get(pk=export)
    if row.status != Status.ASKED:
        return
    with acting(NOBODY):  # as at each request, rights are read as the plain login
        official = _held[0](row.account_id, row.posting_id, day_of(now()))
    with acting(by):
        if official is None:
            _fail(row, "posting_ended", by=by, at=now())
            return
        total = table(row.table).rows(row.asked, official).count()
        progress.report(row.pk, stage="export", done=0, total=total, at=now())
    reader = replace(official, job=by.job)
    try:
        with storing.Incoming() as incoming, translation.override(row.language):
            rows = _written(row, incoming, total, reader=reader, by=by, now=now)
            _finish(row, incoming, rows, reader=reader, by=by, at=now())
    except _Stopped:
        return


def _written(
    row: Export, incoming: storing.Incoming, total: int, *, reader: Actor, by: Actor, now: Clock
) -> int:
    """Write every row, and return how many there were."""
    wanted, rows = table(row.table), 0
    out = _writer(row, wanted, incoming)
    for page in _pages(row, wanted, reader=reader, now=now):
        out.put(each.cells for each in page)
        rows += len(page)
        with acting(by):
            if progress.is_cancelled(row.pk):
                raise _Stopped
            progress.report(row.pk, stage="export", done=rows, total=max(rows, total), at=now())
    out.finish()
    return rows


def _writer(row: Export, wanted: Table, incoming: storing.Incoming) -> Writer:
    return writer(
        row.format,
        incoming.write,
        name=gettext(wanted.label),
        columns=[Column(_heading(each, row.language), each.width) for each in wanted.columns],
        told=str,
        tmpdir=settings.NIANGJIA_HOME.tmp,
    )


def _heading(column: Column, language: str) -> str:
    return code_name(column.heading, column.table, language) if column.table else gettext(column.heading)


def _pages(row: Export, wanted: Table, *, reader: Actor, now: Clock) -> Iterator[Sequence[Row]]:
    """Yield the rows page by page, each read, and noted as read, in one transaction of the office that asked."""
    after: Key | None = None
    while True:
        with acting(reader):
            found = wanted.page(row.asked, after, PAGE, by=reader)
            cells = wanted.cells(found, Reading(reader, row.uncovered, row.language))
            _note(row, cells, by=reader, at=now())
        if found:
            yield cells
        if len(found) < PAGE:
            return
        after = wanted.key_of(found[-1], by=reader)


def _note(row: Export, rows: Sequence[Row], *, by: Actor, at: datetime) -> None:
    """Write that these rows were read, and about whom they are."""
    people = np.frombuffer(b"".join(each.person.bytes for each in rows if each.person), dtype=np.uint8)
    facts = {
        "rows": len(rows),
        "table": row.table,
        "purpose": "export_uncovered" if row.uncovered else "export",
    }
    said = {"by": by, "at": at, "subject": row, "facts": facts}
    if people.size:
        audit.record_bulk("export.read", persons=people.reshape(-1, 16), **said)
    else:
        audit.record("export.read", **said)


def _finish(
    row: Export, incoming: storing.Incoming, rows: int, *, reader: Actor, by: Actor, at: datetime
) -> None:
    with acting(by):
        expires_on = day_of(at) + timedelta(days=parameters.at(day_of(at)).export_days)
        stored = storing.keep(
            incoming, organisation=office_of(row), kind="export", by=reader, at=at, expires_on=expires_on
        )
        facts = {"file_id": stored.pk, "rows": rows, "ready_at": at, "expires_on": expires_on}
        found = Export.objects.select_for_update().get(pk=row.pk)
        if found.status != Status.ASKED:  # cancelled at the last moment; the file has no row, and is swept
            raise _Stopped
        workflow.fire(found, "finish", machine=CHART, by=by, at=at, **facts)
        notices.tell_office(row.organisation_id, "export_ready", at=at, subject=row.pk)


def _fail(row: Export, why: str, *, by: Actor, at: datetime) -> None:
    workflow.fire(row, "fail", machine=CHART, by=by, at=at, failure=why)


@every("37 * * * *")
@job("copies.expire")
def expire(*, by: Actor, at: datetime) -> None:
    """Say of each export whose file is over its term that it is gone."""
    for row in Export.objects.filter(status=Status.READY, expires_on__lte=day_of(at)):
        workflow.fire(row, "expire", machine=CHART, by=by, at=at)
