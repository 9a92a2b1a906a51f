"""Exports, and the ledger of who got a copy. What an export holds lies in an encrypted file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7
from niangjia.foundation.copies.states import Status
from niangjia.foundation.offices import OfOffice


class Export(OfOffice):
    """A list that an office takes out.

    ``asked`` is what the page of the list was narrowed to, as plain texts; no name is among them. ``uncovered`` tells that
    numbers and phones are whole in it.
    """

    class Format(models.TextChoices):
        XLSX = "xlsx", ".xlsx"
        CSV = "csv", ".csv"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    table = models.TextField(max_length=40)
    asked = models.JSONField(default=dict)
    format = models.TextField(max_length=10, choices=Format)
    uncovered = models.BooleanField(default=False)
    purpose = models.TextField(max_length=200)
    language = models.TextField(max_length=10)
    status = models.TextField(max_length=20, choices=Status, default=Status.ASKED)
    failure = models.TextField(max_length=40, blank=True)
    rows = models.IntegerField(null=True)
    file_id = models.UUIDField(null=True)
    account_id = models.UUIDField()
    posting_id = models.UUIDField()
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="export_ready_with_its_file",
                condition=~Q(status=Status.READY)
                | Q(file_id__isnull=False, rows__isnull=False, expires_on__isnull=False),
            ),
            models.CheckConstraint(name="export_has_a_purpose", condition=~Q(purpose="")),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="export_path"),
            models.Index(
                fields=["line_path", "id"], name="export_line", condition=Q(line_path__isnull=False)
            ),
            models.Index(fields=["expires_on"], name="export_expiry", condition=Q(status=Status.READY)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Copy(OfOffice):
    """That one copy of an export was given out: to whom and when. Rows are appended and stay when the file is gone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    export = models.ForeignKey(Export, models.PROTECT, related_name="copies")
    account_id = models.UUIDField()
    posting_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["path", "id"], name="copy_path")]

    def __str__(self) -> str:
        return str(self.pk)
