"""Employers (用人单位), apart from the unions that cover them; how many work there, by whom it was told and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import Scoped


class Employer(models.Model):
    """A firm or other unit where people work.

    Nobody deletes an employer, since bulk tables name it without a foreign key (ADR 0018): one that an undo took back is
    ``withdrawn_at``, and bears neither code nor key, so that nothing finds it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(max_length=200)
    name_key = models.TextField(max_length=200, db_collation="C")
    credit_code = models.CharField(max_length=18, null=True, blank=True)
    region = models.ForeignKey("registry.Region", models.PROTECT, null=True, related_name="+")
    covered_by = models.ForeignKey("registry.Organisation", models.PROTECT, null=True, related_name="+")
    address = models.TextField(max_length=200, blank=True, default="", db_default="")
    nature = models.CharField(max_length=2, blank=True, default="", db_default="")
    economic_type = models.CharField(max_length=2, blank=True, default="", db_default="")
    industry = models.CharField(max_length=1, blank=True, default="", db_default="")
    status = models.TextField(max_length=20, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credit_code"], name="employer_credit_code_once")]
        indexes = [models.Index(fields=["name_key"], name="employer_name_key")]

    def __str__(self) -> str:
        return self.name


class HeadCount(models.Model):
    """How many people work for an employer on a day, as one source tells it (code table ``survey_source``).

    Two sources may tell two numbers of one day: neither is overwritten by the other. ``batch_id`` and ``place`` are the row
    of the list that it came in by.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="head_counts", db_index=False)
    source = models.TextField(max_length=30)
    counted_on = models.DateField()
    n = models.IntegerField()
    batch_id = models.UUIDField(null=True)
    place = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "source", "counted_on"], name="headcount_once_a_source_and_day"
            ),
            models.CheckConstraint(name="headcount_is_a_count", condition=Q(n__gte=0)),
        ]
        indexes = [models.Index(fields=["batch_id", "place"], name="headcount_batch")]

    def __str__(self) -> str:
        return f"{self.n} at {self.employer_id}"


class EmployerDoubt(Scoped):
    """A row of a list that may be one of several employers on the register, or none: a person says which.

    ``candidates`` are the employers in question, each with the tier that says why (docs/algorithms/linkage.md). What was
    decided holds for every later row of this office with that name and code, as long as no other comes into question.
    """

    class Outcome(models.TextChoices):
        SAME = "same"
        NEW = "new"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch_id = models.UUIDField()
    row = models.IntegerField()
    name = models.TextField(max_length=200)
    name_key = models.TextField(max_length=200, db_collation="C")
    credit_code = models.CharField(max_length=18, null=True)
    region = models.ForeignKey("registry.Region", models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.TextField(max_length=200, blank=True)
    candidates = models.JSONField()
    outcome = models.TextField(max_length=10, choices=Outcome, blank=True, default="")
    employer = models.ForeignKey(Employer, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "row"], name="employerdoubt_once_a_row"),
            models.CheckConstraint(
                name="employerdoubt_decided_whole",
                condition=Q(outcome="", employer__isnull=True, decided_at__isnull=True)
                | Q(outcome="same", employer__isnull=False, decided_at__isnull=False)
                | Q(outcome="new", employer__isnull=True, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="employerdoubt_path"),
            models.Index(
                fields=["line_path", "id"], name="employerdoubt_line", condition=Q(line_path__isnull=False)
            ),
            models.Index(fields=["organisation", "name_key"], name="employerdoubt_name"),
        ]

    def __str__(self) -> str:
        return f"row {self.row} of {self.batch_id}"
