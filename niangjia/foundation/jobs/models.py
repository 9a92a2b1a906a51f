"""How far long work has come."""

from __future__ import annotations

from django.db import models


class Progress(models.Model):
    """One row for each piece of long work, under the id of what is worked on."""

    subject = models.UUIDField(primary_key=True)
    stage = models.TextField(max_length=30)
    done = models.BigIntegerField()
    total = models.BigIntegerField()
    stage_started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.stage} of {self.subject}"
