"""Row security for scoped tables: one policy per database role and table, none with OR (see ADR 0006)."""

from __future__ import annotations

from django.db.migrations import RunSQL

_RANGE = (
    "{column} >= current_setting('niangjia.lo', true) AND {column} < current_setting('niangjia.hi', true)"
)
OFFICE = _RANGE.format(column="path")
LINE = _RANGE.format(column="line_path")
PERSON = "{column} = nullif(current_setting('niangjia.person', true), '')::uuid"
ACCOUNT = "{column} = nullif(current_setting('niangjia.account', true), '')::uuid"
ANYTHING = "true"


SCOPED = {"office": OFFICE, "line": LINE, "system": ANYTHING}


OF_ACCOUNT = ACCOUNT.format(column="account_id")


def of_person(column: str = "person_id") -> str:
    """Return the condition that a row is about the worker's own person."""
    return PERSON.format(column=column)


def row_security(table: str, **conditions: str) -> list[RunSQL]:
    """Return the operations that guard ``table``: who is not named sees nothing.

    Args:
        table: the table's name.
        conditions: by role (without ``niangjia_``); give ``**SCOPED`` for a table with ``path`` and ``line_path``.
    """
    return [_enable(table), *(_policy(table, role, rows, rows) for role, rows in conditions.items())]


def public_row_security(table: str, **writable: str) -> list[RunSQL]:
    """Return the operations that guard a table which everybody may read: who is not named may write no row.

    Args:
        table: the table's name.
        writable: by role (without ``niangjia_``), the condition that a row must meet to be written.
    """
    readers = {role: "false" for role in ("app", "office", "line", "worker", "system", "audit")} | writable
    return [_enable(table), *(_policy(table, role, ANYTHING, check) for role, check in readers.items())]


def _enable(table: str) -> RunSQL:
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
    )


def _policy(table: str, role: str, condition: str, check: str) -> RunSQL:
    return RunSQL(
        f"CREATE POLICY {role} ON {table} TO niangjia_{role} USING ({condition}) WITH CHECK ({check})",
        f"DROP POLICY {role} ON {table}",
    )
