"""What an undo keeps: rows that something names by now, and how many rows stay and why."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from niangjia.foundation.plans.models import Batch
from niangjia.registry.hanging import naming

OWN = {"registry_identitytoken", "plans_batchrow"}
NAMED = """UPDATE plans_batchrow r SET kept = 'in_use' WHERE {mine} AND r.kept = ''
    AND EXISTS (SELECT 1 FROM {table} x WHERE x.{column} = r.{key} {but})"""


def named_by(
    model: type[models.Model], key: str, mine: str, *, but: dict[str, str] | None = None
) -> list[str]:
    """Return the statements that mark the rows whose ``key`` another row names by now.

    Args:
        model: what ``key`` is the id of.
        mine: the condition of the rows of the chunk, ``r``.
        but: table → condition that must hold for its row ``x`` to count.
    """
    found = []
    for where in naming(model):
        if where.table not in OWN:
            more = (but or {}).get(where.table, "")
            found.append(NAMED.format(mine=mine, table=where.table, column=where.column, key=key, but=more))
    return found


def count_kept(batch: Batch, mine: str, params: dict[str, Any]) -> int:
    """Add what this chunk keeps to the batch, by the reason, and return how many rows they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT r.kept, count(*) FROM plans_batchrow r WHERE {mine} GROUP BY r.kept", params)
        kept = {why: n for why, n in cursor.fetchall() if why}
    before = Batch.objects.values_list("kept_counts", flat=True).get(pk=batch.pk)
    told = {why: before.get(why, 0) + n for why, n in kept.items()}
    Batch.objects.filter(pk=batch.pk).update(kept_counts=before | told)
    return sum(kept.values())
