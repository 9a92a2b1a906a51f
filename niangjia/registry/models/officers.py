"""Officers (工会职务): which person holds which post of which union, from when until when."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from niangjia.core.codes import flagged
from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import OfPerson, Scoped

# Posts with one holder at a time; the database's constraint names them, so a change of the table needs a migration.
SINGLE = tuple(code.code for code in flagged("union_post", "single"))


class Seat(Func):
    """A range of one number for each seat: union and post, and for posts with many holders the person too.

    PostgreSQL excludes overlaps of ranges; ids in such an index would need an extension. Of a million seats any two have
    one number with a chance below 10⁻⁷.
    """

    template = "int8range(hashtextextended({key}, 0), hashtextextended({key}, 0), '[]')".format(
        key="organisation_id::text || post || CASE WHEN post IN (%(single)s) THEN '' ELSE person_id::text END"
    )

    def __init__(self, single: tuple[str, ...]) -> None:
        super().__init__(single=", ".join(f"'{post}'" for post in single))


class Days(Func):
    """The days from ``from_on`` until before ``to_on``."""

    function = "daterange"
    output_field = DateRangeField()


class Officer(OfPerson, Scoped):
    """A person in one post of one union, from ``from_on`` until before ``to_on``; null ``to_on`` is still.

    It is what a union decided, and gives no right to sign in: that is a ``Posting``. ``term_until`` is the day by which a
    new election is due; whoever has not been replaced by then goes on. ``name_then`` is the name when it was written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.TextField(max_length=30)
    basis = models.TextField(max_length=20, blank=True)
    name_then = models.TextField(max_length=100)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    term_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="officer_ends_after_it_began",
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
            ),
            ExclusionConstraint(
                name="officer_one_in_a_seat",
                expressions=[
                    (Seat(single=SINGLE), RangeOperators.OVERLAPS),
                    (Days("from_on", "to_on"), RangeOperators.OVERLAPS),
                ],
                # Checked at the end of a statement, for one statement may write two who follow each other.
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="officer_path"),
            models.Index(
                fields=["line_path", "id"], name="officer_line", condition=Q(line_path__isnull=False)
            ),
            models.Index(fields=["organisation", "post"], name="officer_union"),
            models.Index(fields=["person"], name="officer_person"),
        ]

    def __str__(self) -> str:
        return f"{self.post} of {self.organisation_id}"

    def days_overlap(self, other: Officer) -> bool:
        """Tell whether both are held on some day; one that ends as it begins is held on none."""
        first = max(self.from_on, other.from_on)
        ends = [each.to_on for each in (self, other) if each.to_on is not None]
        return all(first < to_on for to_on in ends)
