"""After a roster is written, its held rows are read once more from its file and put before a clerk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

import polars as pl
from django.conf import settings

from niangjia.core.days import day_of
from niangjia.core.plan import Verdict
from niangjia.foundation import notices, parameters
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.foundation.plans.states import Status
from niangjia.intake.mending.needs import needs_of
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.sheets import stream
from niangjia.registry.held import keeping
from niangjia.registry.kinds.members import NAME as MEMBERS

Clock = Callable[[], datetime]


def keep_held_rows(batch_id: UUID, *, by: Actor, now: Clock) -> None:
    """Keep the held rows of a written roster for a decision; killed and called again, it keeps each once."""
    at = now()
    with acting(by):
        batch = Batch.objects.get(pk=batch_id)
        results = _held_of(batch)
        if not results or batch.status != Status.COMMITTED:
            return
        stored = StoredFile.objects.get(pk=batch.file_id)
        held = parameters.at(day_of(at))
        content = storing.open_file(stored, purpose="held_rows", by=by, at=at)
    caps = Caps(memory_mib=held.reader_memory_mib, rows=held.file_max_rows)
    with content:
        above = _keep(batch, content, caps, results, until=stored.expires_on or day_of(at), by=by, now=now)
    with acting(by):
        for office in sorted(above - {batch.organisation_id}):
            notices.tell_office(office, "held_rows_wait", at=now(), subject=batch.pk)


def _held_of(batch: Batch) -> dict[int, BatchRow]:
    """Return the held results, and the refused ones that their workers can mend, by the number in the file."""
    back = BatchRow.objects.filter(batch=batch, verdict__in=[Verdict.HELD.value, Verdict.REFUSED.value])
    return {
        each.row: each
        for each in back.iterator(chunk_size=10_000)
        if each.verdict == Verdict.HELD.value or needs_of(each.findings or ())
    }


def _keep(
    batch: Batch,
    content: BinaryIO,
    caps: Caps,
    results: dict[int, BatchRow],
    *,
    until: date,
    by: Actor,
    now: Clock,
) -> set[UUID]:
    """Keep the rows block by block, and return the offices at which they lie."""
    kind = kinds.list_named(MEMBERS)
    wanted = pl.col("row").cast(pl.Int64).is_in(list(results))
    demo = settings.NIANGJIA_DEMO or bool(batch.options.get("demo"))
    on = day_of(batch.planned_at or now())
    offices: set[UUID] = set()
    sheet = stream(content, name=batch.file_name, caps=caps, lists=(kind.form.fields,))
    for block in sheet.blocks:
        mine = block.filter(wanted)
        if mine.is_empty():
            continue
        checked = kind.check(mine, batch.mapping, on=on, allow_demo=demo, options=batch.options)
        with acting(by):
            made = keeping.keep(
                batch, _reachable(checked.columns, results), results, until=until, by=by, at=now()
            )
            offices |= {each.organisation_id for each in made}
    return offices


def _reachable(columns: pl.DataFrame, results: dict[int, BatchRow]) -> pl.DataFrame:
    """Leave out the refused rows without a phone: nobody can be asked to mend them."""
    refused = [row for row, result in results.items() if result.verdict == Verdict.REFUSED.value]
    return columns.filter(~pl.col("row").cast(pl.Int64).is_in(refused) | pl.col("phone").is_not_null())
