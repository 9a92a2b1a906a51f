"""The deployer's own values of figures."""

from __future__ import annotations

from django.db import models

from niangjia.core.ids import uuid7


class Value(models.Model):
    """One value: from a day on, in one region or everywhere (empty), with the paper behind it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(max_length=60)
    value = models.JSONField()
    region = models.TextField(max_length=12, blank=True, db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    source = models.TextField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "region", "from_on"], name="parameter_once_a_day"),
            models.CheckConstraint(condition=~models.Q(source=""), name="parameter_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.from_on}"
