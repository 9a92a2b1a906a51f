"""What an office's clerks have taught the door: which heading holds what."""

from __future__ import annotations

from django.db import models

from niangjia.core.ids import uuid7
from niangjia.foundation.plans.models import OfOffice


class SavedMapping(OfOffice):
    """The columns of one kind of list under one set of headings, as a clerk of the office corrected them.

    ``headings`` is a hash of all headings in their order: one column more, and the clerk is asked anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField(max_length=30)
    headings = models.UUIDField()
    mapping = models.JSONField()
    by_account = models.UUIDField(null=True)
    remembered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "kind", "headings"], name="savedmapping_once_in_an_office"
            )
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="savedmapping_path"),
            models.Index(
                fields=["line_path", "id"],
                name="savedmapping_line",
                condition=models.Q(line_path__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
