"""Undoing a list of officers: what nobody has touched since is as it was, the rest is kept and listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.kinds.kept import count_kept, named_by
from niangjia.registry.kinds.officers.writing import LOCK_LISTS, PRINT
from niangjia.registry.models import Officer
from niangjia.registry.models.officers import SINGLE

MINE = "r.batch_id = %(batch)s AND r.place >= %(first)s AND r.place < %(beyond)s AND r.fact_id IS NOT NULL"
FREE = f"{MINE} AND r.kept = ''"
WAS = "plans_earlier e WHERE e.batch_id = r.batch_id AND e.place = r.place"
HOLD = f"""SELECT count(*) FROM registry_hold(ARRAY(SELECT o.organisation_id FROM plans_batchrow r
    JOIN registry_officer o ON o.id = r.fact_id WHERE {MINE}))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT r.person_id FROM plans_batchrow r WHERE {MINE}) ORDER BY id FOR UPDATE"
TOUCHED = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {FREE} AND r.written_print IS DISTINCT FROM (SELECT {PRINT}
    FROM registry_officer f LEFT JOIN registry_officer w ON w.id <> f.id
        AND w.id = (SELECT (e.facts->>'id')::uuid FROM {WAS}) WHERE f.id = r.fact_id)"""
# A union that has ended since cannot have its officer back.
ENDED = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {FREE} AND EXISTS (SELECT 1 FROM {WAS})
    AND EXISTS (SELECT 1 FROM registry_organisation o WHERE o.id = r.target_id AND o.ended_on IS NOT NULL)"""
# Somebody else sits where the earlier holder would be again, unless that one goes away along with this list.
SEAT_TAKEN = f"""WITH going AS MATERIALIZED (SELECT unnest(ARRAY[n.fact_id, (d.facts->>'id')::uuid]) AS id FROM plans_batchrow n
        LEFT JOIN plans_earlier d ON d.batch_id = n.batch_id AND d.place = n.place
        WHERE n.batch_id = %(batch)s AND n.kept = '')
    UPDATE plans_batchrow r SET kept = 'seat_taken' FROM plans_earlier e, registry_officer x
    WHERE {FREE} AND e.batch_id = r.batch_id AND e.place = r.place
    AND x.organisation_id = (e.facts->>'organisation_id')::uuid AND x.post = e.facts->>'post'
    AND (x.post = ANY(%(single)s) OR x.person_id = (e.facts->>'person_id')::uuid) AND x.id <> (e.facts->>'id')::uuid
    AND daterange(x.from_on, x.to_on) && daterange((e.facts->>'from_on')::date, (e.facts->>'to_on')::date)
    AND NOT EXISTS (SELECT 1 FROM going g WHERE g.id = x.id)"""
DROPPED = f"""DELETE FROM registry_officer f USING plans_batchrow r WHERE {FREE} AND f.id = r.fact_id
    AND NOT EXISTS (SELECT 1 FROM {WAS} AND (e.facts->>'id')::uuid = r.fact_id)"""
RESTORED = f"""UPDATE registry_officer x SET basis = e.facts->>'basis', from_on = (e.facts->>'from_on')::date,
    to_on = (e.facts->>'to_on')::date, term_until = (e.facts->>'term_until')::date
    FROM plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place
    WHERE {FREE} AND x.id = (e.facts->>'id')::uuid"""
ABOUT = f"SELECT r.person_id FROM plans_batchrow r WHERE {FREE}"


def take_back(chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Restore what ``chunk`` changed, in the current transaction; the audit keeps that it had been written."""
    params: dict[str, Any] = {
        "batch": batch.pk,
        "first": chunk.first,
        "beyond": chunk.beyond,
        "single": list(SINGLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK_LISTS)
        for statement in (HOLD, LOCK, TOUCHED, ENDED, *named_by(Officer, "fact_id", MINE)):
            cursor.execute(statement, params)
        while True:  # one that is kept may keep another
            cursor.execute(SEAT_TAKEN, params)
            if not cursor.rowcount:
                break
    kept = count_kept(batch, MINE, params)
    about = ABOUT
    for name in ("batch", "first", "beyond"):
        about = about.replace(f"%({name})s", "%s")
    facts = {"chunk": chunk.number, "kept": kept}
    audit.record_bulk(
        "officers.taken_back",
        by=by,
        at=at,
        subject=batch,
        persons_from=(about, [batch.pk, chunk.first, chunk.beyond]),
        facts=facts,
    )
    with connection.cursor() as cursor:
        for statement in (DROPPED, RESTORED):
            cursor.execute(statement, params)
