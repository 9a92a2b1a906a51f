"""What a search found, written by sets: new pairs, pairs that are still there, pairs that come back and that lapse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.core.ids import uuid7
from niangjia.foundation import workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.scopes import within_scope
from niangjia.registry import organisations
from niangjia.registry.duplicates.states import CHART, Status
from niangjia.registry.models import Organisation, Pair, Search

Clock = Callable[[], datetime]
AT_ONCE = 5_000
# A pair whose records are gone in the meantime is not written; one that is being merged is left alone.
KEPT = """INSERT INTO registry_pair AS p (id, first, second, status, decision, weight, reasons, differs, counts,
        first_print, second_print, path, line_path, organisation_id, found_at, seen_at, choices, refused)
    SELECT n.id, n.first, n.second, 'open', n.decision, n.weight, n.reasons, n.differs, n.counts, n.first_print,
        n.second_print, n.path, n.line_path, o.id, %(at)s, %(at)s, '{}', ''
    FROM jsonb_to_recordset(%(pairs)s::jsonb) n(id uuid, first uuid, second uuid, decision text, weight float8,
        reasons jsonb, differs jsonb, counts jsonb, first_print uuid, second_print uuid, path text, line_path text)
    JOIN registry_organisation o ON o.path = n.path
    WHERE EXISTS (SELECT FROM registry_person x WHERE x.id = n.first)
        AND EXISTS (SELECT FROM registry_person x WHERE x.id = n.second)
    ORDER BY n.first, n.second
    ON CONFLICT (first, second) DO UPDATE SET path = excluded.path, line_path = excluded.line_path,
        organisation_id = excluded.organisation_id, seen_at = excluded.seen_at, decision = excluded.decision,
        weight = excluded.weight, reasons = excluded.reasons, differs = excluded.differs, counts = excluded.counts,
        first_print = CASE WHEN p.status = 'different' THEN p.first_print ELSE excluded.first_print END,
        second_print = CASE WHEN p.status = 'different' THEN p.second_print ELSE excluded.second_print END
    WHERE p.status IN ('open', 'different', 'gone')
    RETURNING p.id, p.status, p.first_print, p.second_print, p.first, p.second"""


def keep(asked: Search, pairs: pl.DataFrame, *, whole: bool, by: Actor, now: Clock) -> None:
    """Write the pairs of one search.

    Args:
        whole: whether the whole of the office's subtree was searched, so that what was not found is not there.
    """
    start = now()
    for at in range(0, pairs.height, AT_ONCE):
        with acting(by):
            _keep(pairs[at : at + AT_ONCE], by=by, at=now())
            progress.report(asked.pk, stage="write", done=at, total=pairs.height, at=now())
    if whole:
        with acting(by):
            _lapse(asked, before=start, by=by, at=now())


def _keep(pairs: pl.DataFrame, *, by: Actor, at: datetime) -> None:
    rows = [{"id": str(uuid7()), **row} for row in pairs.iter_rows(named=True)]
    there = Organisation.objects.filter(path__in=pairs["path"].unique().to_list())
    organisations.hold(there.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"pairs": json.dumps(rows), "at": at})
        written = cursor.fetchall()
    found = {(row["first"], row["second"]): row for row in rows}
    for key, status, *prints, first, second in written:
        row = found[str(first), str(second)]
        told = {f"{side}_print": UUID(row[f"{side}_print"]) for side in ("first", "second")}
        if status == Status.GONE or (status == Status.DIFFERENT and prints != list(told.values())):
            _come_back(key, told, by=by, at=at)


def _come_back(key: UUID, prints: dict[str, UUID], *, by: Actor, at: datetime) -> None:
    """Put a pair into the queue again: it was gone, or what it was told apart by has changed."""
    pair = Pair.objects.get(pk=key)
    facts = {"decided_at": None, "decided_by": None, "found_at": at, **prints}
    workflow.fire(pair, "come_back", machine=CHART, by=by, at=at, **facts)


def _lapse(asked: Search, *, before: datetime, by: Actor, at: datetime) -> None:
    """Take out of the queue what a whole search has not found again."""
    waiting = within_scope(
        Pair.objects.filter(status=Status.OPEN, seen_at__lt=before), asked.organisation.office_scope
    )
    for pair in waiting:
        workflow.fire(pair, "lapse", machine=CHART, by=by, at=at)
