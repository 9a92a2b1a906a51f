"""Reading what is sealed: with an event for each record opened, or as masks without one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from niangjia.core.masks import masked_number, masked_phone
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.recording import record
from niangjia.foundation.vault.sealing import open_sealed
from niangjia.foundation.vault.secrets import Secrets

STARS = "****"
MASKS = {
    "id_number": masked_number,
    "earlier_numbers": lambda numbers: STARS if numbers else "",
    "phone": masked_phone,
    "address": lambda address: STARS if address else "",
    "card_number": masked_number,
}


def reveal(
    row: Any, *, fields: Collection[str], purpose: str, by: Actor, at: datetime, column: str = "secrets"
) -> Secrets:
    """Return the asked fields of one row, and write in this transaction that they were read.

    Args:
        row: a model instance whose ``column`` is sealed for its own table and key.
        fields: only these are given out.
        purpose: why; a code that the page or job says.

    Raises:
        SealBroken, KeyGone: see ``open_sealed``; then no event is written, for nothing was read.
    """
    secrets = _opened(row, fields, column)
    facts = {"fields": sorted(fields), "purpose": purpose}
    record("secrets.read", by=by, at=at, subject=row, persons=_person_of(row), facts=facts)
    return secrets


def masked(
    row: Any, *, fields: Collection[str] = ("id_number", "phone"), column: str = "secrets"
) -> dict[str, str]:
    """Return masks of the asked fields. It writes nothing: a page of masked rows is one event, which the page writes."""
    return {name: MASKS[name](value) for name, value in _opened(row, fields, column).items()}


def _opened(row: Any, fields: Collection[str], column: str) -> Secrets:
    return open_sealed(getattr(row, column), table=row._meta.db_table, row_id=row.pk, fields=fields)


def _person_of(row: Any) -> list[UUID]:
    """Return whom the row is about; one that has no ``person_id`` is a person itself."""
    person_id = getattr(row, "person_id", row.pk)
    return [person_id] if person_id else []
