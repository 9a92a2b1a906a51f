"""The one place where figures' raw material is written (docs/algorithms/figures.md)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Case, F, Func, IntegerField, Sum, Value, When

from niangjia.registry.models import Delta, Membership

MEMBERS = "members"
# Every delta once for each of its days.
BY_DAY = """(SELECT d.measure, d.organisation_id, d.path, d.line_path, d.region_code, d."group", d.source,
    coalesce(x.day, d.day) AS day, coalesce(x.n, d.n) AS n
    FROM registry_delta d LEFT JOIN LATERAL unnest(d.days, d.numbers) x(day, n) ON TRUE)"""
_CELL = 'organisation_id, path, line_path, region_code, "group"'
FOLDED = """INSERT INTO registry_delta (measure, source, {cell}, n, day, last_day, days, numbers)
    SELECT 'members', %(batch)s, {cell}, sum(n), min(day), CASE WHEN count(*) > 1 THEN max(day) END,
        CASE WHEN count(*) > 1 THEN array_agg(day) END, CASE WHEN count(*) > 1 THEN array_agg(n::int4) END
    FROM ({cells}) c GROUP BY {cell}"""


def folded(cells: str) -> str:
    """Return the statement that appends ``cells`` as deltas of members, one for all days of a union and a group.

    Args:
        cells: a SELECT of ``organisation_id``, ``path``, ``line_path``, ``region_code``, ``group``, ``day`` and ``n``, each day of
            a union and a group once. ``%(batch)s`` is what the deltas come of.
    """
    return FOLDED.format(cell=_CELL, cells=cells)


def sum_until(on: date) -> Sum:
    """Return the sum over deltas that begin on ``on`` or before of what they count up to that day."""
    partly = Func("days", "numbers", Value(on), function="registry_sum_until")
    return Sum(Case(When(last_day__gt=on, then=partly), default=F("n"), output_field=IntegerField()))


def append(measure: str, spell: Membership, *, on: date, n: int, source: UUID) -> Delta:
    """Append ``n`` of ``measure`` on the day ``on``, under the path that the spell has today."""
    return Delta.objects.create(
        measure=measure,
        organisation_id=spell.organisation_id,
        path=spell.path,
        line_path=spell.line_path,
        region_code=spell.region_code,
        group=spell.group,
        day=on,
        n=n,
        source=source,
    )
