"""Reorganisation orders, their lines, and what each took from one union to another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import Scoped
from niangjia.registry.reorganisation.states import OVER, WAS_SIGNED, Status


class ReorganisationOrder(Scoped):
    """One signed order (机构调整令) of the office ``organisation``.

    ``preview`` is what was signed, ``refusals`` why the last try was refused (line, code, params), ``done`` what it came to:
    the units whose place changed, with place and line before and after.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document_number = models.TextField(max_length=80)
    effective_on = models.DateField()
    reason = models.TextField(max_length=200, blank=True)
    status = models.TextField(max_length=20, choices=Status, default=Status.DRAFT)
    drafted_by = models.UUIDField()
    drafted_account = models.UUIDField()
    drafted_at = models.DateTimeField()
    preview = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)
    previewed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    done = models.JSONField(default=dict)
    carried_out_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "document_number"],
                condition=~Q(status__in=[status.value for status in OVER]),
                name="order_number_once_in_an_office",
            ),
            models.CheckConstraint(
                name="order_signed_by_somebody",
                condition=~Q(status__in=[status.value for status in WAS_SIGNED])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
            ),
            models.CheckConstraint(name="order_has_a_number", condition=~Q(document_number="")),
        ]
        indexes = [models.Index(fields=["path", "id"], name="order_path")]

    def __str__(self) -> str:
        return self.document_number


class OrderLine(Scoped):
    """One line of an order, as it was typed: units by code or name, resolved anew at each preview."""

    class Kind(models.TextChoices):
        MOVE = "move", _("Move")
        MERGE = "merge", _("Merge")
        SPLIT = "split", _("Split")
        DISSOLVE = "dissolve", _("Dissolve")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(ReorganisationOrder, models.PROTECT, related_name="lines")
    number = models.IntegerField()
    kind = models.TextField(max_length=10, choices=Kind)
    unit = models.TextField(max_length=120)
    target = models.TextField(max_length=120, blank=True)
    new_name = models.TextField(max_length=120, blank=True)
    new_code = models.TextField(max_length=40, blank=True)
    parts = models.JSONField(default=list)
    employers = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="order_line_number_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.number} of {self.order_id}"


class Carried(models.Model):
    """A row that went from one union to another by an order; ``successor`` is the row that was opened in its place."""

    pk = models.CompositePrimaryKey("order_id", "what", "row_id")
    order = models.ForeignKey(
        ReorganisationOrder, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    what = models.TextField(max_length=60)
    row_id = models.UUIDField()
    from_organisation = models.UUIDField(null=True)
    to_organisation = models.UUIDField(null=True)
    successor = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.what} by {self.order_id}"
