"""What a row of an office carries in this layer, which does not know the tree."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import models


class OfOffice(models.Model):
    """A row of one office, by plain ids."""

    organisation_id = models.UUIDField()
    path = models.TextField(max_length=255, db_collation="C")
    line_path = models.TextField(max_length=255, db_collation="C", null=True)

    class Meta:
        abstract = True


class Office(NamedTuple):
    """Whose a row or a file is."""

    id: UUID
    path: str
    line_path: str | None


def office_of(row: OfOffice) -> Office:
    """Return the office of ``row``."""
    return Office(row.organisation_id, row.path, row.line_path)
