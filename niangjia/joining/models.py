"""Join codes, what a phone hands in, and the request that a union answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.core.ids import uuid7
from niangjia.joining.states import Status
from niangjia.registry.models import Scoped


class JoinCode(Scoped):
    """The address behind a union's QR code: opaque, and revocable. Everybody may read one, its own union write it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token = models.CharField(max_length=22)
    label = models.TextField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token"], name="join_code_token_once")]
        indexes = [models.Index(fields=["path", "id"], name="joincode_path")]

    def __str__(self) -> str:
        return str(self.pk)


class Submission(models.Model):
    """What one phone handed in, in one durable write. Nobody but the screening job may read it back.

    After screening the sealed part is emptied: the request holds it then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without a check in the database: it would make a phone wait while the union moves (ADR 0026).
    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, related_name="+", db_constraint=False
    )
    code = models.ForeignKey(JoinCode, models.PROTECT, related_name="+")
    name = models.TextField(max_length=100)
    id_kind = models.TextField(max_length=20)
    sex = models.CharField(max_length=1)
    birth_on = models.DateField(null=True)
    group = models.TextField(max_length=30)
    workplace = models.TextField(max_length=120, blank=True)
    sealed = models.BinaryField()
    phone_token = models.UUIDField()
    consents = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    screened_at = models.DateTimeField(null=True)
    join_request = models.ForeignKey("joining.JoinRequest", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)


class JoinRequest(Scoped):
    """A worker's request to a union (入会申请), with its own sealed secrets.

    ``person`` is set by screening where a record exists; no page shows whether it is.
    ``holder`` is the office that has to act now; it moves up when a clock runs out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    holder = models.ForeignKey(
        "registry.Organisation", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    status = models.TextField(max_length=12, choices=Status, default=Status.PENDING)
    name = models.TextField(max_length=100)
    id_kind = models.TextField(max_length=20)
    sex = models.CharField(max_length=1)
    birth_on = models.DateField(null=True)
    group = models.TextField(max_length=30)
    workplace = models.TextField(max_length=120, blank=True)
    secrets = models.BinaryField()
    id_token = models.UUIDField()
    phone_token = models.UUIDField()
    phone_proven_at = models.DateTimeField(null=True)
    phone_confirmed_by = models.TextField(max_length=20, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    membership = models.ForeignKey("registry.Membership", models.PROTECT, null=True, related_name="+")
    consents = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)
    needs = models.JSONField(default=list)
    answer = models.TextField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.TextField(max_length=30, blank=True)
    checked_by = models.TextField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="joinrequest_decided_at_and_by_together",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="joinrequest_rejected_with_a_reason",
                condition=~Q(status=Status.REJECTED) | ~Q(reason=""),
            ),
            models.UniqueConstraint(
                fields=["id_token", "phone_token", "organisation"],
                condition=Q(status__in=["pending", "need_more", "approved"]),
                name="joinrequest_one_open_at_a_union",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "status", "id"], name="joinrequest_path"),
            models.Index(
                fields=["line_path", "status", "id"],
                name="joinrequest_line",
                condition=Q(line_path__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Elsewhere(Scoped):
    """An approved person who is on another roll: put before the common superior of both unions.

    Its path is the common superior's, so neither of the two unions sees the row.
    """

    class Outcome(models.TextChoices):
        MOVED = "moved"
        STAYS = "stays"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    join_request = models.OneToOneField(JoinRequest, models.PROTECT, related_name="elsewhere")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", db_index=False)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    outcome = models.TextField(max_length=10, choices=Outcome, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path", "id"], name="elsewhere_path")]

    def __str__(self) -> str:
        return str(self.pk)
