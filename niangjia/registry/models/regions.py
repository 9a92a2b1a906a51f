"""Administrative divisions, dated, by edition."""

from __future__ import annotations

from django.db import models


class Region(models.Model):
    """A division of GB/T 2260: nation, province, city, county or town; its code stays when it ends.

    Codes have 2, 4, 6 or 9 digits by level; the nation is ``0``.
    """

    class Level(models.IntegerChoices):
        NATION = 0
        PROVINCE = 1
        CITY = 2
        COUNTY = 3
        TOWN = 4

    code = models.CharField(primary_key=True, max_length=9)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.SmallIntegerField(choices=Level)
    name = models.TextField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    edition = models.TextField(max_length=20)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
