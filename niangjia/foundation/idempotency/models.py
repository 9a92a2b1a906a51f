"""The keys that were used, with the answer that was given."""

from __future__ import annotations

from django.db import models


class Key(models.Model):
    """One key. The body is a keyed fingerprint, the answer an id."""

    key = models.TextField(max_length=80, primary_key=True, db_collation="C")
    account_id = models.UUIDField(null=True)
    body = models.UUIDField()
    answer = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="idempotency_at")]

    def __str__(self) -> str:
        return self.key
