"""Undoing a list of unions: those that nobody uses fall away, changed ones become what they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.kinds.kept import count_kept, named_by
from niangjia.registry.kinds.organisations.known import PRINT
from niangjia.registry.models import Organisation

MINE = "r.batch_id = %(batch)s AND r.place >= %(first)s AND r.place < %(beyond)s AND r.fact_id IS NOT NULL"
LOCK = f"SELECT 1 FROM registry_organisation WHERE id IN (SELECT r.fact_id FROM plans_batchrow r WHERE {MINE}) ORDER BY id FOR UPDATE"
TOUCHED = f"""UPDATE plans_batchrow r SET kept = 'touched' FROM registry_organisation o
    WHERE {MINE} AND r.kept = '' AND o.id = r.fact_id AND r.written_print IS DISTINCT FROM {PRINT}"""
NEW = f"{MINE} AND r.kept = '' AND r.verdict = 'new'"
# What stands below, or is led, counts unless it goes along; so this is asked until nothing more is found.
OF_THE_LIST = """AND x.{column} NOT IN (SELECT n.fact_id FROM plans_batchrow n WHERE n.batch_id = %(batch)s
    AND n.kept = '' AND n.verdict = 'new' AND n.fact_id IS NOT NULL)"""
GOES_ALONG = {
    "registry_parenthood": "AND x.to_on IS NULL " + OF_THE_LIST.format(column="organisation_id"),
    "registry_organisation": OF_THE_LIST.format(column="id"),
}
BATCHES = f"""UPDATE plans_batchrow r SET kept = 'in_use' WHERE {NEW}
    AND EXISTS (SELECT 1 FROM plans_batch x WHERE x.organisation_id = r.fact_id)"""
FREE = f"{MINE} AND r.kept = ''"
COLUMNS = ("name", "credit_code", "region_id")
RESTORED = f"""UPDATE registry_organisation x SET {", ".join(f"{c} = (b.was).{c}" for c in COLUMNS)}
    FROM (SELECT jsonb_populate_record(NULL::registry_organisation, e.facts) AS was
        FROM plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {FREE}) b
    WHERE x.id = (b.was).id"""
# Nobody deletes a union, since bulk tables name it without a foreign key: it ends on the day after it began, and its code is
# free again.
ENDED = f"""UPDATE registry_organisation x SET ended_on = x.established_on + 1, code = 'x' || replace(x.id::text, '-', ''),
    credit_code = NULL FROM plans_batchrow r WHERE {FREE} AND r.verdict = 'new' AND x.id = r.fact_id"""
ORPHANED = f"""UPDATE registry_parenthood x SET to_on = x.from_on + 1 FROM plans_batchrow r
    WHERE {FREE} AND r.verdict = 'new' AND x.organisation_id = r.fact_id AND x.to_on IS NULL"""


def take_back(chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Restore what ``chunk`` changed, in the current transaction; the audit keeps that it had been written."""
    params: dict[str, Any] = {"batch": batch.pk, "first": chunk.first, "beyond": chunk.beyond}
    with connection.cursor() as cursor:
        for statement in (LOCK, TOUCHED, BATCHES):
            cursor.execute(statement, params)
        asking = named_by(Organisation, "fact_id", f"{MINE} AND r.verdict = 'new'", but=GOES_ALONG)
        more = True
        while more:
            more = False
            for statement in asking:
                cursor.execute(statement, params)
                more = more or bool(cursor.rowcount)
    kept = count_kept(batch, MINE, params)
    with connection.cursor() as cursor:
        for statement in (RESTORED, ENDED, ORPHANED):
            cursor.execute(statement, params)
    facts = {"chunk": chunk.number, "kept": kept}
    audit.record("organisations.taken_back", by=by, at=at, subject=batch, facts=facts)
