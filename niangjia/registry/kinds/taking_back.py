"""Undoing one chunk of a roster: what nobody has touched since is as it was before, the rest is kept and listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.deltas import folded
from niangjia.registry.hanging import naming
from niangjia.registry.kinds.sql import FOLLOWED, PLACES, PRINT
from niangjia.registry.models import Membership, Person

MINE = "r.batch_id = %(batch)s AND r.place >= %(first)s AND r.place < %(beyond)s AND r.person_id IS NOT NULL"
# Of who is restored also the union of before: its path is copied.
HOLD = f"""SELECT count(*) FROM registry_hold(ARRAY(SELECT m.organisation_id FROM plans_batchrow r
    JOIN registry_membership m ON m.id = r.fact_id WHERE {MINE}
    UNION SELECT (e.facts->>'organisation_id')::uuid FROM plans_batchrow r
    JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {MINE}))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT r.person_id FROM plans_batchrow r WHERE {MINE}) ORDER BY id FOR UPDATE"
TOUCHED = f"""UPDATE plans_batchrow r SET kept = 'touched' WHERE {MINE} AND r.kept = ''
    AND r.written_print IS DISTINCT FROM (SELECT {PRINT} FROM registry_person p
        LEFT JOIN registry_membership m ON m.id = r.fact_id WHERE p.id = r.person_id)"""
NAMED = """UPDATE plans_batchrow r SET kept = 'in_use' WHERE {mine} AND r.kept = '' AND r.verdict = 'new'
    AND EXISTS (SELECT 1 FROM {table} x WHERE x.{column} = r.{key} {but}) {made}"""
# Of who came back only the spell goes: the person may be named by anything.
MADE_HERE = (
    "AND NOT EXISTS (SELECT 1 FROM plans_earlier e WHERE e.batch_id = r.batch_id AND e.place = r.place)"
)
FREE = f"{MINE} AND r.kept = ''"
# What this batch made: a person without an earlier record in it.
MADE = f"{FREE} AND r.verdict = 'new' AND NOT EXISTS (SELECT 1 FROM plans_earlier e WHERE e.batch_id = r.batch_id AND e.place = r.place)"
EARLIER = (
    f"plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place WHERE {FREE}"
)
DELTAS = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, m."group", m.from_on AS day, -count(*) AS n
    FROM plans_batchrow r JOIN registry_membership m ON m.id = r.fact_id WHERE {FREE} AND r.verdict = 'new'
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.from_on, m."group" """)
REGROUPED_DELTAS = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, g.name AS "group",
        m.from_on AS day, sum(g.n) AS n
    FROM plans_batchrow r JOIN plans_earlier e ON e.batch_id = r.batch_id AND e.place = r.place
    JOIN registry_membership m ON m.id = r.fact_id
    CROSS JOIN LATERAL (VALUES (m."group", -1), (e.facts->>'spell_group', 1)) g(name, n)
    WHERE {FREE} AND r.verdict = 'changed' AND m."group" <> e.facts->>'spell_group' AND NOT m.is_retained
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.from_on, g.name""")
REGROUPED = f"""UPDATE registry_membership m SET "group" = b.name FROM (
    SELECT r.fact_id, e.facts->>'spell_group' AS name FROM {EARLIER} AND r.verdict = 'changed') b
    WHERE m.id = b.fact_id AND m."group" <> b.name"""
DROP_SPELLS = f"DELETE FROM registry_membership m USING plans_batchrow r WHERE {FREE} AND r.verdict = 'new' AND m.id = r.fact_id"
DROP_TOKENS = (
    f"DELETE FROM registry_identitytoken t USING plans_batchrow r WHERE {MADE} AND t.person_id = r.person_id"
)
DROP_PERSONS = f"DELETE FROM registry_person p USING plans_batchrow r WHERE {MADE} AND p.id = r.person_id"
COLUMNS = ("name", "name_key", "id_kind", "sex", "birth_on", "group", "ethnic", "education", "work_status", "hukou",
    "region_id", "employer_id", "first_joined_on", "secrets_print", "checked_by", "changed_at")  # fmt: skip
# The path is the present one of the organisation: a reorganisation may have come between.
RESTORED = f"""UPDATE registry_person p SET secrets = b.sealed, organisation_id = o.id, path = o.path,
    line_path = o.line_path, {", ".join(f'"{c}" = (b.was)."{c}"' for c in COLUMNS)}
    FROM (SELECT e.person_id AS of, e.sealed, jsonb_populate_record(NULL::registry_person, e.facts) AS was
        FROM {EARLIER}) b JOIN {PLACES} o ON o.id = (b.was).organisation_id
    WHERE p.id = b.of"""
PHONES = f"""UPDATE registry_identitytoken t SET phone_token = b.token, phone_version = b.key_version,
    name_birth = b.name_birth
    FROM (SELECT e.person_id, x.token, x.key_version, x.name_birth FROM (SELECT e.person_id, e.facts FROM {EARLIER}) e
        LEFT JOIN LATERAL jsonb_to_recordset(e.facts->'tokens') x(token uuid, name_birth int8, key_version int2) ON TRUE) b
    WHERE t.person_id = b.person_id AND t.place = 0"""
ABOUT = f"SELECT r.person_id FROM plans_batchrow r WHERE {FREE}"
COUNTS = f"SELECT r.kept, count(*) FROM plans_batchrow r WHERE {MINE} GROUP BY r.kept"


def take_back(chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Restore what ``chunk`` changed, in the current transaction; the audit keeps that it had been written."""
    params: dict[str, Any] = {"batch": batch.pk, "first": chunk.first, "beyond": chunk.beyond}
    with connection.cursor() as cursor:
        for statement in (HOLD, LOCK, TOUCHED, *_in_use()):
            cursor.execute(statement, params)
        kept = _counted(cursor, params)
    about = (_positional(ABOUT), [batch.pk, chunk.first, chunk.beyond])
    facts = {"chunk": chunk.number, "kept": sum(n for why, n in kept.items() if why)}
    audit.record_bulk("members.taken_back", by=by, at=at, subject=batch, persons_from=about, facts=facts)
    with connection.cursor() as cursor:
        for statement in (
            DELTAS, REGROUPED_DELTAS, REGROUPED, DROP_SPELLS, RESTORED, FOLLOWED.format(whom=ABOUT), PHONES, DROP_TOKENS, DROP_PERSONS,
        ):  # fmt: skip
            cursor.execute(statement, params)
    before = Batch.objects.values_list("kept_counts", flat=True).get(pk=batch.pk)
    told = {why: before.get(why, 0) + n for why, n in kept.items() if why}
    Batch.objects.filter(pk=batch.pk).update(kept_counts=before | told)


def _counted(cursor: Any, params: dict[str, Any]) -> dict[str, int]:
    cursor.execute(COUNTS, params)
    return dict(cursor.fetchall())


def _positional(statement: str) -> str:
    for name in ("batch", "first", "beyond"):
        statement = statement.replace(f"%({name})s", "%s")
    return statement


def _in_use() -> list[str]:
    """Return what marks the rows that another row names by now: a login, a request, a consent of any feature."""
    own = {"registry_identitytoken", "plans_batchrow"}
    found = []
    for model, key in ((Person, "person_id"), (Membership, "fact_id")):
        for where in naming(model):
            if where.table in own:
                continue
            but = "AND x.id <> r.fact_id" if where.table == Membership._meta.db_table else ""
            made = MADE_HERE if model is Person else ""
            found.append(
                NAMED.format(mine=MINE, table=where.table, column=where.column, key=key, but=but, made=made)
            )
    return found
