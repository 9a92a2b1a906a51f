"""One chunk of employers and head counts into the register, by sets, as the system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.employers.known import PRINT, PRINTED
from niangjia.registry.kinds.staging import stage, unstage

NAME = "registry_employerstage"
COLUMNS = (
    "place", "row", "employer_id", "count_id", "what", "seen", "name", "name_key", "credit_code", "region_id", "address",
    "nature", "economic_type", "industry", "status", "head_count", "source", "counted_on", "organisation", "differs",
    "findings",
)  # fmt: skip
TYPES = """place int4, "row" int4, employer_id uuid, count_id uuid, what text, seen int8, name text, name_key text,
    credit_code text, region_id text, address text, nature text, economic_type text, industry text, status text,
    head_count int4, source text, counted_on date, organisation uuid, differs text, findings text"""
MINE = f"{NAME} s"
LOCK = f"SELECT 1 FROM registry_employer WHERE id IN (SELECT employer_id FROM {MINE}) ORDER BY id FOR UPDATE"
MOVED_KNOWN = f"""UPDATE {NAME} s SET what = 'moved' WHERE s.what = 'changed'
    AND s.seen IS DISTINCT FROM (SELECT {PRINT} FROM registry_employer e WHERE e.id = s.employer_id)"""
MOVED_NEW = f"""UPDATE {NAME} s SET what = 'moved' FROM registry_employer e WHERE s.what = 'new'
    AND (e.credit_code = s.credit_code OR (e.name_key = s.name_key AND (e.credit_code IS NULL OR s.credit_code IS NULL)))"""
EARLIER = f"""INSERT INTO plans_earlier (batch_id, place, facts, sealed)
    SELECT %(batch)s, s.place, jsonb_build_object('employer', to_jsonb(e), 'count', (SELECT to_jsonb(h)
        FROM registry_headcount h WHERE h.employer_id = e.id AND h.source = s.source AND h.counted_on = s.counted_on)), ''
    FROM {MINE} JOIN registry_employer e ON e.id = s.employer_id WHERE s.what = 'changed'"""
FOUNDED = f"""INSERT INTO registry_employer (id, name, name_key, credit_code, region_id, address, nature, economic_type,
    industry, status) SELECT s.employer_id, s.name, s.name_key, s.credit_code, s.region_id, coalesce(s.address, ''),
        coalesce(s.nature, ''), coalesce(s.economic_type, ''), coalesce(s.industry, ''), coalesce(s.status, '')
    FROM {MINE} WHERE s.what = 'new'"""
# Another writing of the name changes nothing; another name, under the same code, does.
CHANGED = f"""UPDATE registry_employer e SET
    name = CASE WHEN s.differs LIKE '%%"name"%%' THEN s.name ELSE e.name END,
    name_key = CASE WHEN s.differs LIKE '%%"name"%%' THEN s.name_key ELSE e.name_key END,
    credit_code = coalesce(e.credit_code, s.credit_code), region_id = coalesce(s.region_id, e.region_id),
    address = coalesce(s.address, e.address), nature = coalesce(s.nature, e.nature),
    economic_type = coalesce(s.economic_type, e.economic_type), industry = coalesce(s.industry, e.industry),
    status = coalesce(s.status, e.status)
    FROM {MINE} WHERE s.what = 'changed' AND e.id = s.employer_id"""
COUNTED = f"""INSERT INTO registry_headcount (id, employer_id, source, counted_on, n, batch_id, place)
    SELECT s.count_id, s.employer_id, s.source, s.counted_on, s.head_count, %(batch)s, s.place
    FROM {MINE} WHERE s.what <> 'moved' AND s.head_count IS NOT NULL
    ON CONFLICT (employer_id, source, counted_on) DO UPDATE SET n = excluded.n, batch_id = excluded.batch_id,
        place = excluded.place WHERE registry_headcount.n <> excluded.n"""
WRITTEN = f"hash_record_extended(ROW({PRINTED}, h.n), 0)"
COUNT_OF = "LEFT JOIN registry_headcount h ON h.batch_id = r.batch_id AND h.place = r.place"
DROP_RESULTS = f"DELETE FROM plans_batchrow r USING {MINE} WHERE r.batch_id = %(batch)s AND r.place = s.place"
RESULTS = f"""INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    fact_id, differs, findings, written_print)
    SELECT r.batch_id, %(office)s, %(path)s, %(line_path)s, r.place, r.row,
        CASE r.what WHEN 'moved' THEN 'held' ELSE r.what END, r.organisation,
        CASE WHEN r.what <> 'moved' THEN r.employer_id END, r.differs::jsonb,
        CASE WHEN r.what = 'moved'
            THEN '[{{"code":"ROLL_MOVED","column":"name","severity":"hold","params":null}}]'::jsonb
            ELSE r.findings::jsonb END,
        CASE WHEN r.what <> 'moved' THEN {WRITTEN} END
    FROM (SELECT s.*, %(batch)s::uuid AS batch_id FROM {MINE}) r
    LEFT JOIN registry_employer e ON e.id = r.employer_id {COUNT_OF}"""
STEPS = (EARLIER, FOUNDED, CHANGED, COUNTED, DROP_RESULTS, RESULTS)


def write(packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Write one chunk in the current transaction."""
    params: dict[str, Any] = {
        "batch": batch.pk,
        "office": batch.organisation_id,
        "path": batch.path,
        "line_path": batch.line_path,
    }
    with connection.cursor() as cursor:
        stage(cursor, NAME, TYPES, packed.content)
        cursor.execute(LOCK)
        moved = 0
        for statement in (MOVED_KNOWN, MOVED_NEW):
            cursor.execute(statement)
            moved += cursor.rowcount
        for statement in STEPS:
            cursor.execute(statement, params)
        unstage(cursor, NAME)
    facts = {"rows": packed.rows, "moved": moved}
    audit.record("employers.written", by=by, at=at, subject=batch, facts=facts)
