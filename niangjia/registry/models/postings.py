"""Postings (任职): which account may act in which role at which office, from when until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.core.ids import uuid7


class Posting(models.Model):
    """One account in one role at one organisation, from ``from_on`` until before ``to_on``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="postings")
    organisation = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="postings")
    role = models.TextField(max_length=20)
    title = models.TextField(max_length=60, blank=True)
    shown_name = models.TextField(max_length=60, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="posting_ends_after_it_began",
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")),
            ),
            models.UniqueConstraint(
                fields=["account", "organisation", "role"],
                condition=Q(to_on__isnull=True),
                name="posting_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.organisation_id}"
