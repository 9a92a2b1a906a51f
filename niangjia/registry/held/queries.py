"""What can be asked about held rows."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.core.plan import Verdict
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status as BatchStatus
from niangjia.foundation.scopes import within
from niangjia.foundation.vault import open_sealed
from niangjia.registry import persons
from niangjia.registry.held.states import Status
from niangjia.registry.models import HeldRow, Person


def visible_to(actor: Actor) -> QuerySet[HeldRow]:
    """Return the held rows that lie in the actor's scope."""
    return within(HeldRow.objects.all(), actor)


def waiting(*, by: Actor) -> QuerySet[HeldRow]:
    """Return what waits for a decision of lists that stand as written, in the order in which it came in."""
    written = plans.visible_to(by).filter(status=BatchStatus.COMMITTED)
    open_rows = visible_to(by).filter(status=Status.OPEN, batch_id__in=written.order_by().values("pk"))
    return open_rows.order_by("batch_id", "row")


def get(pk: UUID, *, by: Actor) -> HeldRow:
    """Return one held row that waits or is being carried out.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk, status__in=[Status.OPEN, Status.DECIDED]).first()
    if found is None:
        raise NotFound
    return found


def candidates_of(rows: Iterable[HeldRow], *, by: Actor) -> dict[UUID, Person]:
    """Return those in question whom ``by`` may see, by id."""
    ids = {each for row in rows for each in row.person_ids}
    there = persons.visible_to(by).filter(pk__in=ids).select_related("organisation", "region", "employer")
    return {each.pk: each for each in there}


def alike(rows: Iterable[HeldRow], *, by: Actor) -> dict[UUID, list[int]]:
    """Return for each mark the numbers of the rows that bear it: rows of one list that contradict each other."""
    marks = {each.alike for each in rows if each.alike}
    found: dict[UUID, list[int]] = {}
    for each in visible_to(by).filter(alike__in=marks).only("alike", "row").order_by("row"):
        if each.alike is not None:
            found.setdefault(each.alike, []).append(each.row)
    return found


def unlike(row: HeldRow, person: Person) -> set[str]:
    """Return the secret fields in which the row says something else than the record; a blank one says nothing."""
    mine = open_sealed(row.secrets, table=row._meta.db_table, row_id=row.pk, fields=("id_number", "phone"))
    theirs = open_sealed(person.secrets, table=person._meta.db_table, row_id=person.pk, fields=tuple(mine))
    return {name for name in mine if mine[name] and mine[name] != theirs[name]}


def waiting_above(batch: Batch, *, by: Actor) -> int:
    """Return how many held rows of ``batch`` an office above has to look at."""
    held = plans.results_of(batch, by=by).filter(verdict=Verdict.HELD.value)
    mine = visible_to(by).filter(batch_id=batch.pk, place__in=held.order_by().values("place"))
    return held.count() - mine.count()
