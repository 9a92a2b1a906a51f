"""What belongs to a union rather than to its place, and goes to the receiver when the union ends.

Each feature says so for its own tables, in ``config.wiring``; a test holds every table with an organisation to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from niangjia.foundation.actors import Scope
from niangjia.registry.models import Organisation


@dataclass(frozen=True)
class Following:
    """Some rows of one table.

    Attributes:
        name: what the preview calls them.
        rows: gives the queryset of all rows that follow; what is over stays with the union that was.
        columns: the columns that name the union, each followed for itself; with ``organisation`` go the paths.
        has_path: whether the table carries the union's paths; one without is the system's own, and no office counts it.
        needs_roll: whether only a union that keeps a roll can take them over.
        waits: whether clocks may run for them.
        clashes: how many rows cannot stand beside one that the receiver (second) has already.
    """

    name: str
    rows: Callable[[], Any]
    columns: tuple[str, ...] = ("organisation_id",)
    has_path: bool = True
    needs_roll: bool = False
    waits: bool = False
    clashes: Callable[[UUID, UUID], int] | None = None

    @property
    def table(self) -> str:
        """Return the name of the table."""
        return str(self.rows().model._meta.db_table)

    def counts(self, organisations: list[UUID], scope: Scope) -> dict[UUID, int]:
        """Return by union how many rows are its own; ``scope`` holds them all."""
        here = {"path__gte": scope.lo, "path__lt": scope.hi}
        own = self.rows().filter(**here, **{f"{self.columns[0]}__in": organisations})
        counted = own.order_by().values_list(self.columns[0]).annotate(n=Count("pk"))
        return dict(counted)

    def hand_over(
        self, before: Organisation, after: Organisation, *, only: set[UUID] | None = None
    ) -> list[UUID]:
        """Let the rows of ``before`` be those of ``after``; return which went, by the first of the columns."""
        went: list[UUID] = []
        for column in self.columns:
            rows = self.rows().filter(**{column: before.pk})
            if self.has_path and column == "organisation_id":
                rows = rows.filter(path=before.path)
            if only is not None:
                rows = rows.filter(pk__in=only)
            keys = list(rows.values_list("pk", flat=True))
            facts: dict[str, Any] = {column: after.pk}
            if self.has_path and column == "organisation_id":
                facts |= {"path": after.path, "line_path": after.line_path}
            self.rows().model._base_manager.filter(pk__in=keys).update(**facts)
            went += keys
        return list(dict.fromkeys(went))


_following: dict[str, Following] = {}


def follow(following: Following) -> None:
    """Let these rows go to the receiver when their union ends; a second time is no second table."""
    _following[following.name] = following


def all_following() -> tuple[Following, ...]:
    """Return everything that follows."""
    return tuple(_following.values())


def shown_following() -> tuple[Following, ...]:
    """Return what of it an office may count."""
    return tuple(each for each in all_following() if each.has_path)
