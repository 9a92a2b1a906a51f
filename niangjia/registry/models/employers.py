"""Employers (用人单位), apart from the unions that cover them."""

from __future__ import annotations

from django.db import models

from niangjia.core.ids import uuid7


class Employer(models.Model):
    """A firm or other unit where people work."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(max_length=200)
    name_key = models.TextField(max_length=200, db_collation="C")
    credit_code = models.CharField(max_length=18, null=True, blank=True)
    region = models.ForeignKey("registry.Region", models.PROTECT, null=True, related_name="+")
    covered_by = models.ForeignKey("registry.Organisation", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credit_code"], name="employer_credit_code_once")]
        indexes = [models.Index(fields=["name_key"], name="employer_name_key")]

    def __str__(self) -> str:
        return self.name
