"""Who of a roster is known: asked of the narrow table of tokens, so that the roll itself is read for those alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from django.db import connection
from numpy.typing import NDArray

from niangjia.registry.kinds.sql import PRINT

ByteRows = NDArray[np.uint8]
Places = NDArray[np.intp]
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
    JOIN registry_identitytoken t ON t.number_token = a.token
    JOIN registry_person p ON p.id = t.person_id
    LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    LEFT JOIN registry_employer e ON e.id = p.employer_id
    ORDER BY a.ask) TO STDOUT (FORMAT csv, HEADER)"""
# Texts and not arrays: a list of Python strings would be quoted one by one.
LIKELY = """COPY (SELECT DISTINCT a.place - 1 AS ask
    FROM unnest(string_to_array(%s, E'\\x1f'), string_to_array(%s, E'\\x1f'), string_to_array(%s, E'\\x1f', ''))
        WITH ORDINALITY a(token, name_key, birth_on, place)
    JOIN registry_identitytoken t ON t.phone_token = a.token::uuid
        AND t.name_birth = registry_name_birth(a.name_key, a.birth_on::date)) TO STDOUT (FORMAT csv, HEADER)"""
SEPARATOR = "\x1f"


def known_by(tokens: ByteRows) -> pl.DataFrame:
    """Return what the register holds of each person known by one of ``tokens``.

    Args:
        tokens: (n, 16) bytes: blind indexes of ID numbers.

    Returns:
        ``ask`` (the place in ``tokens``) and the columns of ``KNOWN``, as texts; only of those that are known.
    """
    return _asked(KNOWN, _in_order(tokens), lambda places: [tokens[places].tobytes(), len(places)])


def likely_known(rows: pl.DataFrame) -> pl.Series:
    """Return the places of those whose name, phone and birth date somebody on the register has.

    Args:
        rows: ``phone_token`` (16 bytes), ``name_key``, ``birth_on``; only the last may be null.
    """
    asked = rows.select(
        pl.col("phone_token").bin.encode("hex"),
        pl.col("name_key").str.replace_all(SEPARATOR, "", literal=True),
        pl.col("birth_on").cast(pl.String).fill_null(""),
    )
    places = rows["phone_token"].arg_sort().to_numpy()
    return _asked(LIKELY, places, lambda mine: [text.str.join(SEPARATOR).item() for text in asked[mine]])[
        "ask"
    ]


def _in_order(tokens: ByteRows) -> Places:
    """Return the places of tokens in the order of the index, whose pages are then met one after the other."""
    return np.argsort(np.ascontiguousarray(tokens).view(">u8")[:, 0]) if len(tokens) else np.arange(0)


def _asked(copy: str, places: Places, said: Callable[[Places], list[Any]]) -> pl.DataFrame:
    """Return what is answered about these places, some at a time."""
    firsts = range(0, len(places), AT_ONCE) or [0]
    return pl.concat(_part(copy, said, places[first : first + AT_ONCE]) for first in firsts)


def _part(copy: str, said: Callable[[Places], list[Any]], places: Places) -> pl.DataFrame:
    with connection.cursor() as cursor, cursor.copy(copy, said(places)) as answer:
        told = b"".join(bytes(part) for part in answer)
    frame = pl.read_csv(io.BytesIO(told), infer_schema=False)
    return frame.with_columns(
        pl.Series("ask", places[frame["ask"].cast(pl.Int64).to_numpy()], dtype=pl.Int64)
    )
