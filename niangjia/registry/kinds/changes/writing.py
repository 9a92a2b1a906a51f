"""One chunk of membership changes into the register, by sets, as the system (docs/algorithms/changes.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch
from niangjia.registry.deltas import folded
from niangjia.registry.kinds.sql import FOLLOWED, PLACES, PRINT
from niangjia.registry.kinds.staging import stage, unstage

NAME = "registry_changestage"
COLUMNS = (
    "place",
    "person_id",
    "spell_id",
    "new_id",
    "organisation",
    "what",
    "status",
    "reason",
    "changed_on",
    "seen",
)
TYPES = """place int4, person_id uuid, spell_id uuid, new_id uuid, organisation uuid, what text, status text, reason text,
    changed_on date, seen int8"""
MINE = f"{NAME} s"
# Before anything else is locked, or a reorganisation and a chunk could wait for each other.
HOLD = f"""SELECT count(*) FROM registry_hold(ARRAY(SELECT o.id FROM registry_organisation o WHERE o.id IN (
    SELECT s.organisation FROM {MINE} UNION SELECT m.organisation_id FROM {MINE} JOIN registry_membership m
        ON m.id = s.spell_id) UNION SELECT o.line_id FROM registry_organisation o WHERE o.line_id IS NOT NULL
        AND o.id IN (SELECT s.organisation FROM {MINE})))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT person_id FROM {MINE}) ORDER BY id FOR UPDATE"
# What the register says now is not what the trial run saw: nothing is written, a person has to look.
MOVED = f"""UPDATE {NAME} s SET what = 'moved' WHERE s.seen IS DISTINCT FROM (SELECT {PRINT} FROM registry_person p
    LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    WHERE p.id = s.person_id)"""
# A union that has ended since takes nobody in any more.
ENDED = f"""UPDATE {NAME} s SET what = 'moved' FROM registry_organisation o
    WHERE s.what IN ('open', 'move', 'retain') AND o.id = s.organisation AND o.ended_on IS NOT NULL"""
EARLIER = f"""INSERT INTO plans_earlier (batch_id, place, person_id, facts, sealed)
    SELECT %(batch)s, s.place, p.id, jsonb_build_object('organisation_id', p.organisation_id,
        'first_joined_on', p.first_joined_on, 'changed_at', p.changed_at, 'spell', to_jsonb(m)), ''
    FROM {MINE} JOIN registry_person p ON p.id = s.person_id LEFT JOIN registry_membership m ON m.id = s.spell_id
    WHERE s.what <> 'moved'"""
# Who is put at rest is not counted from that day on, and who was at rest was not counted before.
COUNTED_OFF = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, m."group", s.changed_on AS day,
        -count(*) AS n
    FROM {MINE} JOIN registry_membership m ON m.id = s.spell_id
    WHERE s.what IN ('move', 'close', 'retain') AND NOT m.is_retained
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, s.changed_on, m."group" """)
CLOSED = f"""UPDATE registry_membership m SET to_on = s.changed_on, closed_at = %(at)s, status = s.status,
    end_reason = s.reason FROM {MINE} WHERE s.what IN ('move', 'close', 'retain') AND m.id = s.spell_id"""
OPENED = f"""INSERT INTO registry_membership (id, person_id, organisation_id, path, line_path, kind, status, is_retained,
    name_then, "group", region_code, from_on, channel, end_reason, opened_at)
    SELECT s.new_id, p.id, o.id, o.path, o.line_path, 'primary',
        CASE s.what WHEN 'retain' THEN 'retained' ELSE 'active' END, s.what = 'retain', p.name, p."group",
        coalesce(o.region_id, ''), s.changed_on, 'list', '', %(at)s
    FROM {MINE} JOIN registry_person p ON p.id = s.person_id JOIN {PLACES} o ON o.id = s.organisation
    WHERE s.what IN ('open', 'move', 'retain')"""
COUNTED_ON = folded(f"""SELECT m.organisation_id, m.path, m.line_path, m.region_code, m."group", m.from_on AS day,
        count(*) AS n
    FROM {MINE} JOIN registry_membership m ON m.id = s.new_id WHERE s.what IN ('open', 'move')
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.from_on, m."group" """)
# The record goes where the open spell is; of who has left it stays where the last one was.
PERSONS = f"""UPDATE registry_person p SET organisation_id = o.id, path = o.path, line_path = o.line_path,
    first_joined_on = coalesce(p.first_joined_on, CASE s.what WHEN 'open' THEN s.changed_on END), changed_at = %(at)s
    FROM {MINE} JOIN {PLACES} o ON o.id = s.organisation WHERE s.what <> 'moved' AND p.id = s.person_id"""
RESULTS = f"""UPDATE plans_batchrow r SET person_id = p.id, fact_id = m.id, written_print = {PRINT}
    FROM {MINE} JOIN registry_person p ON p.id = s.person_id
    JOIN registry_membership m ON m.id = CASE s.what WHEN 'close' THEN s.spell_id ELSE s.new_id END
    WHERE s.what <> 'moved' AND r.batch_id = %(batch)s AND r.place = s.place"""
HELD = f"""UPDATE plans_batchrow r SET verdict = 'held',
    findings = '[{{"code":"ROLL_MOVED","column":"id_number","severity":"hold","params":null}}]'::jsonb
    FROM {MINE} WHERE s.what = 'moved' AND r.batch_id = %(batch)s AND r.place = s.place"""
ABOUT = f"SELECT s.person_id FROM {MINE} WHERE s.what <> 'moved'"
STEPS = (
    EARLIER,
    COUNTED_OFF,
    CLOSED,
    OPENED,
    COUNTED_ON,
    PERSONS,
    FOLLOWED.format(whom=ABOUT),
    RESULTS,
    HELD,
)


def write(packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Write one chunk in the current transaction."""
    params: dict[str, Any] = {"batch": batch.pk, "at": at}
    with connection.cursor() as cursor:
        stage(cursor, NAME, TYPES, packed.content)
        cursor.execute(HOLD)
        cursor.execute(LOCK)
        moved = 0
        for statement in (MOVED, ENDED):
            cursor.execute(statement)
            moved += cursor.rowcount
        for statement in STEPS:
            cursor.execute(statement, params)
    facts = {"rows": packed.rows, "moved": moved}
    audit.record_bulk("changes.written", by=by, at=at, subject=batch, persons_from=(ABOUT, []), facts=facts)
    with connection.cursor() as cursor:
        unstage(cursor, NAME)
