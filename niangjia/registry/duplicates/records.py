"""A record as it stood: put aside before a merge, written back when it is taken apart."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.foundation import vault
from niangjia.registry.kinds.sql import PLACES
from niangjia.registry.persons import TABLE

Facts = dict[str, Any]
# What of a record may have been corrected since: all but where it lies, which follows the rolls, and what is derived.
PLAIN = (
    "name", "name_key", "id_kind", "sex", "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region_id",
    "employer_id", "first_joined_on", "checked_by",
)  # fmt: skip
SECRET = ("id_number", "earlier_numbers", "phone", "address")
COLUMNS = (*PLAIN, "secrets_print", "created_at", "changed_at")
TAKEN = """SELECT (to_jsonb(p) - 'secrets') || jsonb_build_object('tokens', (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'kind', t.kind, 'token', t.token, 'name_birth', t.name_birth, 'key_version', t.key_version)
        ORDER BY t.kind, t.token), '[]')
        FROM registry_identitytoken t WHERE t.person_id = p.id)), p.secrets
    FROM registry_person p WHERE p.id = %s"""
_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_VALUES = ", ".join(f'b."{name}"' for name in COLUMNS)
# The path is the present one of the organisation: a reorganisation may have come between.
INSERTED = f"""INSERT INTO registry_person (id, organisation_id, path, line_path, secrets, {_NAMES})
    SELECT b.id, o.id, o.path, o.line_path, %(sealed)s, {_VALUES}
    FROM jsonb_populate_record(NULL::registry_person, %(facts)s::jsonb) b JOIN {PLACES} o ON o.id = b.organisation_id"""
UPDATED = f"""UPDATE registry_person p SET secrets = %(sealed)s, organisation_id = o.id, path = o.path,
    line_path = o.line_path, {", ".join(f'"{name}" = b."{name}"' for name in COLUMNS)}
    FROM jsonb_populate_record(NULL::registry_person, %(facts)s::jsonb) b JOIN {PLACES} o ON o.id = b.organisation_id
    WHERE p.id = b.id"""
DROP_TOKENS = "DELETE FROM registry_identitytoken WHERE person_id = %s"
TOKENS = """INSERT INTO registry_identitytoken (kind, token, name_birth, key_version, person_id)
    SELECT x.kind, x.token, CASE x.kind WHEN 'phone' THEN coalesce(x.name_birth, registry_name_birth(p.name_key, p.birth_on))
        END, x.key_version, p.id
    FROM registry_person p,
        jsonb_to_recordset(%s::jsonb) x(kind text, token uuid, name_birth int8, key_version int2) WHERE p.id = %s"""


def taken(person: UUID) -> tuple[Facts, bytes]:
    """Return a record with its tokens as plain values, and its secrets as they are sealed."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [person])
        facts, sealed = cursor.fetchone()
    return (json.loads(facts) if isinstance(facts, str) else facts), bytes(sealed)


def insert(facts: Facts, sealed: bytes) -> None:
    """Write a record that is not there."""
    _run(INSERTED, facts=json.dumps(facts), sealed=sealed)


def update(facts: Facts, sealed: bytes) -> None:
    """Write a record that is there."""
    _run(UPDATED, facts=json.dumps(facts), sealed=sealed)


def drop_tokens(person: UUID) -> None:
    """Let the record be found by nothing."""
    with connection.cursor() as cursor:
        cursor.execute(DROP_TOKENS, [person])


def write_tokens(person: UUID, tokens: list[Facts]) -> None:
    """Let the record be found by exactly these tokens."""
    drop_tokens(person)
    with connection.cursor() as cursor:
        cursor.execute(TOKENS, [json.dumps(tokens), person])


def secrets_of(person: UUID, sealed: bytes) -> dict[str, str]:
    """Return what is sealed in a record, at whichever time."""
    return dict(vault.open_sealed(sealed, table=TABLE, row_id=person, fields=SECRET))


def corrected(now: Facts, after: Facts) -> list[str]:
    """Return the plain columns that are not what the merge left."""
    return [name for name in PLAIN if now[name] != after[name]]


def _run(statement: str, **params: str | bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
