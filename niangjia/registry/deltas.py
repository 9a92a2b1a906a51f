"""The one place where figures' raw material is written (docs/algorithms/figures.md)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from niangjia.registry.models import Delta, Membership

MEMBERS = "members"


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
