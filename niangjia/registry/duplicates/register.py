"""Records as columns, with or without what is sealed in them: what the finder compares."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import polars as pl
from django.db import connection

from niangjia.foundation import audit, vault
from niangjia.foundation.actors import Actor, Scope
from niangjia.registry.duplicates.fields import SECRET
from niangjia.registry.persons import TABLE

AT_ONCE = 50_000
PURPOSE = "duplicates"
BY_PHONE = "(SELECT t.phone_token FROM registry_identitytoken t WHERE t.person_id = p.id AND t.place = 0)"
PLAIN = """COPY (SELECT p.id, p.path, p.line_path, p.name_key, p.id_kind, p.birth_on, p.sex,
        p.employer_id AS employer_key, p.organisation_id AS union_key,
        {by_phone} AS phone_token
    FROM registry_person p WHERE {where} ORDER BY p.id) TO STDOUT (FORMAT csv)"""
PLAIN_COLUMNS = (
    "id", "path", "line_path", "name_key", "id_kind", "birth_on", "sex", "employer_key", "union_key", "phone_token",
)  # fmt: skip
SEALED = "SELECT id, secrets FROM registry_person WHERE id = ANY(%s) ORDER BY id"
FACTS = """SELECT p.id::text, p.name, p.sex, p.birth_on::text, p."group", p.ethnic, p.education, p.work_status, p.hukou,
        p.region_id, p.employer_id::text, m.organisation_id::text
    FROM registry_person p LEFT JOIN registry_membership m
        ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    WHERE p.id = ANY(%s)"""
FACT_COLUMNS = (
    "id", "name", "sex", "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region", "employer", "roll",
)  # fmt: skip


def plain_of_scope(scope: Scope) -> pl.DataFrame:
    """Return the records in ``scope`` with what is not sealed, a text for each column, in the order of their ids."""
    column = "p.line_path" if scope.line else "p.path"
    return _plain(f"{column} >= %s AND {column} < %s", [scope.lo, scope.hi], by_phone=BY_PHONE)


def plain_of(persons: Sequence[UUID]) -> pl.DataFrame:
    """Return some records with what is not sealed; without the token, which no office may read."""
    return _plain("p.id = ANY(%s)", [list(persons)], by_phone="NULL::uuid")


def _plain(where: str, params: Sequence[object], *, by_phone: str) -> pl.DataFrame:
    parts = [_frame(text) for text in _copied(PLAIN.format(where=where, by_phone=by_phone), params)]
    frame = pl.concat(parts) if parts else _frame(b"")
    return frame.with_columns(pl.col("birth_on").str.to_date())


def _copied(statement: str, params: Sequence[object]) -> Iterator[bytes]:
    """Return the answer in pieces of whole rows, so that text and columns of the register are not both held at once."""
    held: list[bytes] = []
    with connection.cursor() as cursor, cursor.copy(statement, params) as answer:
        for row in answer:
            held.append(bytes(row))
            if len(held) == AT_ONCE:
                yield b"".join(held)
                held = []
    if held:
        yield b"".join(held)


def _frame(text: bytes) -> pl.DataFrame:
    schema = dict.fromkeys(PLAIN_COLUMNS, pl.String)
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(io.BytesIO(text), has_header=False, schema=schema)


def opened(persons: Sequence[UUID], *, by: Actor, at: datetime) -> pl.DataFrame:
    """Return ``id`` and the sealed fields of some records, in the order of their ids; those that are gone are left out.

    One event says that they were opened, and why; each person can ask for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEALED, [list(persons)])
        rows = cursor.fetchall()
    ids = [row_id.bytes for row_id, _ in rows]
    fields = vault.open_many([bytes(sealed) for _, sealed in rows], table=TABLE, row_ids=ids, fields=SECRET)
    if rows:
        keys = np.frombuffer(b"".join(ids), dtype=np.uint8).reshape(-1, 16)
        facts = {"fields": sorted(SECRET), "purpose": PURPOSE, "rows": len(rows)}
        audit.record_bulk("persons.compared", by=by, at=at, persons=keys, facts=facts)
    texts = {name: pl.Series(values, dtype=pl.String).replace("", None) for name, values in fields.items()}
    return pl.DataFrame({"id": pl.Series([str(row_id) for row_id, _ in rows], dtype=pl.String), **texts})


def beside(plain: pl.DataFrame, secrets: pl.DataFrame) -> pl.DataFrame:
    """Return the records with what was opened, put side by side; both are in the order of their ids.

    A join would have held a table of all ids, and both frames twice.
    """
    if plain.height != secrets.height:  # somebody is gone since
        plain = plain.filter(pl.col("id").is_in(secrets["id"].implode()))
    return plain.hstack(secrets.drop("id"))


def facts_of(persons: Collection[UUID]) -> pl.DataFrame:
    """Return ``id`` and what else one may have to choose between, not sealed: see ``fields``."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(persons)])
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=dict.fromkeys(FACT_COLUMNS, pl.String), orient="row")


def prints(rows: pl.DataFrame) -> pl.Series:
    """Return for each record a keyed fingerprint of what the finder compares, its place aside.

    Args:
        rows: with ``id_number``, ``phone`` and the plain columns.
    """
    said = rows.select(
        pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("id_kind", "id_number", "phone", "name_key", "birth_on", "sex")],
            separator="\x1f",
        )
    ).to_series()  # fmt: skip
    made = vault.blind_index_many(vault.Purpose.FINGERPRINT, "pair", said.to_list())
    return pl.Series([str(UUID(bytes=row.tobytes())) for row in made], dtype=pl.String)
