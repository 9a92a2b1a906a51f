"""What an office's clerks have taught the door, and the links by which workers mend rows."""

from __future__ import annotations

from django.db import models

from niangjia.core.ids import uuid7
from niangjia.foundation.plans.models import OfOffice
from niangjia.intake.mending.states import LIVE, Status
from niangjia.registry.models.scoped import Scoped


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


class RepairTask(Scoped):
    """One link by which whom a held row is about can mend it (补正任务); it lies where the row lay when it was asked for.

    ``token`` is a hash of what stands in the link, ``phone_token`` the blind index of the phone that it goes to, until the task
    has ended and counts for no limit any more; ``needs`` the fields to be corrected. ``consents`` maps a purpose to the version agreed to, until the row is on the roll.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    row_id = models.UUIDField()
    batch_id = models.UUIDField()
    union_id = models.UUIDField()
    status = models.TextField(max_length=10, choices=Status, default=Status.ASKED)
    token = models.UUIDField(unique=True)
    phone_token = models.UUIDField(null=True)
    needs = models.JSONField()
    consents = models.JSONField(default=dict)
    refused = models.TextField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["row_id"], condition=models.Q(status__in=LIVE), name="repairtask_one_live_for_a_row"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="repairtask_path"),
            models.Index(
                fields=["line_path", "id"],
                name="repairtask_line",
                condition=models.Q(line_path__isnull=False),
            ),
            models.Index(fields=["phone_token", "asked_at"], name="repairtask_phone"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RepairAnswer(models.Model):
    """What one phone answered to a repair task, once. Nobody but the job that takes it in may read it back; then it is emptied."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.OneToOneField(RepairTask, models.PROTECT, related_name="answer")
    account_id = models.UUIDField()
    name = models.TextField(max_length=100, blank=True)
    sealed = models.BinaryField()
    consents = models.JSONField(default=dict)
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
