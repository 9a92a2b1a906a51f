"""What was found, written by sets: new pairs, pairs that are still there, pairs that come back and that lapse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from niangjia.core.ids import uuid7
from niangjia.foundation import workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.scopes import within_scope
from niangjia.registry import organisations
from niangjia.registry.duplicates import register
from niangjia.registry.duplicates.states import CHART, FoundBy, Status
from niangjia.registry.models import Organisation, Pair, Search

Clock = Callable[[], datetime]
AT_ONCE = 5_000
# A pair whose records are gone in the meantime is not written; one that is being merged is left alone, and what our rules
# find goes before what was found otherwise.
KEPT = """INSERT INTO registry_pair AS p (id, first, second, status, decision, found_by, weight, reasons, differs, counts,
        first_print, second_print, path, line_path, organisation_id, found_at, seen_at, choices, refused)
    SELECT n.id, n.first, n.second, 'open', n.decision, %(found_by)s, n.weight, n.reasons, n.differs, n.counts,
        n.first_print, n.second_print, n.path, n.line_path, o.id, %(at)s, %(at)s, '{}', ''
    FROM jsonb_to_recordset(%(pairs)s::jsonb) n(id uuid, first uuid, second uuid, decision text, weight float8,
        reasons jsonb, differs jsonb, counts jsonb, first_print uuid, second_print uuid, path text, line_path text)
    JOIN registry_organisation o ON o.path = n.path
    WHERE EXISTS (SELECT FROM registry_person x WHERE x.id = n.first)
        AND EXISTS (SELECT FROM registry_person x WHERE x.id = n.second)
    ORDER BY n.first, n.second
    ON CONFLICT (first, second) DO UPDATE SET path = excluded.path, line_path = excluded.line_path,
        organisation_id = excluded.organisation_id, seen_at = excluded.seen_at, decision = excluded.decision,
        found_by = excluded.found_by, weight = excluded.weight, reasons = excluded.reasons, differs = excluded.differs,
        counts = excluded.counts,
        first_print = CASE WHEN p.status = 'different' THEN p.first_print ELSE excluded.first_print END,
        second_print = CASE WHEN p.status = 'different' THEN p.second_print ELSE excluded.second_print END
    WHERE p.status IN ('different', 'gone')
        OR (p.status = 'open' AND (excluded.found_by = 'rules' OR p.found_by <> 'rules'))
    RETURNING p.id, p.status, p.first_print, p.second_print, p.first, p.second, xmax = 0"""


def keep(asked: Search, pairs: pl.DataFrame, whole: pl.DataFrame | None, *, by: Actor, now: Clock) -> None:
    """Write the pairs of one search.

    Args:
        whole: where all were searched, so that what was not found is not there, the records of
            ``of_pairs_found_otherwise``.
    """
    start = now()

    def told(done: int) -> None:
        progress.report(asked.pk, stage="write", done=done, total=pairs.height, at=now())

    write(pairs, found_by=FoundBy.RULES, by=by, now=now, told=told)
    if whole is not None:
        with acting(by):
            _lapse(asked, whole, before=start, by=by, at=now())


def write(
    pairs: pl.DataFrame,
    *,
    found_by: FoundBy,
    by: Actor,
    now: Clock,
    told: Callable[[int], None] = lambda done: None,
) -> int:
    """Write pairs a block at a time, each in a transaction of its own; return how many wait that did not before.

    Args:
        told: hears, within each transaction, how many blocks' pairs were written before it.
    """
    waiting = 0
    for at in range(0, pairs.height, AT_ONCE):
        with acting(by):
            waiting += _keep(pairs[at : at + AT_ONCE], found_by=found_by, by=by, at=now())
            told(at)
    return waiting


def _keep(pairs: pl.DataFrame, *, found_by: FoundBy, by: Actor, at: datetime) -> int:
    """Write one block; return how many of its pairs are new in the queue, or in it again."""
    rows = [{"id": str(uuid7()), **row} for row in pairs.iter_rows(named=True)]
    there = Organisation.objects.filter(path__in=pairs["path"].unique().to_list())
    organisations.hold(there.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"pairs": json.dumps(rows), "at": at, "found_by": found_by})
        written = cursor.fetchall()
    found = {(row["first"], row["second"]): row for row in rows}
    waiting = 0
    for key, status, *prints, first, second, is_new in written:
        row = found[str(first), str(second)]
        told = {f"{side}_print": UUID(row[f"{side}_print"]) for side in ("first", "second")}
        if status == Status.GONE or (status == Status.DIFFERENT and prints != list(told.values())):
            _come_back(key, told, by=by, at=at)
            waiting += 1
        waiting += is_new
    return waiting


def _come_back(key: UUID, prints: dict[str, UUID], *, by: Actor, at: datetime) -> None:
    """Put a pair into the queue again: it was gone, or what it was told apart by has changed."""
    pair = Pair.objects.get(pk=key)
    facts = {"decided_at": None, "decided_by": None, "found_at": at, **prints}
    workflow.fire(pair, "come_back", machine=CHART, by=by, at=at, **facts)


def of_pairs_found_otherwise(asked: Search, held: pl.DataFrame, *, by: Actor) -> pl.DataFrame:
    """Return of the records of the office's subtree those of open pairs that our rules did not find."""
    with acting(by):
        pairs = _waiting(asked).exclude(found_by=FoundBy.RULES)
        named = [str(key) for pair in pairs for key in pair.person_ids]
    return held.filter(pl.col("id").is_in(pl.Series(named, dtype=pl.String).implode()))


def _waiting(asked: Search) -> QuerySet[Pair]:
    return within_scope(Pair.objects.filter(status=Status.OPEN), asked.organisation.office_scope)


def _lapse(asked: Search, whole: pl.DataFrame, *, before: datetime, by: Actor, at: datetime) -> None:
    """Take out of the queue what a whole search has not found again, and what was found otherwise of other facts."""
    waiting = _waiting(asked).filter(seen_at__lt=before)
    pairs = list(waiting.order_by("first", "second").select_for_update())
    kept = _as_then([pair for pair in pairs if pair.found_by != FoundBy.RULES], whole)
    for pair in (pair for pair in pairs if pair.pk not in kept):
        workflow.fire(pair, "lapse", machine=CHART, by=by, at=at)


def _as_then(pairs: list[Pair], whole: pl.DataFrame) -> set[UUID]:
    """Return the pairs both of whose records are there, with the facts of when they were found."""
    named = pl.Series([str(key) for pair in pairs for key in pair.person_ids], dtype=pl.String)
    mine = whole.filter(pl.col("id").is_in(named.implode()))
    now = dict(zip(mine["id"], register.prints(mine), strict=True))
    return {
        pair.pk
        for pair in pairs
        if now.get(str(pair.first)) == str(pair.first_print)
        and now.get(str(pair.second)) == str(pair.second_print)
    }
