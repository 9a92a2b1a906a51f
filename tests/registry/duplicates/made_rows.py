"""Everything of the register and of what hangs on it, as one text a row: equal texts, equal rows."""

from __future__ import annotations

from django.db import connection

from niangjia.registry import hanging
from niangjia.registry.deltas import BY_DAY

WHOLE = "SELECT x::text FROM {} x ORDER BY 1"
SUMS = f"""SELECT measure, organisation_id::text, path, line_path, region_code, "group", day::text, sum(n) FROM {BY_DAY} d
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7"""


def tables() -> list[str]:
    """Return the register's own two tables, and each in which something hangs on a person."""
    return ["registry_person", "registry_identitytoken", *{where.table for where in hanging.columns()}]


def whole() -> dict[str, list[str]]:
    """Return every row; as the system."""
    rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(WHOLE.format(table))
            rows[table] = [text for (text,) in cursor.fetchall()]
        cursor.execute(SUMS)
        rows["sums of deltas"] = [str(row) for row in cursor.fetchall()]
    return rows


def unlike(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return the tables that are not as they were."""
    return [table for table in before if before[table] != after[table]]
