"""Membership spells: dated, and closed rather than overwritten."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import OfPerson, Scoped


class Membership(OfPerson, Scoped):
    """One spell on one roll (会籍), from ``from_on`` until before ``to_on``; null ``to_on`` is still.

    A closed spell keeps its union and path, and the name as it was then. Membership at rest (保留会籍) is a spell of its
    own, ``is_retained``: it is open, and not counted.
    """

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        AFFILIATE = "affiliate", _("Affiliate")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Member")
        RETAINED = "retained", _("Membership retained")
        EXITED = "exited", _("Left")
        EXPELLED = "expelled", _("Expelled")
        TRANSFERRED = "transferred", _("Went to another union")

    person = models.ForeignKey(
        "registry.Person", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField(max_length=10, choices=Kind, default=Kind.PRIMARY)
    status = models.TextField(max_length=20, choices=Status, default=Status.ACTIVE)
    is_retained = models.BooleanField(default=False, db_default=False)
    name_then = models.TextField(max_length=100)
    group = models.TextField(max_length=30, blank=True)
    region_code = models.CharField(max_length=9, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    channel = models.TextField(max_length=20)
    end_reason = models.TextField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One index for both: whose spells these are, and that one of them is the open one. Nulls are distinct.
            models.UniqueConstraint(
                F("person"),
                Case(When(kind="primary", to_on__isnull=True, then=Value(True))),
                name="membership_one_open_primary",
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_began",
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="membership_path"),
            models.Index(
                fields=["line_path", "id"], name="membership_line", condition=Q(line_path__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
