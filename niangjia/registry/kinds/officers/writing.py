"""The one chunk of a list of officers into the register, by sets, as the system (docs/algorithms/officers.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.officers.known import SEEN
from niangjia.registry.kinds.sql import PLACES
from niangjia.registry.kinds.staging import stage, unstage

NAME = "registry_officerstage"
COLUMNS = (
    "place", "row", "officer_id", "new_id", "person_id", "organisation", "what", "post", "basis", "from_on", "term_until",
    "left_on", "seen", "differs", "findings",
)  # fmt: skip
TYPES = """place int4, "row" int4, officer_id uuid, new_id uuid, person_id uuid, organisation uuid, what text, post text,
    basis text, from_on date, term_until date, left_on date, seen int8, differs text, findings text"""
MINE = f"{NAME} s"
# What tells that nobody has touched a post: not its path, which a reorganisation rewrites. ``w`` is the one that ended for it.
_PRINTED = ("id", "organisation_id", "person_id", "post", "basis", "from_on", "to_on", "term_until")
PRINT = f"hash_record_extended(ROW({', '.join(f'{one}.{name}' for one in 'fw' for name in _PRINTED)}), 0)"
# Lists of officers are written one after the other: two could fill one seat, each seeing it empty.
LOCK_LISTS = "SELECT pg_advisory_xact_lock(x'6E6A6F66'::int)"  # "njof"
HOLD = f"""SELECT count(*) FROM registry_hold(ARRAY(SELECT o.id FROM registry_organisation o WHERE o.id IN (
    SELECT s.organisation FROM {MINE} UNION SELECT u.line_id FROM registry_organisation u JOIN {MINE}
        ON u.id = s.organisation WHERE u.line_id IS NOT NULL)))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT person_id FROM {MINE}) ORDER BY id FOR UPDATE"
MOVED = f"""UPDATE {NAME} s SET what = 'moved'
    WHERE s.seen IS DISTINCT FROM {SEEN.format(union="s.organisation", post="s.post")}"""
ENDED = f"""UPDATE {NAME} s SET what = 'moved' FROM registry_organisation o
    WHERE o.id = s.organisation AND o.ended_on IS NOT NULL"""
LEFT = f"""UPDATE {NAME} s SET what = 'moved' WHERE s.what IN ('new', 'again') AND s.left_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM registry_membership m WHERE m.person_id = s.person_id AND m.kind = 'primary'
        AND m.to_on IS NULL)"""
GONE = f"""UPDATE {NAME} s SET what = 'moved'
    WHERE NOT EXISTS (SELECT 1 FROM registry_person p WHERE p.id = s.person_id)"""
# Rows of one post may count on each other: one that cannot be written takes the others back with it.
WHOLE_POST = f"""UPDATE {NAME} s SET what = 'moved' FROM {NAME} x
    WHERE x.what = 'moved' AND x.organisation = s.organisation AND x.post = s.post"""
EARLIER = f"""INSERT INTO plans_earlier (batch_id, place, person_id, facts, sealed)
    SELECT %(batch)s, s.place, o.person_id, to_jsonb(o), '' FROM {MINE} JOIN registry_officer o ON o.id = s.officer_id
    WHERE s.what IN ('close', 'amend', 'again')"""
CLOSED = f"""UPDATE registry_officer o SET to_on = CASE s.what WHEN 'close' THEN s.left_on ELSE s.from_on END
    FROM {MINE} WHERE s.what IN ('close', 'again') AND o.id = s.officer_id"""
AMENDED = f"""UPDATE registry_officer o SET from_on = coalesce(s.from_on, o.from_on),
    term_until = coalesce(s.term_until, o.term_until), basis = coalesce(s.basis, o.basis)
    FROM {MINE} WHERE s.what = 'amend' AND o.id = s.officer_id"""
OPENED = f"""INSERT INTO registry_officer (id, person_id, organisation_id, path, line_path, post, basis, name_then, from_on,
    to_on, term_until)
    SELECT s.new_id, p.id, o.id, o.path, o.line_path, s.post, coalesce(s.basis, ''), p.name, s.from_on, s.left_on, s.term_until
    FROM {MINE} JOIN registry_person p ON p.id = s.person_id JOIN {PLACES} o ON o.id = s.organisation
    WHERE s.what IN ('new', 'again')"""
DROP_RESULTS = f"DELETE FROM plans_batchrow r USING {MINE} WHERE r.batch_id = %(batch)s AND r.place = s.place"
RESULTS = f"""INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    person_id, fact_id, differs, findings, written_print)
    SELECT %(batch)s, %(office)s, %(path)s, %(line_path)s, s.place, s.row,
        CASE s.what WHEN 'moved' THEN 'held' WHEN 'new' THEN 'new' ELSE 'changed' END, s.organisation, f.person_id, f.id,
        CASE WHEN s.what <> 'moved' THEN s.differs::jsonb END,
        CASE WHEN s.what = 'moved'
            THEN '[{{"code":"ROLL_MOVED","column":"post","severity":"hold","params":null}}]'::jsonb
            ELSE s.findings::jsonb END, CASE WHEN f.id IS NOT NULL THEN {PRINT} END
    FROM {MINE} LEFT JOIN registry_officer f ON s.what <> 'moved'
        AND f.id = CASE WHEN s.what IN ('new', 'again') THEN s.new_id ELSE s.officer_id END
    LEFT JOIN registry_officer w ON s.what = 'again' AND w.id = s.officer_id"""
ABOUT = f"SELECT s.person_id FROM {MINE} WHERE s.what <> 'moved'"
BEFORE = (LOCK_LISTS, HOLD, LOCK, MOVED, ENDED, LEFT, GONE, WHOLE_POST)
STEPS = (EARLIER, CLOSED, AMENDED, OPENED, DROP_RESULTS, RESULTS)


def write(packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Write the chunk in the current transaction."""
    params: dict[str, Any] = {
        "batch": batch.pk,
        "office": batch.organisation_id,
        "path": batch.path,
        "line_path": batch.line_path,
    }
    with connection.cursor() as cursor:
        stage(cursor, NAME, TYPES, packed.content)
        for statement in BEFORE:
            cursor.execute(statement)
        for statement in STEPS:
            cursor.execute(statement, params)
    facts = {"rows": packed.rows}
    audit.record_bulk("officers.written", by=by, at=at, subject=batch, persons_from=(ABOUT, []), facts=facts)
    with connection.cursor() as cursor:
        unstage(cursor, NAME)
