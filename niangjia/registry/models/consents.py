"""Consents: to which purpose, in which wording, from when until when."""

from __future__ import annotations

from django.db import models

from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import OfPerson, Scoped


class Consent(OfPerson, Scoped):
    """A person's consent to one purpose (code table 35), in one version of its text."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.TextField(max_length=30)
    text_version = models.TextField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_open_once",
            ),
        ]
        # Beside the key above: the few that were withdrawn, which move along too.
        indexes = [
            models.Index(
                fields=["person"],
                name="consent_withdrawn",
                condition=models.Q(withdrawn_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.person_id}"
