"""Rows of rosters that wait for a decision, with all that is needed to take them in."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7
from niangjia.registry.held.states import Outcome, Status
from niangjia.registry.models.scoped import Scoped


class HeldRow(Scoped):
    """One held row of a roster (待定行), at the common superior of its office and of those whom it may be about.

    ``place`` is its place in the results of the batch, ``row`` its number in the file. ``said`` are its plain columns, as
    ``core.intake.members`` has them; its number and phone are sealed. ``candidates`` are plain ids, each with the reason:
    a row must not keep a person in the register whom an undo takes out of it. ``alike`` is equal in rows of one list that
    contradict each other. What is said, sealed and in question is emptied once the row is decided or has lapsed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch_id = models.UUIDField()
    place = models.IntegerField()
    row = models.IntegerField()
    union_id = models.UUIDField(null=True)
    status = models.TextField(max_length=10, choices=Status, default=Status.OPEN)
    outcome = models.TextField(max_length=10, choices=Outcome, blank=True, default="")
    chosen = models.UUIDField(null=True)
    candidates = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    alike = models.UUIDField(null=True)
    said = models.JSONField(default=dict)
    secrets = models.BinaryField()
    refused = models.TextField(max_length=40, blank=True, default="")
    until = models.DateField()
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "row"], name="heldrow_once_a_row"),
            models.CheckConstraint(
                name="heldrow_decided_whole",
                condition=Q(
                    status__in=["open", "returned"], outcome="", chosen__isnull=True, decided_at__isnull=True
                )
                | Q(status="lapsed")
                | Q(
                    status__in=["decided", "done"],
                    outcome="same",
                    chosen__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    status__in=["decided", "done"],
                    outcome__in=["new", "out"],
                    chosen__isnull=True,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="heldrow_keeps_nothing_at_its_end",
                condition=Q(status__in=["open", "returned", "decided"])
                | Q(secrets=b"", said={}, candidates=[]),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "status", "id"], name="heldrow_path"),
            models.Index(
                fields=["line_path", "status", "id"],
                name="heldrow_line",
                condition=Q(line_path__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def person_ids(self) -> list[UUID]:
        """Return whom the row may be about."""
        return [UUID(each["id"]) for each in self.candidates]

    @property
    def person_id(self) -> None:
        """Nobody on the register yet: the sealed values are the row's own."""
        return
