"""Administrative divisions: loaded by edition, looked up by code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from niangjia.core.codes import divisions
from niangjia.registry.models import Region

LEVELS = {"nation": 0, "province": 1, "city": 2, "county": 3, "town": 4}
BATCH = 5_000


@transaction.atomic
def load(*editions: str) -> int:
    """Load the divisions of ``editions`` that are not there yet, superiors first; return how many there are now."""
    frame = divisions.load(*editions)
    for level in LEVELS:
        rows = frame.filter(level=level).iter_rows(named=True)
        Region.objects.bulk_create((_region(row) for row in rows), batch_size=BATCH, ignore_conflicts=True)
    return Region.objects.count()


def _region(row: dict[str, Any]) -> Region:
    return Region(
        code=row["code"],
        parent_id=row["parent"],
        level=LEVELS[row["level"]],
        name=row["name"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        edition=row["edition"],
    )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of regions by their codes."""
    return dict(Region.objects.filter(pk__in=set(codes)).values_list("pk", "name"))
