"""Undoing one chunk of membership changes: what nobody has touched since is as it was, the rest is kept and listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.deltas import folded
from niangjia.registry.kinds.kept import count_kept, named_by
from niangjia.registry.kinds.sql import FOLLOWED, PLACES, PRINT
from niangjia.registry.models import Membership

MINE = "r.batch_id = %(batch)s AND r.place >= %(first)s AND r.place < %(beyond)s AND r.person_id IS NOT NULL"
# Before anything else is locked, or a reorganisation and an undo could wait for each other.
HOLD = f"""SELECT count(*) FROM registry_hold(ARRAY(SELECT m.organisation_id FROM plans_batchrow r
    JOIN registry_membership m ON m.id = r.fact_id WHERE {MINE} UNION
    SELECT (e.facts->'spell'->>'organisation_id')::uuid FROM plans_batchrow r JOIN plans_earlier e
        ON e.batch_id = r.batch_id AND e.place = r.place WHERE {MINE}))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT r.person_id FROM plans_batchrow r WHERE {MINE}) ORDER BY id FOR UPDATE"
TOUCHED = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {MINE} AND r.kept = ''
    AND r.written_print IS DISTINCT FROM (SELECT {PRINT} FROM registry_person p
        LEFT JOIN registry_membership m ON m.id = r.fact_id WHERE p.id = r.person_id)"""
# Who is on a roll again by another spell cannot have the old one back.
GONE_ON = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {MINE} AND r.kept = ''
    AND EXISTS (SELECT 1 FROM registry_membership x WHERE x.person_id = r.person_id AND x.kind = 'primary'
        AND x.to_on IS NULL AND x.id <> r.fact_id)"""
# A union that has ended since cannot have its member back.
ENDED = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {MINE} AND r.kept = ''
    AND EXISTS (SELECT 1 FROM plans_earlier e JOIN registry_organisation o
        ON o.id = (e.facts->'spell'->>'organisation_id')::uuid
        WHERE e.batch_id = r.batch_id AND e.place = r.place AND o.ended_on IS NOT NULL)"""
FREE = f"{MINE} AND r.kept = ''"
EARLIER = (
    f"plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {FREE}"
)
WAS_MADE = "m.id IS DISTINCT FROM (e.facts->'spell'->>'id')::uuid"  # the fact is a new spell, not the one that was ended
COUNTED_OFF = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, m."group", m.from_on AS day,
        -count(*) AS n
    FROM plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place
    JOIN registry_membership m ON m.id = r.fact_id WHERE {FREE} AND {WAS_MADE} AND NOT m.is_retained
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.from_on, m."group" """)
DROPPED = f"""DELETE FROM registry_membership m USING plans_batchrow r
    JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {FREE} AND m.id = r.fact_id AND {WAS_MADE}"""
COUNTED_ON = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, m."group", m.to_on AS day,
        count(*) AS n
    FROM plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place
    JOIN registry_membership m ON m.id = (e.facts->'spell'->>'id')::uuid WHERE {FREE} AND NOT m.is_retained
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.to_on, m."group" """)
REOPENED = f"""UPDATE registry_membership m SET to_on = NULL, closed_at = NULL, status = b.was->>'status',
    end_reason = b.was->>'end_reason' FROM (SELECT e.facts->'spell' AS was FROM {EARLIER}) b
    WHERE m.id = (b.was->>'id')::uuid"""
# The path is the present one of the organisation: a reorganisation may have come between.
RESTORED = f"""UPDATE registry_person p SET organisation_id = o.id, path = o.path, line_path = o.line_path,
    first_joined_on = (b.facts->>'first_joined_on')::date, changed_at = (b.facts->>'changed_at')::timestamptz
    FROM (SELECT e.person_id, e.facts FROM {EARLIER}) b
    JOIN {PLACES} o ON o.id = (b.facts->>'organisation_id')::uuid WHERE p.id = b.person_id"""
ABOUT = f"SELECT r.person_id FROM plans_batchrow r WHERE {FREE}"
STEPS = (COUNTED_OFF, DROPPED, COUNTED_ON, REOPENED, RESTORED, FOLLOWED.format(whom=ABOUT))


def take_back(chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Restore what ``chunk`` changed, in the current transaction; the audit keeps that it had been written."""
    params: dict[str, Any] = {"batch": batch.pk, "first": chunk.first, "beyond": chunk.beyond}
    with connection.cursor() as cursor:
        for statement in (HOLD, LOCK, TOUCHED, GONE_ON, ENDED, *named_by(Membership, "fact_id", MINE)):
            cursor.execute(statement, params)
    kept = count_kept(batch, MINE, params)
    positional = ABOUT
    for name in params:
        positional = positional.replace(f"%({name})s", "%s")
    facts = {"chunk": chunk.number, "kept": kept}
    about = (positional, [batch.pk, chunk.first, chunk.beyond])
    audit.record_bulk("changes.taken_back", by=by, at=at, subject=batch, persons_from=about, facts=facts)
    with connection.cursor() as cursor:
        for statement in STEPS:
            cursor.execute(statement, params)
