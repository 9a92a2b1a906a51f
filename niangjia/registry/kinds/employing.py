"""The employers of a roster: found, or founded, once for the whole batch and before its chunks."""

from __future__ import annotations

import polars as pl
from django.db import connection

from niangjia.foundation.plans.models import Batch

# A killed batch that is carried out again finds its own: the key follows from the batch and the employer.
WITH_CODE = """INSERT INTO registry_employer (id, name, name_key, credit_code)
    SELECT md5(%(batch)s::text || d.code)::uuid, d.name, d.key, d.code
    FROM unnest(%(names)s::text[], %(keys)s::text[], %(codes)s::text[]) d(name, key, code)
    WHERE NOT EXISTS (SELECT 1 FROM registry_employer e WHERE e.credit_code = d.code) ON CONFLICT DO NOTHING"""
WITHOUT = """INSERT INTO registry_employer (id, name, name_key)
    SELECT md5(%(batch)s::text || d.key)::uuid, d.name, d.key
    FROM unnest(%(names)s::text[], %(keys)s::text[]) d(name, key)
    WHERE NOT EXISTS (SELECT 1 FROM registry_employer e WHERE e.name_key = d.key) ON CONFLICT DO NOTHING"""
BY_CODE = """SELECT d.n, e.id FROM unnest(%(codes)s::text[]) WITH ORDINALITY d(code, n)
    JOIN registry_employer e ON e.credit_code = d.code"""
BY_KEY = """SELECT DISTINCT ON (d.n) d.n, e.id FROM unnest(%(keys)s::text[]) WITH ORDINALITY d(key, n)
    JOIN registry_employer e ON e.name_key = d.key ORDER BY d.n, e.id"""


SAID = ("employer", "employer_key", "employer_code")


def said(rows: pl.DataFrame) -> pl.DataFrame:
    """Return every employer that ``rows`` name, once: by the credit code, without one by the key of the name."""
    named = rows.select(SAID).drop_nulls("employer")
    by_code = named.drop_nulls("employer_code").unique("employer_code", keep="first", maintain_order=True)
    by_key = named.filter(pl.col("employer_code").is_null()).drop_nulls("employer_key")
    return pl.concat([by_code, by_key.unique("employer_key", keep="first", maintain_order=True)])


def founded(told: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Return the employers of the whole roster (see ``said``) with ``employer_id``; who is not known is founded."""
    has_code = pl.col("employer_code").is_not_null()
    by_code, by_key = told.filter(has_code), told.filter(~has_code)
    return pl.concat([_known(by_code, WITH_CODE, BY_CODE, batch), _known(by_key, WITHOUT, BY_KEY, batch)])


def employer_ids(rows: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Return the employer of each row (16 bytes, null for none told), of those that ``founded`` gave."""
    has_code = pl.col("employer_code").is_not_null()
    coded = rows.join(known.filter(has_code), on="employer_code", how="left", maintain_order="left")[
        "employer_id"
    ]
    keyed = rows.join(known.filter(~has_code), on="employer_key", how="left", maintain_order="left")[
        "employer_id"
    ]
    ids = pl.when(has_code).then(coded).otherwise(keyed)
    return rows.select(pl.when(pl.col("employer").is_not_null()).then(ids).alias("employer_id")).to_series()


def _known(told: pl.DataFrame, found: str, ask: str, batch: Batch) -> pl.DataFrame:
    """Return ``told`` with their ids, who have been founded where they were not there."""
    names, keys, codes = (told[name].to_list() for name in SAID)
    with connection.cursor() as cursor:
        cursor.execute(found, {"batch": batch.pk, "names": names, "keys": keys, "codes": codes})
        cursor.execute(ask, {"keys": keys, "codes": codes})
        rows = cursor.fetchall()
    ids = pl.Series("employer_id", [key.bytes for _, key in rows], dtype=pl.Binary)
    return told[[n - 1 for n, _ in rows]].with_columns(ids)
