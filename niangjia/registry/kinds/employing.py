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


def with_employers(plan: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Return ``plan`` with ``employer_id`` (16 bytes, null for none told); who is not known is founded.

    With a credit code an employer is known by the code alone, without one by the key of the name.
    """
    told = plan.select("employer_code", "employer", "employer_key")
    named = told.drop_nulls("employer")
    by_code = named.drop_nulls("employer_code").unique("employer_code", keep="first", maintain_order=True)
    by_key = named.filter(pl.col("employer_code").is_null())
    by_key = by_key.drop_nulls("employer_key").unique("employer_key", keep="first", maintain_order=True)
    codes = _known(by_code, "employer_code", WITH_CODE, BY_CODE, batch)
    keys = _known(by_key, "employer_key", WITHOUT, BY_KEY, batch)
    coded = told.select("employer_code").join(codes, on="employer_code", how="left", maintain_order="left")
    keyed = told.select("employer_key").join(keys, on="employer_key", how="left", maintain_order="left")
    ids = (
        pl.when(told["employer_code"].is_not_null())
        .then(coded["employer_id"])
        .otherwise(keyed["employer_id"])
    )
    return plan.with_columns(pl.when(told["employer"].is_not_null()).then(ids).alias("employer_id"))


def _known(told: pl.DataFrame, by: str, found: str, ask: str, batch: Batch) -> pl.DataFrame:
    """Return ``by`` and ``employer_id`` of each of ``told``, who have been founded where they were not there."""
    names, keys, codes = (told[name].to_list() for name in ("employer", "employer_key", "employer_code"))
    with connection.cursor() as cursor:
        cursor.execute(found, {"batch": batch.pk, "names": names, "keys": keys, "codes": codes})
        cursor.execute(ask, {"keys": keys, "codes": codes})
        rows = cursor.fetchall()
    places = [n - 1 for n, _ in rows]
    ids = pl.Series([key.bytes for _, key in rows], dtype=pl.Binary)
    return pl.DataFrame({by: told[by].gather(places), "employer_id": ids})
