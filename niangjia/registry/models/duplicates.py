"""Pairs of records that may be one person, searches for them, and merges with all that takes them back.

Persons are named by plain ids: a pair must not keep a person in the register whom an undo of a roster takes out of it.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from niangjia.core.ids import uuid7
from niangjia.registry.duplicates.states import FoundBy, Status
from niangjia.registry.models.scoped import Scoped


class Search(Scoped):
    """One search of an office's subtree for pairs; with ``batch_id`` only for the newcomers of that roster.

    ``opened`` is how many records' secrets were compared, ``left_out`` how many values too many records share.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    persons = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    pairs = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(finished_at__isnull=True, failed_at__isnull=True, batch_id__isnull=True),
                name="search_one_running_in_an_office",
            ),
        ]
        indexes = [models.Index(fields=["path", "id"], name="search_path")]

    def __str__(self) -> str:
        return str(self.pk)


class Pair(Scoped):
    """Two records that may be one person (疑似重复对), at the common superior of both.

    ``reasons`` are codes of ``core.linkage.people.MESSAGES``; ``differs`` the fields between which one has to choose;
    ``counts`` how frequent the values were in the register that was searched. The two prints are keyed fingerprints of
    what was compared: while they hold, the facts have not changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.UUIDField()
    second = models.UUIDField()
    status = models.TextField(max_length=10, choices=Status, default=Status.OPEN)
    decision = models.TextField(max_length=10)
    found_by = models.TextField(max_length=6, choices=FoundBy, default=FoundBy.RULES)
    weight = models.FloatField()
    reasons = models.JSONField(default=list)
    differs = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    first_print = models.UUIDField()
    second_print = models.UUIDField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    choices = models.JSONField(default=dict)
    refused = models.TextField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(name="pair_in_order", condition=Q(first__lt=F("second"))),
        ]
        indexes = [
            models.Index(fields=["second"], name="pair_second"),
            # With what counts and the queue's order need, so that of 92,000 pairs only those of the page are read.
            models.Index(
                fields=["path", "status", "id"],
                include=["decision", "found_at", "weight"],
                name="pair_path",
            ),
            models.Index(
                fields=["line_path", "status", "id"],
                include=["decision", "found_at", "weight"],
                name="pair_line",
                condition=Q(line_path__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def person_ids(self) -> list[UUID]:
        """Return whom the pair is about."""
        return [self.first, self.second]


class Merge(Scoped):
    """That one record took another up, until when that can be taken back, and what was kept when it was.

    ``kept`` lists what had changed since and therefore was not restored: codes and counts, never a value. ``pairs`` are the
    open pairs of the absorbed record with others as they were, and what became of each: see ``repointing``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="merges")
    survivor = models.UUIDField()
    absorbed = models.UUIDField()
    merged_at = models.DateTimeField()
    until = models.DateField()
    undone_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list)
    pairs = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="merge_absorbed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["survivor"], name="merge_survivor"),
            models.Index(fields=["path", "id"], name="merge_path"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MergeRecord(models.Model):
    """A record before and after a merge: plain columns and tokens as JSON, secrets in the sealed message of that time.

    ``after`` is null for the record that was absorbed. Nobody but the system may read it.
    """

    pk = models.CompositePrimaryKey("merge_id", "person_id")
    merge = models.ForeignKey(Merge, models.PROTECT, related_name="records", db_index=False)
    person_id = models.UUIDField()
    before = models.JSONField()
    sealed_before = models.BinaryField()
    after = models.JSONField(null=True)
    sealed_after = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"record of {self.merge_id}"


class MergeRow(models.Model):
    """A row that hung on one of the two records: whether it moved, what the merge changed in it, its hash afterwards."""

    pk = models.CompositePrimaryKey("merge_id", "place")
    merge = models.ForeignKey(Merge, models.PROTECT, related_name="rows", db_index=False)
    place = models.IntegerField()
    table = models.TextField(max_length=63)
    column = models.TextField(max_length=63)
    row_id = models.TextField(max_length=40)
    moved = models.BooleanField()
    before = models.JSONField(null=True)
    print_after = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"row {self.place} of {self.merge_id}"
