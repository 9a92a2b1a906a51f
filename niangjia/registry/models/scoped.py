"""What every per-person table carries, so that scope is a range and a move is one walk over these models."""

from __future__ import annotations

from django.db import models


class Scoped(models.Model):
    """A row that belongs to an organisation. Its paths are copies, rewritten when the organisation moves."""

    # Organisations are never deleted, and lists go by path: index and check would only slow bulk work down (ADR 0018).
    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    path = models.TextField(max_length=255, db_collation="C")
    line_path = models.TextField(max_length=255, db_collation="C", null=True)

    class Meta:
        abstract = True


class OfPerson(models.Model):
    """A row about a person; merge, erasure and own-copy export walk every model that inherits this."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
