"""The codes that are out now; on the ledger, so that a refused request still counts as a try."""

from __future__ import annotations

from django.db import models


class Code(models.Model):
    """The one live code of a phone. A new one takes the place of the old."""

    token = models.UUIDField(primary_key=True)  # blind index of the phone
    digest = models.UUIDField()  # keyed hash of phone and code
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"code until {self.expires_at}"
