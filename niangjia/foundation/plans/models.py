"""Batches, their chunks, and what became of each row. Whatever is secret in a plan lies in an encrypted file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7
from niangjia.foundation.offices import OfOffice
from niangjia.foundation.plans.states import OVER, Status


class Batch(OfOffice):
    """One piece of bulk work of one office (批次).

    ``counts`` are by verdict, ``by_organisation`` the same by the id of the organisation, ``finding_counts`` by code.
    ``seconds`` is the time that planning and writing took.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField(max_length=30)
    status = models.TextField(max_length=20, choices=Status, default=Status.UPLOADED)
    file_id = models.UUIDField()
    file_name = models.TextField(max_length=200)
    content_token = models.UUIDField()
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    plan_file_id = models.UUIDField(null=True)
    result_file_id = models.UUIDField(null=True)
    rows = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    by_organisation = models.JSONField(default=dict)
    finding_counts = models.JSONField(default=dict)
    kept_counts = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    by_account = models.UUIDField(null=True)
    uploaded_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "kind", "content_token"],
                condition=~Q(status__in=OVER),
                name="batch_once_in_an_office",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="batch_path"),
            models.Index(fields=["line_path", "id"], name="batch_line", condition=Q(line_path__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Chunk(OfOffice):
    """Rows ``first`` up to before ``beyond`` of a plan: one transaction, whose last write is ``state``."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        UNDONE = "undone"

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    first = models.IntegerField()
    beyond = models.IntegerField()
    state = models.TextField(max_length=10, choices=State, default=State.WAITING)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.batch_id}"


class BatchRow(OfOffice):
    """What became of one row: ``row`` is its number in the file, ``place`` its place in the plan.

    ``person_id`` and ``fact_id`` (the dated fact: a spell) say what a commit wrote, never whom a held row may be about.
    ``written_print`` is the hash of what was written: while it holds, nobody has touched the row since. ``kept`` says why
    an undo left it.
    """

    pk = models.CompositePrimaryKey("batch_id", "place")
    batch = models.ForeignKey(
        Batch, models.CASCADE, related_name="results", db_index=False, db_constraint=False
    )
    place = models.IntegerField()
    row = models.IntegerField()
    verdict = models.TextField(max_length=10)
    target_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    fact_id = models.UUIDField(null=True)
    differs = models.JSONField(null=True)
    findings = models.JSONField(null=True)
    written_print = models.BigIntegerField(null=True)
    kept = models.TextField(max_length=30, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"row {self.row} of {self.batch_id}"


class Earlier(models.Model):
    """What a changed row was before: plain columns as JSON, secrets in the sealed message that they were in.

    ``person_id`` is null where the row is about no person.
    """

    pk = models.CompositePrimaryKey("batch_id", "place")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    place = models.IntegerField()
    person_id = models.UUIDField(null=True)
    facts = models.JSONField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"before row {self.place} of {self.batch_id}"
