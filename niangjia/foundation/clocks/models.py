"""Due rows, and the days that a deployer marks in the calendar."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7


class Clock(models.Model):
    """How long one row may wait for one thing. It names no person: only the row's id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_kind = models.TextField(max_length=60)
    subject_id = models.UUIDField()
    name = models.TextField(max_length=60)
    region = models.TextField(max_length=12, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    run_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "name"], condition=Q(ended_at__isnull=True), name="clock_one_runs"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="clock_due",
                condition=Q(ended_at__isnull=True, paused_at__isnull=True, run_out_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject_id}"


class CalendarDay(models.Model):
    """A day off, or a weekend day on which work is made up, as a notice says."""

    on = models.DateField(primary_key=True)
    is_worked = models.BooleanField()
    source = models.TextField(max_length=200)

    def __str__(self) -> str:
        return str(self.on)
