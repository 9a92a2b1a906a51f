"""What the register holds of unions, whole: some ten thousands of rows at most."""

from __future__ import annotations

import polars as pl
from django.db import connection

from niangjia.core.text import match_key
from niangjia.foundation.actors import Scope
from niangjia.registry.kinds.unions import path_text

COLUMNS = (
    "name",
    "code",
    "credit_code",
    "kind",
    "level",
    "region_id",
    "line_id",
    "established_on",
    "ended_on",
)
# What tells that nobody has touched a union: not its path, which a reorganisation of those above rewrites.
PRINT = f"hash_record_extended(ROW({', '.join(f'o.{name}' for name in COLUMNS)}), 0)"
STANDING = f"""SELECT o.id::text, o.path, o.name, o.code, o.credit_code, o.kind, o.level, o.region_id,
    o.line_id::text, CASE WHEN o.kind IN ('union_federation', 'industry_union') THEN o.path ELSE l.path END, {PRINT}
    FROM registry_organisation o LEFT JOIN registry_organisation l ON l.id = o.line_id
    WHERE o.ended_on IS NULL ORDER BY o.path"""
SCHEMA = {
    "id": pl.String,
    "path": pl.String,
    "name": pl.String,
    "own_code": pl.String,
    "credit_code": pl.String,
    "kind": pl.String,
    "level": pl.String,
    "region_id": pl.String,
    "line_id": pl.String,
    "line_path": pl.String,
    "seen": pl.Int64,
}
STEP = 4


def standing(scope: Scope) -> pl.DataFrame:
    """Return every union that stands, with ``parent_id``, ``path_text``, ``name_key`` and whether it is ``in_scope``."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        there = pl.DataFrame(cursor.fetchall(), schema=SCHEMA, orient="row")
    names = dict(zip(there["path"], there["name"], strict=True))
    texts = pl.Series("path_text", [path_text(path, names) for path in there["path"]], dtype=pl.String)
    place = pl.col("line_path" if scope.line else "path")
    parents = there.select(above="path", parent_id="id")
    return there.with_columns(
        texts,
        match_key(pl.col("name")).alias("name_key"),
        ((place >= scope.lo) & (place < scope.hi)).fill_null(value=False).alias("in_scope"),
        pl.col("path").str.head(-STEP).alias("above"),
    ).join(parents, on="above", how="left", maintain_order="left")
