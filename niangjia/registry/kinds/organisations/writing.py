"""The one chunk of a list of unions into the tree: superiors first, each by the act that founds any union."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch
from niangjia.registry import organisations
from niangjia.registry.kinds.organisations.known import PRINT
from niangjia.registry.kinds.staging import stage, unstage
from niangjia.registry.models import Organisation

NAME = "registry_organisationstage"
COLUMNS = (
    "place", "row", "org_id", "new_id", "what", "depth", "seen", "name", "code", "credit_code", "kind", "level", "region_id",
    "line_id", "parent_id", "established_on", "organisation", "differs", "findings",
)  # fmt: skip
TYPES = """place int4, "row" int4, org_id uuid, new_id uuid, what text, depth int4, seen int8, name text, code text,
    credit_code text, kind text, level text, region_id text, line_id uuid, parent_id uuid, established_on date,
    organisation uuid, differs text, findings text"""
MINE = f"{NAME} s"
# The units and those above them, in one order: what is founded below them asks for the superiors one by one.
LOCK_ALL = f"""SELECT 1 FROM registry_organisation WHERE id IN (SELECT org_id FROM {MINE} UNION SELECT parent_id FROM {MINE})
    ORDER BY id FOR NO KEY UPDATE"""
LOCK = f"SELECT 1 FROM registry_organisation WHERE id IN (SELECT org_id FROM {MINE}) ORDER BY id FOR UPDATE"
MOVED_KNOWN = f"""UPDATE {NAME} s SET what = 'moved' WHERE s.what = 'changed'
    AND s.seen IS DISTINCT FROM (SELECT {PRINT} FROM registry_organisation o WHERE o.id = s.org_id)"""
MOVED_NEW = f"""UPDATE {NAME} s SET what = 'moved' FROM registry_organisation o WHERE s.what = 'new'
    AND (o.credit_code = s.credit_code OR o.code = coalesce(s.code, s.credit_code))"""
# Who stands under a superior that was not founded, or has ended since, cannot be founded either.
MOVED_BELOW = f"""UPDATE {NAME} s SET what = 'moved' WHERE s.what = 'new'
    AND NOT EXISTS (SELECT 1 FROM registry_organisation o WHERE o.id = s.parent_id AND o.ended_on IS NULL)
    AND NOT EXISTS (SELECT 1 FROM {NAME} a WHERE a.new_id = s.parent_id AND a.what = 'new')"""
EARLIER = f"""INSERT INTO plans_earlier (batch_id, place, facts, sealed)
    SELECT %(batch)s, s.place, to_jsonb(o), '' FROM {MINE} JOIN registry_organisation o ON o.id = s.org_id
    WHERE s.what = 'changed'"""
CHANGED = f"""UPDATE registry_organisation o SET
    name = CASE WHEN s.differs LIKE '%%"name"%%' THEN s.name ELSE o.name END,
    credit_code = coalesce(o.credit_code, s.credit_code), region_id = coalesce(s.region_id, o.region_id)
    FROM {MINE} WHERE s.what = 'changed' AND o.id = s.org_id"""
TO_FOUND = f"""SELECT new_id, name, code, credit_code, kind, level, region_id, line_id, parent_id, established_on
    FROM {MINE} WHERE s.what = 'new' ORDER BY depth, place"""
DROP_RESULTS = f"DELETE FROM plans_batchrow r USING {MINE} WHERE r.batch_id = %(batch)s AND r.place = s.place"
RESULTS = f"""INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    fact_id, differs, findings, written_print)
    SELECT %(batch)s, %(office)s, %(path)s, %(line_path)s, s.place, s.row,
        CASE s.what WHEN 'moved' THEN 'held' ELSE s.what END, s.organisation, o.id, s.differs::jsonb,
        CASE WHEN s.what = 'moved'
            THEN '[{{"code":"ROLL_MOVED","column":"name","severity":"hold","params":null}}]'::jsonb
            ELSE s.findings::jsonb END, CASE WHEN o.id IS NOT NULL THEN {PRINT} END
    FROM {MINE} LEFT JOIN registry_organisation o ON s.what <> 'moved'
        AND o.id = CASE s.what WHEN 'new' THEN s.new_id ELSE s.org_id END"""


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
        for statement in (LOCK_ALL, LOCK, MOVED_KNOWN, MOVED_NEW):
            cursor.execute(statement)
        while True:  # one level of the tree at a time
            cursor.execute(MOVED_BELOW)
            if not cursor.rowcount:
                break
        for statement in (EARLIER, CHANGED):
            cursor.execute(statement, params)
        cursor.execute(TO_FOUND)
        wanted = cursor.fetchall()
        for each in wanted:
            _found(*each)
        for statement in (DROP_RESULTS, RESULTS):
            cursor.execute(statement, params)
        unstage(cursor, NAME)
    audit.record(
        "organisations.written", by=by, at=at, subject=batch, facts={"rows": packed.rows, "new": len(wanted)}
    )


def _found(
    key: UUID,
    name: str,
    code: str | None,
    credit_code: str | None,
    kind: str,
    level: str,
    region_id: str | None,
    line_id: UUID | None,
    parent_id: UUID,
    established_on: date,
) -> None:
    above = Organisation.objects.select_related("line").get(pk=parent_id)
    facts: dict[str, Any] = {
        "id": key,
        "name": name,
        "code": code or credit_code or f"{above.code[:28]}-{key.hex[-8:]}",
        "credit_code": credit_code,
        "kind": kind,
        "level": level,
        "region_id": region_id or above.region_id,
    }
    if line_id is not None:
        facts["line"] = Organisation.objects.get(pk=line_id)
    organisations.found(facts, under=above, on=established_on)
