"""Who of a roster is known: asked of the narrow table of tokens, so that the roll itself is read for those alone."""

from __future__ import annotations

import io

import polars as pl
from django.db import connection

from niangjia.foundation.plans.copying import days, ids, integers, packed, texts
from niangjia.registry.kinds.sql import PRINT

ASKED = """CREATE TEMP TABLE registry_asked (place int4 NOT NULL, number_token uuid NOT NULL, phone_token uuid, name_key text,
    birth_on date) ON COMMIT DROP"""
COPIED = "COPY registry_asked ({}) FROM STDIN (FORMAT binary)"
# Thousands of look-ups in an index, whatever PostgreSQL believes of a table that it has not seen before.
LOOKED_UP = "SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0}"
KNOWN = f"""COPY (
    SELECT a.place, p.id AS person_id, p.path AS person_path, p.name AS known_name, p.id_kind AS known_id_kind,
        p.sex AS known_sex, p.birth_on AS known_birth_on, p."group" AS known_group, p.ethnic AS known_ethnic,
        p.education AS known_education, p.work_status AS known_work_status, p.hukou AS known_hukou,
        p.region_id AS known_region_id, e.name_key AS known_employer_key, e.credit_code AS known_employer_code,
        encode(p.secrets, 'hex') AS known_secrets, p.secrets_print AS known_print,
        p.line_path AS person_line_path, m.id AS membership_id, m.organisation_id AS known_organisation,
        (SELECT max(x.to_on) FROM registry_membership x WHERE x.person_id = p.id AND x.kind = 'primary') AS left_on,
        {PRINT} AS seen
    FROM registry_asked a
    JOIN registry_identitytoken t ON t.number_token = a.number_token
    JOIN registry_person p ON p.id = t.person_id
    LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    LEFT JOIN registry_employer e ON e.id = p.employer_id) TO STDOUT (FORMAT csv, HEADER)"""
# In the order of the index, whose pages are then met one after the other; the table itself is in that of the numbers.
LIKELY = """COPY (SELECT DISTINCT a.place
    FROM (SELECT * FROM registry_asked WHERE phone_token IS NOT NULL ORDER BY phone_token) a
    JOIN registry_identitytoken t ON t.phone_token = a.phone_token
        AND t.name_birth = registry_name_birth(a.name_key, a.birth_on)) TO STDOUT (FORMAT csv, HEADER)"""


def known_and_likely(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Return what the register holds of those whom it knows by their number, and the places of those who may be on it.

    Args:
        rows: ``place`` (any number), ``id_token`` (16 bytes), ``phone_token`` (16 bytes or null), ``name_key`` and ``birth_on``.

    Returns:
        ``place`` and the columns of ``KNOWN``, as texts; and the places of rows whose name, phone and birth date somebody has.
    """
    asked = rows.sort("id_token")
    told = packed(
        {
            "place": integers(asked["place"]),
            "number_token": ids(asked["id_token"]),
            "phone_token": ids(asked["phone_token"]),
            "name_key": texts(asked["name_key"]),
            "birth_on": days(asked["birth_on"]),
        }
    )
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        with cursor.copy(COPIED.format(", ".join(told.columns))) as copy:
            copy.write(told.content)
        cursor.execute(LOOKED_UP.format("off"))
        known, likely = _answer(KNOWN), _answer(LIKELY)
        cursor.execute(LOOKED_UP.format("on"))
        cursor.execute("DROP TABLE registry_asked")
    return known, likely["place"]


def _answer(copy: str) -> pl.DataFrame:
    with connection.cursor() as cursor, cursor.copy(copy) as answer:
        told = b"".join(bytes(part) for part in answer)
    return pl.read_csv(io.BytesIO(told), infer_schema=False).with_columns(pl.col("place").cast(pl.Int64))
