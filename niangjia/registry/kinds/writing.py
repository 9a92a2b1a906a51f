"""One chunk of a roster into the register, by sets: from the stage, as the system (docs/algorithms/plans.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db import IntegrityError, connection, transaction
from numpy.typing import NDArray

from niangjia.core.ids import DRAW, DRAW_BYTES
from niangjia.foundation import audit, vault
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.copying import (
    Fixed,
    bigints,
    blobs,
    days,
    ids,
    integers,
    packed,
    rows_of,
    texts,
    uuids,
)
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.vault.bulk import pack_columns, seal_packed
from niangjia.foundation.vault.indexes import index_version
from niangjia.registry.deltas import folded
from niangjia.registry.kinds.sql import FOLLOWED, OF_PERSON, OF_SPELL, PLACES, PRINT
from niangjia.registry.persons import TABLE

Params = dict[str, Any]
TEXTS = ("what", "name", "name_key", "id_kind", "sex", "ethnic", "education", "work_status", "hukou", "region_id", "findings", "differs")  # fmt: skip
# Gone with the transaction: a chunk that is killed leaves nothing behind, and PostgreSQL knows its size.
STAGE = """CREATE TEMP TABLE registry_memberstage (place int4 NOT NULL, row int4 NOT NULL, person_id uuid NOT NULL,
    membership_id uuid NOT NULL, organisation_id uuid NOT NULL, id_token uuid NOT NULL, secrets_print uuid NOT NULL,
    secrets bytea NOT NULL, what text NOT NULL, seen int8, phone_token uuid, name text, name_key text,
    id_kind text, sex text, birth_on date, "group" text, ethnic text, education text, work_status text, hukou text,
    region_id text, employer_id uuid, from_on date, findings text, differs text) ON COMMIT DROP"""
COPIED = "COPY registry_memberstage ({}) FROM STDIN (FORMAT binary)"
MINE = "registry_memberstage s"

# Before anything else is locked, or a reorganisation and a chunk could wait for each other.
HOLD = """SELECT count(*) FROM registry_hold(%(unions)s::uuid[] || ARRAY(SELECT o.line_id FROM registry_organisation o
    WHERE o.line_id IS NOT NULL AND o.id = ANY(%(unions)s::uuid[])))"""
LOCK = f"SELECT 1 FROM registry_person WHERE id IN (SELECT person_id FROM {MINE} WHERE s.what <> 'new') ORDER BY id FOR UPDATE"
# What the register says now is not what the trial run saw: nothing is written, a person has to look.
MOVED_NEW = """UPDATE registry_memberstage s SET what = 'moved' FROM registry_identitytoken t
    WHERE s.what = 'new' AND t.number_token = s.id_token"""
MOVED_KNOWN = f"""UPDATE registry_memberstage s SET what = 'moved' WHERE s.what NOT IN ('new', 'moved')
    AND s.seen IS DISTINCT FROM (SELECT {PRINT} FROM registry_person p
        LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
        WHERE p.id = s.person_id)"""
# A union that has ended since takes nobody in any more.
MOVED_ENDED = """UPDATE registry_memberstage s SET what = 'moved' FROM registry_organisation o
    WHERE s.what IN ('new', 'return') AND o.id = s.organisation_id AND o.ended_on IS NOT NULL"""
WHATS = f"SELECT s.what, count(*) FROM {MINE} GROUP BY s.what"
EARLIER = """INSERT INTO plans_earlier (batch_id, place, person_id, facts, sealed)
    SELECT %(batch)s, s.place, p.id, (to_jsonb(p) - 'secrets') || jsonb_build_object(
        'spell_group', (SELECT m."group" FROM registry_membership m WHERE m.id = s.membership_id),
        'tokens', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'phone', 'token', t.phone_token, 'key_version',
            t.phone_version, 'name_birth', t.name_birth)), '[]')
            FROM registry_identitytoken t WHERE t.person_id = p.id AND t.phone_token IS NOT NULL)), p.secrets
    FROM registry_person p JOIN registry_memberstage s ON s.person_id = p.id
    WHERE s.what IN ('changed', 'return')"""
# The unions of this chunk, read once, and hashed: PostgreSQL would go through them for every row.
HERE = f"SELECT o.id, o.path, o.line_path, o.region_id, o.ended_on FROM {PLACES} o WHERE o.id = ANY(%(unions)s::uuid[])"
UNIONS = """unnest(%(union_ids)s::uuid[], %(union_paths)s::text[], %(union_lines)s::text[], %(union_regions)s::text[])
    o(id, path, line_path, region_id)"""
HASHED, NESTED = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop = on"
# Column → what of the stage ``s`` and the union ``o`` goes into it. What ``PRINT`` reads has its type: its hash is of it.
PERSON = {
    "id": "s.person_id", "organisation_id": "o.id", "path": "o.path", "line_path": "o.line_path", "name": "s.name",
    "name_key": "s.name_key", "id_kind": "s.id_kind", "sex": "coalesce(s.sex, '0')", "birth_on": "s.birth_on",
    '"group"': """coalesce(s."group", '')""", "ethnic": "coalesce(s.ethnic, '')",
    "education": "coalesce(s.education, '')", "work_status": "coalesce(s.work_status, '')",
    "hukou": "coalesce(s.hukou, '')", "region_id": "s.region_id", "employer_id": "s.employer_id",
    "first_joined_on": "s.from_on", "secrets": "s.secrets", "secrets_print": "s.secrets_print", "checked_by": "''::text",
    "created_at": "%(at)s::timestamptz", "changed_at": "%(at)s::timestamptz",
}  # fmt: skip
SPELL = {
    "id": "s.membership_id", "person_id": "s.person_id", "organisation_id": "o.id", "path": "o.path",
    "line_path": "o.line_path", "kind": "'primary'::text", "status": "'active'::text", "name_then": "s.name",
    '"group"': """coalesce(s."group", '')""", "region_code": "coalesce(o.region_id, '')", "from_on": "s.from_on",
    "to_on": "NULL::date", "channel": "'roster'::text", "end_reason": "''::text", "opened_at": "%(at)s::timestamptz",
}  # fmt: skip
FROM_STAGE = (
    f"FROM registry_memberstage s JOIN {UNIONS} ON o.id = s.organisation_id WHERE s.what = '{{what}}'"
)
INSERT = "INSERT INTO {table} ({columns}) SELECT {values} {rows}"
PERSONS = INSERT.format(
    table="registry_person",
    columns=", ".join(PERSON),
    values=", ".join(PERSON.values()),
    rows=FROM_STAGE.format(what="new"),
)
# In the order of the index that is largest, whose pages are then met one after the other.
TOKENS = """INSERT INTO registry_identitytoken (person_id, place, number_token, number_version, phone_token, phone_version,
    name_birth)
    SELECT person_id, 0, id_token, %(id_version)s, phone_token, CASE WHEN phone_token IS NOT NULL THEN %(phone_version)s END,
        CASE WHEN phone_token IS NOT NULL THEN registry_name_birth(name_key, birth_on) END
    FROM registry_memberstage WHERE what = 'new' ORDER BY id_token"""
CHANGED = """UPDATE registry_person p SET name = coalesce(s.name, p.name), name_key = coalesce(s.name_key, p.name_key),
    sex = coalesce(s.sex, p.sex), birth_on = coalesce(s.birth_on, p.birth_on),
    "group" = coalesce(nullif(s."group", ''), p."group"), ethnic = coalesce(nullif(s.ethnic, ''), p.ethnic),
    education = coalesce(nullif(s.education, ''), p.education),
    work_status = coalesce(nullif(s.work_status, ''), p.work_status), hukou = coalesce(nullif(s.hukou, ''), p.hukou),
    region_id = coalesce(s.region_id, p.region_id), employer_id = coalesce(s.employer_id, p.employer_id),
    secrets = CASE WHEN s.secrets_print = p.secrets_print THEN p.secrets ELSE s.secrets END,
    secrets_print = s.secrets_print, changed_at = %(at)s
    FROM registry_memberstage s WHERE s.what IN ('changed', 'return') AND p.id = s.person_id"""
RETURNED = f"""UPDATE registry_person p SET organisation_id = o.id, path = o.path, line_path = o.line_path,
    first_joined_on = coalesce(p.first_joined_on, s.from_on)
    FROM registry_memberstage s JOIN {UNIONS} ON o.id = s.organisation_id
    WHERE s.what = 'return' AND p.id = s.person_id"""
# The token follows phone, name and birth date, so that the next roster finds the person by them.
PHONES = """UPDATE registry_identitytoken t SET phone_token = coalesce(s.phone_token, t.phone_token),
    phone_version = CASE WHEN s.phone_token IS NULL THEN t.phone_version ELSE %(phone_version)s END,
    name_birth = registry_name_birth(p.name_key, p.birth_on)
    FROM registry_memberstage s JOIN registry_person p ON p.id = s.person_id
    WHERE s.what IN ('changed', 'return') AND t.person_id = s.person_id AND t.place = 0
    AND coalesce(s.phone_token, t.phone_token) IS NOT NULL"""
SPELLS = INSERT.format(
    table="registry_membership", columns=", ".join(SPELL), values=", ".join(SPELL.values()), rows=FROM_STAGE
)
# Counted by the narrow key first: a roster has nearly as many days as rows.
DELTAS = folded(f"""SELECT o.id AS organisation_id, o.path, o.line_path, coalesce(o.region_id, '') AS region_code,
    d.name AS "group", d.day, d.n
    FROM (SELECT s.organisation_id, s.from_on AS day, coalesce(s."group", '') AS name, count(*) AS n
        FROM registry_memberstage s WHERE s.what IN ('new', 'return') GROUP BY 1, 2, 3) d
    JOIN {UNIONS} ON o.id = d.organisation_id""")
# A spell has one group for its whole length: what moves, moves on the day on which it began.
REGROUPED_DELTAS = folded("""SELECT m.organisation_id, m.path, m.line_path, m.region_code, g.name AS "group",
        m.from_on AS day, sum(g.n) AS n
    FROM registry_memberstage s JOIN registry_membership m ON m.id = s.membership_id
    CROSS JOIN LATERAL (VALUES (m."group", -1), (s."group", 1)) g(name, n)
    WHERE s.what = 'changed' AND s."group" <> '' AND s."group" <> m."group" AND NOT m.is_retained
    GROUP BY m.organisation_id, m.path, m.line_path, m.region_code, m.from_on, g.name""")
REGROUPED = """UPDATE registry_membership m SET "group" = s."group" FROM registry_memberstage s
    WHERE s.what = 'changed' AND m.id = s.membership_id
    AND s."group" <> '' AND s."group" <> m."group" """
# The new ones have no result yet.
DROP_RESULTS = f"""DELETE FROM plans_batchrow r USING {MINE} WHERE s.what IN ('changed', 'moved')
    AND r.batch_id = %(batch)s AND r.place = s.place"""
INTO_RESULTS = """INSERT INTO plans_batchrow (batch_id, organisation_id, path, line_path, place, row, verdict, target_id,
    person_id, fact_id, differs, findings, written_print)"""
RESULTS = f"""{INTO_RESULTS}
    SELECT %(batch)s, %(office)s, %(path)s, %(line_path)s, s.place, s.row,
        CASE s.what WHEN 'moved' THEN 'held' WHEN 'changed' THEN 'changed' ELSE 'new' END, s.organisation_id,
        p.id, CASE WHEN p.id IS NOT NULL THEN s.membership_id END, s.differs::jsonb,
        CASE WHEN s.what = 'moved'
            THEN '[{{"code":"ROLL_MOVED","column":"id_number","severity":"hold","params":null}}]'::jsonb
            ELSE s.findings::jsonb END,
        CASE WHEN p.id IS NOT NULL THEN {PRINT} END
    FROM registry_memberstage s """
# ``PRINT`` of what has just been written, from what it was written of: nothing is looked up in a table of millions.
NEW_PRINT = ", ".join([PERSON[name] for name in OF_PERSON] + [SPELL[name] for name in OF_SPELL])
NEW_RESULTS = f"""{INTO_RESULTS}
    SELECT %(batch)s, %(office)s, %(path)s, %(line_path)s, s.place, s.row, 'new', o.id, s.person_id, s.membership_id,
        s.differs::jsonb, s.findings::jsonb, hash_record_extended(ROW({NEW_PRINT}), 0)
    {FROM_STAGE.format(what="new")}"""
OTHER_RESULTS = f"""{RESULTS} LEFT JOIN registry_person p ON p.id = s.person_id AND s.what <> 'moved'
    LEFT JOIN registry_membership m ON m.id = s.membership_id AND s.what <> 'moved' WHERE s.what <> 'new'"""
# Who is made here is named by what the keys of one draw have in common; everybody else by a row.
ABOUT = f"""SELECT s.person_id FROM {MINE} WHERE s.what <> 'moved'
    AND (s.what <> 'new' OR left(s.person_id::text, {DRAW}) <> %s)"""
CLEAR = "DROP TABLE registry_memberstage"

FOR_ALL = (
    HASHED, PERSONS, SPELLS.format(what="new"), NEW_RESULTS, DELTAS, NESTED,
)  # fmt: skip
FOR_KNOWN = (
    CHANGED, RETURNED, SPELLS.format(what="return"), FOLLOWED.format(whom=f"SELECT s.person_id FROM {MINE} WHERE s.what = 'return'"),
    PHONES, REGROUPED_DELTAS, REGROUPED,
)  # fmt: skip
KNOWN = {"changed", "return"}


def write(packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
    """Write one chunk in the current transaction."""
    known, params = packed.known, _params(batch, at)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPIED.format(", ".join(known["columns"]))) as copy:
            copy.write(packed.content)
        cursor.execute(HOLD, known)
        params |= _unions(cursor, known)
        counts = _counted(cursor, known["whats"], params)
        for statement in _statements(counts):
            cursor.execute(statement, params)
    drawn = known["drawn"] if counts.get("new") else None
    made_here = set(counts) <= {"new", "moved"} and known["drawn_once"]
    audit.record_bulk(
        "members.written", by=by, at=at, subject=batch, drawn=drawn, each_once=True,
        persons_from=None if made_here else (ABOUT, [drawn or ""]),
        facts={"rows": packed.rows, "moved": counts.get("moved", 0)},
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)


def _unions(cursor: Any, known: Mapping[str, Any]) -> Params:
    """Return the unions of the chunk, column by column, and whether one of them has ended."""
    cursor.execute(HERE, known)
    names = ("union_ids", "union_paths", "union_lines", "union_regions", "ended")
    columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _counted(cursor: Any, whats: Mapping[str, int], params: Params) -> Mapping[str, int]:
    """Lock who is known, number who is new, and return the rows by what becomes of them: fewer where something has moved."""
    moved = 0
    if set(whats) != {"new"}:
        cursor.execute(LOCK)
        cursor.execute(MOVED_KNOWN)
        moved += cursor.rowcount
    if any(params["ended"]):
        cursor.execute(MOVED_ENDED)
        moved += cursor.rowcount
    if "new" in whats:
        moved += _numbered(cursor, params)
    if not moved:
        return whats
    cursor.execute(WHATS)
    return dict(cursor.fetchall())


def _numbered(cursor: Any, params: Params) -> int:
    """Give the new ones their numbers, and return how many of these came in meanwhile.

    The index itself says so, and it is rare; then these rows are marked, and the rest goes in.
    """
    moved = 0
    while True:
        try:
            with transaction.atomic():
                cursor.execute(TOKENS, params)
        except IntegrityError:
            cursor.execute(MOVED_NEW)
            if not cursor.rowcount:
                raise
            moved += cursor.rowcount
        else:
            return moved


def _statements(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return what has to be done for these rows: most rosters have nobody who is known, or few."""
    known = KNOWN & set(counts)
    if not known and "moved" not in counts:
        return FOR_ALL
    return ((EARLIER, *FOR_ALL, *FOR_KNOWN) if known else FOR_ALL) + (DROP_RESULTS, OTHER_RESULTS)


def _params(batch: Batch, at: datetime) -> Params:
    return {
        "batch": batch.pk,
        "at": at,
        "office": batch.organisation_id,
        "path": batch.path,
        "line_path": batch.line_path,
        "id_version": index_version(vault.Purpose.IDENTITY),
        "phone_version": index_version(vault.Purpose.PHONE),
    }


def pack(rows: pl.DataFrame, *, at: datetime) -> Packed:
    """Return what the stage is filled with: sealed, indexed, fingerprinted. Asks the database nothing."""
    secret = pack_columns(
        {name: rows[name].to_list() for name in ("id_number", "earlier_numbers", "phone", "address")}
    )
    persons = rows_of(rows["person_id"])
    sealed = seal_packed(secret, table=TABLE, row_ids=np.ascontiguousarray(persons), at=at)
    copied = packed(
        {
            "place": integers(rows["place"]),
            "row": integers(rows["row"]),
            "person_id": Fixed(persons),
            "membership_id": Fixed(rows_of(rows["membership_id"])),
            "organisation_id": Fixed(rows_of(uuids(rows["organisation"]))),
            "id_token": Fixed(rows_of(rows["id_token"])),
            "secrets_print": Fixed(vault.fingerprint_many(secret)),
            "secrets": blobs(sealed),
            "seen": bigints(rows["seen"]),
            **{name: ids(rows[name]) for name in ("phone_token", "employer_id")},
            **{name: days(rows[name]) for name in ("birth_on", "from_on")},
            **{name: texts(rows[name]) for name in TEXTS},
            '"group"': texts(rows["group"]),
        }
    )
    return Packed(copied.content, rows.height, _known(rows, persons) | {"columns": copied.columns})


def _known(rows: pl.DataFrame, persons: NDArray[np.uint8]) -> Params:
    """Return which unions the rows name, what becomes of them, and the draw of the new ones: what need not be asked of the stage."""
    new = persons[(rows["what"] == "new").to_numpy()]
    return {
        "unions": [UUID(each) for each in rows["organisation"].unique()],
        "whats": dict(rows["what"].value_counts().iter_rows()),
        "drawn": str(UUID(bytes=new[0].tobytes()))[:DRAW] if len(new) else None,
        "drawn_once": bool((new[:, :DRAW_BYTES] == new[:1, :DRAW_BYTES]).all()),
    }
