"""A search for pairs: asked for by an office, or after a roster; done as the system, as often as one likes.

Killed at any instant and run again, it ends the same: reading writes nothing, and a block of pairs is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from niangjia.core.linkage import people
from niangjia.foundation import audit, notices
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.registry import organisations
from niangjia.registry.duplicates import finding, jobs, keeping, register
from niangjia.registry.models import Organisation, Search

Clock = Callable[[], datetime]


@transaction.atomic
def search(office: Organisation, *, by: Actor, at: datetime) -> Search:
    """Ask for a search of everything below ``office``; where one is running, that one is returned."""
    made = _made(organisations.held(office.pk, by=by), by=by, at=at)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return Search.objects.get(organisation=office, finished_at=None, failed_at=None, batch_id=None)
    audit.record("duplicates.search_asked", by=by, at=at, subject=made, organisation=office)
    jobs.search.defer(search=made.pk)
    return made


def after_batch(row: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for a search for the newcomers of a roster that has just been written."""
    if not _newcomers(row.pk).exists():
        return
    organisations.hold([row.organisation_id])
    made = _made(Organisation.objects.get(pk=row.organisation_id), by=by, at=at, batch_id=row.pk)
    made.save(force_insert=True)
    jobs.search.defer(search=made.pk)


def _made(office: Organisation, *, by: Actor, at: datetime, batch_id: UUID | None = None) -> Search:
    place = {"organisation": office, "path": office.path, "line_path": office.line_path}
    return Search(**place, batch_id=batch_id, asked_at=at, asked_by=by.posting_id)


def run(search_id: UUID, *, by: Actor, now: Clock) -> None:
    """Find the pairs of one search and write them; a second call after the end does nothing."""
    begun = _begin(search_id, by=by)
    if begun is None:
        return
    asked, scope, newcomers = begun
    held, counts = _records(asked, scope, newcomers, by=by, now=now)
    opened = held.height
    pairs, left_out = finding.pairs_among(held, counts)
    if newcomers is not None:
        new = pl.Series(list(newcomers), dtype=pl.String).implode()
        pairs = pairs.filter(pl.col("first").is_in(new) | pl.col("second").is_in(new))
    pairs = completed(pairs.drop_nulls("path"), held, rows=counts.rows, by=by)
    mine = keeping.of_pairs_found_otherwise(asked, held, by=by) if newcomers is None else None
    del held  # the half of a search's memory, of no use while pairs are written
    keeping.keep(asked, pairs, mine, by=by, now=now)
    facts = {"persons": counts.rows, "opened": opened, "pairs": pairs.height, "left_out": left_out}
    _finish(asked, facts, by=by, at=now())


def _begin(search_id: UUID, *, by: Actor) -> tuple[Search, Scope, set[str] | None] | None:
    """Return the search, where it looks, and the newcomers that it is for; None where it is over."""
    with acting(by):
        asked = Search.objects.select_related("organisation").get(pk=search_id)
        if asked.finished_at or asked.failed_at:
            return None
        progress.start_over(search_id)
        scope = asked.organisation.office_scope
        if asked.batch_id is None:
            return asked, scope, None
        return asked, scope, {str(person) for person in _newcomers(asked.batch_id)}


def _records(
    asked: Search, scope: Scope, newcomers: set[str] | None, *, by: Actor, now: Clock
) -> tuple[pl.DataFrame, people.Counts]:
    """Return the records to be compared, opened, and how frequent their values are in all of the scope."""
    with acting(by):
        plain = register.plain_of_scope(scope)
    counts = finding.counts_of(plain)
    plain = plain.with_columns(pl.int_range(plain.height, dtype=pl.UInt32).alias("place"))
    if newcomers is not None:
        plain = finding.near(plain, newcomers)
    held = register.beside(
        plain.drop("phone_token"), pl.concat([*_opened(asked, plain["id"], by=by, now=now)])
    )
    return held.drop("place"), counts.of(held["place"].to_numpy().astype("int64"))


def _newcomers(batch_id: UUID) -> QuerySet[BatchRow, UUID | None]:
    """Return whom a batch has newly put on the register; lists of unions or employers put nobody there."""
    rows = BatchRow.objects.filter(batch_id=batch_id, verdict="new", person_id__isnull=False)
    return rows.values_list("person_id", flat=True)


def _opened(asked: Search, ids: pl.Series, *, by: Actor, now: Clock) -> Iterator[pl.DataFrame]:
    """Open the records a block at a time, each with its event in a transaction of its own."""
    for at in range(0, max(len(ids), 1), register.AT_ONCE):
        block = [UUID(each) for each in ids[at : at + register.AT_ONCE]]
        with acting(by):
            progress.report(asked.pk, stage="open", done=at, total=len(ids), at=now())
            yield register.opened(block, by=by, at=now())


def completed(pairs: pl.DataFrame, held: pl.DataFrame, *, rows: int, by: Actor) -> pl.DataFrame:
    """Return the pairs with the fields that differ, the prints of both records, and the counts as one value."""
    named = pl.concat([pairs["first"], pairs["second"]]).unique()
    mine = held.filter(pl.col("id").is_in(named.implode()))
    parts = [named[at : at + register.AT_ONCE] for at in range(0, max(len(named), 1), register.AT_ONCE)]
    with acting(by):
        facts = pl.concat(register.facts_of([UUID(each) for each in part]) for part in parts)
    printed = mine["id"], register.prints(mine)
    told = pl.struct(*finding.COUNTED, pl.lit(rows).alias("rows")).alias("counts")
    whole = finding.with_differences(pairs, mine, facts).with_columns(told)
    return whole.with_columns(
        pl.col(side).replace_strict(*printed, return_dtype=pl.String).alias(f"{side}_print")
        for side in ("first", "second")
    ).drop(finding.COUNTED)


def _finish(asked: Search, facts: dict[str, Any], *, by: Actor, at: datetime) -> None:
    with acting(by):
        running = Search.objects.filter(pk=asked.pk, finished_at__isnull=True, failed_at__isnull=True)
        if running.update(finished_at=at, **facts):
            audit.record("duplicates.searched", by=by, at=at, subject=asked, facts=facts)
            progress.start_over(asked.pk)
            if asked.batch_id is None or facts["pairs"]:
                notices.tell_office(asked.organisation_id, "duplicates_searched", at=at, subject=asked.pk)


def give_up(search_id: UUID, *, by: Actor, at: datetime) -> None:
    """Say that a search will not come to an end, so that another can be asked for."""
    asked = Search.objects.get(pk=search_id)
    if not asked.finished_at:
        Search.objects.filter(pk=search_id).update(failed_at=at)
        progress.start_over(search_id)
        notices.tell_office(asked.organisation_id, "duplicates_search_failed", at=at, subject=search_id)
