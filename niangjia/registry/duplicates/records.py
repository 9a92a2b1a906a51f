"""A record as it stood: put aside before a merge, written back when it is taken apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.foundation import vault
from niangjia.registry.kinds.sql import PLACES
from niangjia.registry.models import Person
from niangjia.registry.persons import TABLE, token_of

Facts = dict[str, Any]
NUMBER, PHONE = "id", "phone"
# What of a record may have been corrected since: all but where it lies, which follows the rolls, and what is derived.
PLAIN = (
    "name", "name_key", "id_kind", "sex", "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region_id",
    "employer_id", "first_joined_on", "checked_by",
)  # fmt: skip
SECRET = ("id_number", "earlier_numbers", "phone", "address")
COLUMNS = (*PLAIN, "secrets_print", "created_at", "changed_at")
# Each token for itself, whichever row of the register it stands in.
TOKENS_OF = """(SELECT t.person_id, 'id' AS kind, t.number_token AS token, NULL::int8 AS name_birth,
        t.number_version AS key_version FROM registry_identitytoken t WHERE t.number_token IS NOT NULL
    UNION ALL SELECT t.person_id, 'phone', t.phone_token, t.name_birth, t.phone_version FROM registry_identitytoken t
        WHERE t.phone_token IS NOT NULL)"""
TAKEN = f"""SELECT (to_jsonb(p) - 'secrets') || jsonb_build_object('tokens', (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'kind', t.kind, 'token', t.token, 'name_birth', t.name_birth, 'key_version', t.key_version)
        ORDER BY t.kind, t.token), '[]')
        FROM {TOKENS_OF} t WHERE t.person_id = p.id)), p.secrets
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
# The phone stands beside the first number.
TOKENS = """WITH x AS (SELECT * FROM jsonb_to_recordset(%(tokens)s::jsonb)
        x(kind text, token uuid, name_birth int8, key_version int2)),
    n AS (SELECT row_number() OVER (ORDER BY token) - 1 AS place, token, key_version FROM x WHERE kind = 'id'),
    f AS (SELECT 0 AS place, token, key_version, name_birth FROM x WHERE kind = 'phone' LIMIT 1)
    INSERT INTO registry_identitytoken (person_id, place, number_token, number_version, phone_token, phone_version, name_birth)
    SELECT p.id, place, n.token, n.key_version, f.token, f.key_version,
        CASE WHEN f.token IS NOT NULL THEN coalesce(f.name_birth, registry_name_birth(p.name_key, p.birth_on)) END
    FROM registry_person p, n FULL JOIN f USING (place) WHERE p.id = %(person)s"""


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
        cursor.execute(TOKENS, {"tokens": json.dumps(tokens), "person": person})


def tokens_by(person: Person, secrets: Mapping[str, str]) -> list[Facts]:
    """Return by what a person is found (``persons.token_of``), each token for itself."""
    token = token_of(person, secrets)
    number = [plain(NUMBER, token.number_token, token.number_version)] if token.number_token else []
    return number + ([plain(PHONE, token.phone_token, token.phone_version)] if token.phone_token else [])


def plain(kind: str, token: UUID | None, key_version: int | None) -> Facts:
    """Return one token as a merge keeps it."""
    return {"kind": kind, "token": str(token), "key_version": key_version}


def secrets_of(person: UUID, sealed: bytes) -> dict[str, str]:
    """Return what is sealed in a record, at whichever time."""
    return dict(vault.open_sealed(sealed, table=TABLE, row_id=person, fields=SECRET))


def corrected(now: Facts, after: Facts) -> list[str]:
    """Return the plain columns that are not what the merge left."""
    return [name for name in PLAIN if now[name] != after[name]]


def _run(statement: str, **params: str | bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
