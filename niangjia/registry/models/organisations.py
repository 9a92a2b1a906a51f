"""The tree of unions, as it is now and as it was on any day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from treebeard.mp_tree import MP_Node

from niangjia.core.ids import uuid7
from niangjia.foundation.actors import Scope


class Organisation(MP_Node):
    """A union or federation (工会组织). ``path`` is the present line; the past is in ``Parenthood``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    path = models.TextField(max_length=255, db_collation="C")
    code = models.TextField(max_length=40)
    credit_code = models.CharField(max_length=18, null=True, blank=True)
    name = models.TextField(max_length=120)
    kind = models.TextField(max_length=20)
    level = models.TextField(max_length=20)
    region = models.ForeignKey("registry.Region", models.PROTECT, related_name="+")
    line = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="affiliates")
    established_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="organisation_path_once"),
            models.UniqueConstraint(fields=["code"], name="organisation_code_once"),
            models.UniqueConstraint(fields=["credit_code"], name="organisation_credit_code_once"),
            models.CheckConstraint(
                name="organisation_ends_after_it_began",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("established_on")),
            ),
        ]
        indexes = [models.Index(fields=["name"], name="organisation_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        """Return this organisation and everything below it."""
        return Scope.below(self.path)

    @property
    def office_scope(self) -> Scope:
        """Return what its office sees: by place, or by line where it is a federation of an industry."""
        return Scope.below(self.path, line=self.leads_a_line)

    @property
    def line_path(self) -> str | None:
        """Return the path of the industry federation that leads this unit, its own where it is one."""
        if self.leads_a_line:
            return self.path
        return self.line.path if self.line else None

    @property
    def leads_a_line(self) -> bool:
        """Tell whether this is a federation of an industry: its office works by line, not by place."""
        return self.kind in LINE_KINDS


LINE_KINDS = frozenset({"union_federation", "industry_union"})


class Parenthood(models.Model):
    """Under which organisation another stood, from ``from_on`` until before ``to_on``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="parenthoods")
    parent = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    path = models.TextField(max_length=255, db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    document_number = models.TextField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(to_on__isnull=True), name="parenthood_one_open"
            ),
            models.CheckConstraint(
                name="parenthood_ends_after_it_began",
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["path"], name="parenthood_path")]

    def __str__(self) -> str:
        return f"{self.organisation_id} under {self.parent_id}"
