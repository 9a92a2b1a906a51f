"""What the register holds of employers, and what persons have decided about rows that were in doubt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.registry.models import EmployerDoubt

COLUMNS = (
    "name",
    "name_key",
    "credit_code",
    "region_id",
    "address",
    "nature",
    "economic_type",
    "industry",
    "status",
)
# What tells that nobody has touched an employer.
PRINTED = ", ".join(f"e.{name}" for name in (*COLUMNS, "covered_by_id", "withdrawn_at"))
PRINT = f"hash_record_extended(ROW({PRINTED}), 0)"
STANDING = "SELECT id::text, name, name_key, credit_code FROM registry_employer WHERE withdrawn_at IS NULL ORDER BY id"
KNOWN = f"""SELECT e.id::text, {", ".join(f"e.{name}" for name in COLUMNS)}, {PRINT} FROM registry_employer e
    WHERE e.id = ANY(%s::uuid[])"""
COUNTS = """SELECT a.place, h.n FROM unnest(%s::int8[], %s::uuid[], %s::text[], %s::date[]) a(place, id, source, day)
    JOIN registry_headcount h ON h.employer_id = a.id AND h.source = a.source AND h.counted_on = a.day"""
TEXTS = {f"known_{name}": pl.String for name in COLUMNS}


def standing() -> pl.DataFrame:
    """Return (id, name, name_key, credit_code) of every employer."""
    schema = dict.fromkeys(("id", "name", "name_key", "credit_code"), pl.String)
    return pl.DataFrame(_asked(STANDING, []), schema=schema, orient="row")


def known(ids: pl.Series) -> pl.DataFrame:
    """Return what the register holds of some employers: ``employer_id``, ``known_…``, ``seen``."""
    schema = {"employer_id": pl.String, **TEXTS, "seen": pl.Int64}
    return pl.DataFrame(_asked(KNOWN, [ids.to_list()]), schema=schema, orient="row")


def counts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the head counts of the same employer, source and day: ``place``, ``known_count``."""
    columns = [rows[name].to_list() for name in ("place", "employer_id", "source", "counted_on")]
    schema = {"place": pl.Int64, "known_count": pl.Int64}
    return pl.DataFrame(_asked(COUNTS, columns), schema=schema, orient="row")


def decided(office: UUID) -> dict[tuple[str, str | None], tuple[str, str | None, frozenset[str]]]:
    """Return what persons of the office have decided: (key of the name, code) → (outcome, employer, who was in question)."""
    told = (
        EmployerDoubt.objects.filter(organisation_id=office).exclude(outcome="").order_by("decided_at", "pk")
    )
    return {
        (each.name_key, each.credit_code): (
            each.outcome,
            str(each.employer_id) if each.employer_id else None,
            frozenset(one["id"] for one in each.candidates),
        )
        for each in told
    }


def _asked(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
