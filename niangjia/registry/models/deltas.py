"""Dated changes of figures: appended, never counted up in place (hot cells deadlock)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from niangjia.registry.models.scoped import Scoped


class Delta(Scoped):
    """``n`` more or fewer of ``measure`` on ``day``, at the organisation whose path was ``path`` on that day.

    A chunk of a roster changes hundreds of days of one union: then ``days`` and ``numbers`` tell how many on each, ``day`` is the
    first and ``last_day`` the last of them, and ``n`` their sum. Of one day these three are null.

    In the database the key is (measure, path, day, id): the one index by which figures are read.
    """

    id = models.BigAutoField(primary_key=True)
    measure = models.TextField(max_length=30)
    day = models.DateField()
    region_code = models.CharField(max_length=9, blank=True)
    group = models.TextField(max_length=30, blank=True)
    n = models.IntegerField()
    last_day = models.DateField(null=True)
    days = ArrayField(models.DateField(), null=True)
    numbers = ArrayField(models.IntegerField(), null=True)
    source = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.n:+d} {self.measure}"
