"""Undoing one chunk of employers: what nobody has touched since is as it was, the rest is kept and listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.kinds.employers.known import COLUMNS
from niangjia.registry.kinds.employers.writing import COUNT_OF, WRITTEN
from niangjia.registry.kinds.kept import count_kept, named_by
from niangjia.registry.models import Employer

MINE = "r.batch_id = %(batch)s AND r.place >= %(first)s AND r.place < %(beyond)s AND r.fact_id IS NOT NULL"
LOCK = f"SELECT 1 FROM registry_employer WHERE id IN (SELECT r.fact_id FROM plans_batchrow r WHERE {MINE}) ORDER BY id FOR UPDATE"
TOUCHED = f"""UPDATE plans_batchrow b SET kept = 'touched' FROM plans_batchrow r
    JOIN registry_employer e ON e.id = r.fact_id {COUNT_OF}
    WHERE {MINE} AND r.kept = '' AND r.written_print IS DISTINCT FROM {WRITTEN}
    AND b.batch_id = r.batch_id AND b.place = r.place"""
# The count that came in by the row itself goes with it.
OWN_COUNT = {"registry_headcount": "AND (x.batch_id IS DISTINCT FROM r.batch_id OR x.place <> r.place)"}
FREE = f"{MINE} AND r.kept = ''"
EARLIER = (
    f"plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {FREE}"
)
COUNTS_BACK = f"""UPDATE registry_headcount h SET n = (b.was->>'n')::int4, batch_id = (b.was->>'batch_id')::uuid,
    place = (b.was->>'place')::int4 FROM (SELECT e.facts->'count' AS was FROM {EARLIER}) b
    WHERE h.id = (b.was->>'id')::uuid"""
COUNTS_GONE = f"""DELETE FROM registry_headcount h USING plans_batchrow r
    WHERE {FREE} AND h.batch_id = r.batch_id AND h.place = r.place"""
RESTORED = f"""UPDATE registry_employer x SET {", ".join(f"{c} = (b.was).{c}" for c in COLUMNS)}
    FROM (SELECT jsonb_populate_record(NULL::registry_employer, e.facts->'employer') AS was FROM {EARLIER}) b
    WHERE x.id = (b.was).id"""
# Nobody deletes an employer: bulk tables name it without a foreign key. Without code and key nothing finds it.
WITHDRAWN = f"""UPDATE registry_employer x SET withdrawn_at = %(at)s, credit_code = NULL, name_key = ''
    FROM plans_batchrow r WHERE {FREE} AND r.verdict = 'new' AND x.id = r.fact_id"""
STEPS = (COUNTS_BACK, COUNTS_GONE, RESTORED, WITHDRAWN)


def take_back(chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Restore what ``chunk`` changed, in the current transaction; the audit keeps that it had been written."""
    params: dict[str, Any] = {"batch": batch.pk, "first": chunk.first, "beyond": chunk.beyond}
    new = f"{MINE} AND r.verdict = 'new'"
    with connection.cursor() as cursor:
        for statement in (LOCK, TOUCHED, *named_by(Employer, "fact_id", new, but=OWN_COUNT)):
            cursor.execute(statement, params)
    kept = count_kept(batch, MINE, params)
    with connection.cursor() as cursor:
        for statement in STEPS:
            cursor.execute(statement, params | {"at": at})
    facts = {"chunk": chunk.number, "kept": kept}
    audit.record("employers.taken_back", by=by, at=at, subject=batch, facts=facts)
