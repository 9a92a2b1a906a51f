"""Held rows kept for a decision: sealed, beside whom they may be about, at the office that may know both; as the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from niangjia.core.findings import SCHEMA as FINDINGS
from niangjia.core.ids import uuid7
from niangjia.core.intake.members import SCHEMA
from niangjia.core.plan import Verdict
from niangjia.foundation import audit, vault
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.registry.held.candidates import Candidate, candidates, place_of
from niangjia.registry.held.states import Status
from niangjia.registry.kinds.comparing import prepared, with_tokens
from niangjia.registry.models import HeldRow, Organisation

TABLE = HeldRow._meta.db_table
SECRET = ("id_number", "phone")
SAID = tuple(name for name in SCHEMA if name not in ("row", "repeats", *SECRET))
# Rows of one list that contradict each other → what they have in common, the first of it under a key.
ALIKE = {
    "DUPLICATE_CONFLICT": ("id_token",),
    "LIKELY_SAME_PERSON": ("phone_token", "name_key", "birth_on"),
}


def keep(
    batch: Batch,
    columns: pl.DataFrame,
    results: Mapping[int, BatchRow],
    *,
    until: date,
    by: Actor,
    at: datetime,
) -> list[HeldRow]:
    """Keep some held rows of ``batch``; those that are kept already stay as they are. Return those that are new.

    Args:
        columns: the rows as ``core.intake.members.check`` makes them.
        results: what became of each row, by its number in the file.
        until: the first day on which they are no longer kept.
    """
    kept = set(HeldRow.objects.filter(batch_id=batch.pk).values_list("row", flat=True))
    columns = columns.filter(~pl.col("row").is_in(list(kept)))
    rows = tokens_of(columns)
    about = candidates(rows)
    made = [
        _row(batch, said, results[said["row"]], those, until=until, at=at)
        for said, those in zip(rows.iter_rows(named=True), about, strict=True)
    ]
    place_at(made, batch, about)
    HeldRow.objects.bulk_create(made, batch_size=1000)
    audit.record("held_rows.kept", by=by, at=at, subject=batch, facts={"rows": len(made)})
    return made


def tokens_of(columns: pl.DataFrame) -> pl.DataFrame:
    """Return rows with their keyed indexes, beside the columns that they came with."""
    indexes = with_tokens(prepared(columns, pl.DataFrame(schema=FINDINGS)))
    return columns.with_columns(indexes["id_token"], indexes["phone_token"])


def _row(
    batch: Batch,
    said: Mapping[str, Any],
    result: BatchRow,
    those: list[Candidate],
    *,
    until: date,
    at: datetime,
) -> HeldRow:
    key = uuid7()
    secrets = {name: said[name] for name in SECRET}
    findings = result.findings or []
    return HeldRow(
        id=key, batch_id=batch.pk, place=result.place, row=result.row, union_id=result.target_id,
        candidates=[each.as_json() for each in those], findings=findings,
        status=Status.RETURNED if result.verdict == Verdict.REFUSED.value else Status.OPEN, alike=_alike(batch, said, findings),
        said={name: plain(said[name]) for name in SAID if said[name] is not None},
        secrets=vault.seal(secrets, table=TABLE, row_id=key, at=at), until=until, opened_at=at,
    )  # fmt: skip


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _alike(batch: Batch, said: Mapping[str, Any], findings: list[dict[str, Any]]) -> UUID | None:
    """Return what the rows of one list that contradict each other have in common; it tells nothing outside the list."""
    for found in findings:
        token, *more = [said[name] for name in ALIKE.get(found["code"], ())] or [None]
        if token is not None:
            return uuid5(batch.pk, "|".join([token.hex(), *map(str, more)]))
    return None


def place_at(rows: list[HeldRow], batch: Batch, about: list[list[Candidate]]) -> None:
    """Put rows at the lowest office that may know all whom they may be about."""
    places = [place_of(batch, those) for those in about]
    offices = dict(
        Organisation.objects.filter(path__in={path for path, _line in places}).values_list("path", "pk")
    )
    for row, (path, line_path) in zip(rows, places, strict=True):
        row.organisation_id, row.path, row.line_path = offices[path], path, line_path


def columns_of(rows: Sequence[HeldRow]) -> pl.DataFrame:
    """Return held rows as ``core.intake.members.check`` made them, with ``organisation``; their secrets are opened."""
    told = []
    for row in rows:
        opened = vault.open_sealed(row.secrets, table=TABLE, row_id=row.pk, fields=SECRET)
        secrets = {name: opened[name] or None for name in SECRET}
        told.append(row.said | secrets | {"row": row.row, "organisation": str(row.union_id or "") or None})
    days = {name for name, kind in SCHEMA.items() if kind == pl.Date}
    plain = {name: pl.String if name in days else kind for name, kind in SCHEMA.items()}
    frame = pl.DataFrame(told, schema=plain | {"organisation": pl.String})
    return frame.with_columns(pl.col(name).str.to_date() for name in days)
