"""What goes back to the clerk: the repair workbook of a batch, made from its file when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

import polars as pl
from django.db.models import Count, QuerySet

from niangjia.core.days import day_of
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.findings import SCHEMA
from niangjia.core.plan import Verdict
from niangjia.foundation import audit, parameters
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.plans import queries
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.intake.words import form_of
from niangjia.registry.kinds.roster import MOVED

if TYPE_CHECKING:
    from niangjia.intake.badrows import Words

BACK = (Verdict.HELD.value, Verdict.REFUSED.value)


def has_repair(batch: Batch) -> bool:
    """Tell whether any row comes back."""
    return any(batch.counts.get(verdict, 0) for verdict in BACK)


def moved_on(batch: Batch, *, by: Actor) -> int:
    """Return how many rows a commit held back, since the register changed after the trial run counted them."""
    held = queries.results_of(batch, by=by).filter(verdict=Verdict.HELD.value)
    return held.filter(findings__contains=[{"code": MOVED}]).count()


def is_made_at_once(batch: Batch, *, at: datetime) -> bool:
    """Tell whether the repair workbook is small enough to be made while somebody waits."""
    return batch.rows <= parameters.at(day_of(at)).repair_at_once_rows


def repair_of(batch: Batch, *, language: str, by: Actor, at: datetime) -> bytes:
    """Return the repair workbook of ``batch``, and write down that its file was read for it.

    Raises:
        FileGone: the roster's term is over.
    """
    stored = StoredFile.objects.get(pk=batch.file_id)
    with storing.open_file(stored, purpose="repair", by=by, at=at) as content:
        for way in ways(batch, content, language=language, by=by, at=at):
            with suppress(Invalid):  # not every workbook that can be read can be written again
                return b"".join(way)
    raise NotFound


def ways(batch: Batch, content: BinaryIO, *, language: str, by: Actor, at: datetime) -> list[Iterator[bytes]]:
    """Return the ways to make the repair workbook, the better one first; each gives the file piece by piece.

    All that the database is asked is asked here. A way that raises ``Invalid`` cannot be gone for this file, and what it gave
    before is worth nothing.
    """
    from niangjia.intake import repair  # the readers are not loaded by who only looks at a batch

    told = queries.results_of(batch, by=by)
    findings, counts = _findings(told), _counts(batch, told)
    words = repair.words_of(findings, counts, batch.mapping, form_of(batch), language=language)
    back = pl.Series(list(told.filter(verdict__in=BACK).values_list("row", flat=True)), dtype=pl.UInt32)
    audit.record("roster.returned", by=by, at=at, subject=batch, facts={"rows": len(back)})
    rows_alone, about = _bad_rows(batch, content, words, back), _about(batch)
    if about is None or not repair.is_workbook(content):
        return [rows_alone]
    return [repair.whole(content, about, words), rows_alone]


@dataclass(frozen=True)
class _Known:
    name: str
    header_row: int
    headers: list[str]


def _about(batch: Batch) -> _Known | None:
    """Return what the trial run kept of the sheet, None for one from before it did."""
    kept = batch.options
    return _Known(kept["sheet"], kept["header_row"], kept["headers"]) if "header_row" in kept else None


def _findings(told: QuerySet[BatchRow]) -> pl.DataFrame:
    """Return what was found, in the schema of ``core.findings``; ``row`` is the number in the workbook."""
    found = told.filter(findings__isnull=False).values_list("row", "findings")
    rows = [
        (row, each["code"], each["column"], each["severity"], each["params"])
        for row, every in found.iterator(chunk_size=10_000)
        for each in every or ()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _counts(batch: Batch, told: QuerySet[BatchRow]) -> dict[str, int]:
    """Return the rows by verdict; a row without a result is new, and waits to be written."""
    counts = dict(told.order_by().values_list("verdict").annotate(n=Count("*")))
    waiting = batch.rows - sum(counts.values())
    return counts | {Verdict.NEW.value: counts.get(Verdict.NEW.value, 0) + waiting}


def _bad_rows(batch: Batch, content: BinaryIO, words: Words, back: pl.Series) -> Iterator[bytes]:
    from niangjia.intake.reading.sheets import stream
    from niangjia.intake.repair import bad_rows

    sheet = stream(content, name=batch.file_name, lists=(form_of(batch).fields,))
    wanted = pl.col("row").cast(pl.UInt32).is_in(back.implode())
    yield bad_rows(sheet, pl.concat(block.filter(wanted) for block in sheet.blocks), words)
