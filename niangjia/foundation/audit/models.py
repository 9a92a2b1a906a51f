"""The tables of the audit. Rows are appended; no role of the application may change or remove one."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KeyTextTransform

from niangjia.core.ids import uuid7

DRAWN = "drawn"  # the fact that names all whom a bulk act made, by what their keys have in common


class Event(models.Model):
    """What happened, who did it, to what, and where. ``seq`` and ``txid`` are the database's own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField()
    txid = models.BigIntegerField()
    at = models.DateTimeField()
    name = models.TextField(max_length=60)
    account_id = models.UUIDField(null=True)
    posting_id = models.UUIDField(null=True)
    role = models.TextField(max_length=20, blank=True)
    job = models.TextField(max_length=60, blank=True)
    subject_kind = models.TextField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    path = models.TextField(max_length=255, db_collation="C", null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seq"], name="event_seq_once")]
        indexes = [
            models.Index(fields=["txid", "seq"], name="event_sealing_order"),
            models.Index(
                fields=["subject_id"], name="event_subject", condition=models.Q(subject_id__isnull=False)
            ),
            models.Index(fields=["at"], name="event_at"),
            models.Index(
                KeyTextTransform(DRAWN, "facts"), condition=models.Q(facts__has_key=DRAWN), name="event_drawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class EventSubject(models.Model):
    """That one event was about one person. No foreign key: the seal covers both, and a check a row would cost."""

    pk = models.CompositePrimaryKey("event_id", "person_id")
    event_id = models.UUIDField()
    person_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["person_id"], name="eventsubject_person")]

    def __str__(self) -> str:
        return f"{self.event_id} about {self.person_id}"


class Alias(models.Model):
    """That events about ``former`` are about ``present`` too: two records became one, from when until when.

    The events are never rewritten: who asks for one person's events asks for those of the other names too
    (``audit_names_of``). A row is closed when the records are taken apart, and stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    former = models.UUIDField()
    present = models.UUIDField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["former"], condition=models.Q(to_at__isnull=True), name="alias_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["former"], name="alias_former"),
            models.Index(fields=["present"], name="alias_present"),
        ]

    def __str__(self) -> str:
        return f"{self.former} is {self.present}"


class Segment(models.Model):
    """A sealed range of transactions: ``from_txid`` ≤ txid < ``until_txid``, of events numbered above ``floor_seq``."""

    number = models.BigIntegerField(primary_key=True)
    era = models.IntegerField()
    floor_seq = models.BigIntegerField()
    from_txid = models.BigIntegerField()
    until_txid = models.BigIntegerField()
    events = models.BigIntegerField()
    subjects = models.BigIntegerField()
    highest_seq = models.BigIntegerField()
    events_digest = models.BinaryField()
    subjects_digest = models.BinaryField()
    sealed_at = models.DateTimeField()
    previous_head = models.BinaryField()
    head = models.BinaryField()
    key_id = models.TextField(max_length=20)
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"segment {self.number}"


class Archive(models.Model):
    """That the events of some segments were moved to a file, and which."""

    first_number = models.BigIntegerField(primary_key=True)
    last_number = models.BigIntegerField()
    file_name = models.TextField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name
