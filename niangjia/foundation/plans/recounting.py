"""The counts of a written batch told anew, when rows of it were decided since."""

from __future__ import annotations

from dataclasses import asdict

from django.db import connection

from niangjia.core.plan import Counts
from niangjia.foundation.plans.models import Batch

BY_ORGANISATION = """SELECT coalesce(target_id::text, ''), verdict, count(*) FROM plans_batchrow WHERE batch_id = %s
    GROUP BY 1, 2 ORDER BY 1"""
BY_CODE = """SELECT f->>'code', count(*) FROM plans_batchrow r, jsonb_array_elements(r.findings) f
    WHERE r.batch_id = %s AND jsonb_typeof(r.findings) = 'array' GROUP BY 1 ORDER BY 1"""


def recount(batch: Batch) -> None:
    """Set the counts of ``batch``, every row of which has its result, to what the results say."""
    with connection.cursor() as cursor:
        cursor.execute(BY_ORGANISATION, [batch.pk])
        parts: dict[str, dict[str, int]] = {}
        for organisation, verdict, n in cursor.fetchall():
            parts.setdefault(organisation, {})[verdict] = n
        cursor.execute(BY_CODE, [batch.pk])
        batch.finding_counts = dict(cursor.fetchall())
    counted = {organisation: Counts(**counts) for organisation, counts in parts.items()}
    batch.by_organisation = {organisation: asdict(counts) for organisation, counts in counted.items()}
    batch.counts = asdict(sum(counted.values(), Counts()))
    # What comes back is another by now: a repair workbook that was made is old.
    batch.options = {name: value for name, value in batch.options.items() if name != "repair_in"}
    batch.result_file_id = None
    batch.save(update_fields=["counts", "by_organisation", "finding_counts", "options", "result_file_id"])
