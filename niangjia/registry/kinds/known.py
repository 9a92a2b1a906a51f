"""Who of a roster is known: asked of the narrow table of tokens, so that the roll itself is read for those alone."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
from django.db import connection
from numpy.typing import NDArray

from niangjia.registry.kinds.sql import PRINT

ByteRows = NDArray[np.uint8]
AT_ONCE = 50_000
TOKENS = """SELECT n AS ask, encode(substring(%s::bytea FROM 16 * n + 1 FOR 16), 'hex')::uuid AS token
    FROM generate_series(0, %s - 1) n"""
KNOWN = f"""COPY (
    SELECT a.ask, p.id AS person_id, p.path AS person_path, p.name AS known_name, p.id_kind AS known_id_kind,
        p.sex AS known_sex, p.birth_on AS known_birth_on, p."group" AS known_group, p.ethnic AS known_ethnic,
        p.education AS known_education, p.work_status AS known_work_status, p.hukou AS known_hukou,
        p.region_id AS known_region_id, e.name_key AS known_employer_key, e.credit_code AS known_employer_code,
        encode(p.secrets, 'hex') AS known_secrets, p.secrets_print AS known_print,
        p.line_path AS person_line_path, m.id AS membership_id, m.organisation_id AS known_organisation,
        (SELECT max(x.to_on) FROM registry_membership x WHERE x.person_id = p.id AND x.kind = 'primary') AS left_on,
        {PRINT} AS seen
    FROM ({TOKENS}) a
    JOIN registry_identitytoken t ON t.token = a.token AND t.kind = 'id'
    JOIN registry_person p ON p.id = t.person_id
    LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    LEFT JOIN registry_employer e ON e.id = p.employer_id
    ORDER BY a.ask) TO STDOUT (FORMAT csv, HEADER)"""
LIKELY = f"""COPY (SELECT DISTINCT a.ask FROM ({TOKENS}) a
    JOIN registry_identitytoken t ON t.token = a.token AND t.kind = 'npb') TO STDOUT (FORMAT csv, HEADER)"""


def known_by(tokens: ByteRows) -> pl.DataFrame:
    """Return what the register holds of each person known by one of ``tokens``.

    Args:
        tokens: (n, 16) bytes: blind indexes of ID numbers.

    Returns:
        ``ask`` (the place in ``tokens``) and the columns of ``KNOWN``, as texts; only of those that are known.
    """
    return _asked(KNOWN, tokens)


def likely_known(tokens: ByteRows) -> pl.Series:
    """Return the places of those whose name, phone and birth date somebody on the register has."""
    return _asked(LIKELY, tokens)["ask"]


def _asked(copy: str, tokens: ByteRows) -> pl.DataFrame:
    parts = [_part(copy, tokens[at : at + AT_ONCE], at) for at in range(0, len(tokens), AT_ONCE)]
    return pl.concat(parts) if parts else _part(copy, tokens, 0)


def _part(copy: str, tokens: ByteRows, first: int) -> pl.DataFrame:
    with connection.cursor() as cursor, cursor.copy(copy, [tokens.tobytes(), len(tokens)]) as answer:
        told = b"".join(bytes(part) for part in answer)
    frame = pl.read_csv(io.BytesIO(told), infer_schema=False)
    return frame.with_columns(pl.col("ask").cast(pl.Int64) + first)
