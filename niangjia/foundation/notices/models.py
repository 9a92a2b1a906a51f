"""Notices: to an account or to an office, as a code and the id of a row; words are made when shown."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7


class Notice(models.Model):
    """One notice in the inbox."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    code = models.TextField(max_length=40)
    subject_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notice_to_one",
                condition=Q(account_id__isnull=True, organisation_id__isnull=False)
                | Q(account_id__isnull=False, organisation_id__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "-at"], name="notice_account"),
            models.Index(fields=["organisation_id", "-at"], name="notice_office"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"
