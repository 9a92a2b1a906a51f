"""Rows of a chunk on their way into the database, for kinds whose rows hold no secret: as JSON, by sets."""

from __future__ import annotations

from typing import Any

import polars as pl

from niangjia.foundation.plans.kinds import Packed


def packed(rows: pl.DataFrame, columns: tuple[str, ...]) -> Packed:
    """Return some columns of a chunk as a JSON array; days as texts."""
    return Packed(rows.select(columns).write_json().encode(), rows.height)


def stage(cursor: Any, name: str, columns: str, content: bytes) -> None:
    """Put a chunk into a table that ends with the transaction, so that a chunk that is killed leaves nothing behind.

    Args:
        name: of the table.
        columns: names and types, as SQL has them.
        content: what ``packed`` made.
    """
    cursor.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")
    cursor.execute(
        f"INSERT INTO {name} SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x({columns})", [content.decode()]
    )


def unstage(cursor: Any, name: str) -> None:
    """Drop the table: a transaction may write more than one chunk."""
    cursor.execute(f"DROP TABLE {name}")
