"""What is known of a stored file; its content lies encrypted under NIANGJIA_HOME/files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7


class StoredFile(models.Model):
    """One file of one office.

    ``name`` is a keyed hash, and so is ``token``, which is equal for equal content **inside one office** only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation_id = models.UUIDField()
    path = models.TextField(max_length=255, db_collation="C")
    line_path = models.TextField(max_length=255, db_collation="C", null=True)
    name = models.CharField(max_length=64)
    token = models.UUIDField()
    size = models.BigIntegerField()
    kind = models.TextField(max_length=30)
    uploaded_by = models.UUIDField(null=True)
    at = models.DateTimeField()
    expires_on = models.DateField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "token"],
                condition=Q(gone_at__isnull=True),
                name="file_once_in_an_office",
            ),
            models.UniqueConstraint(fields=["name"], name="file_name_once"),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="file_path"),
            models.Index(fields=["expires_on"], name="file_expiry", condition=Q(gone_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.pk)
