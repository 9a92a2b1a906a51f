"""What can be asked about pairs, merges and searches."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry import persons
from niangjia.registry.duplicates.states import ONE, TWO, Status
from niangjia.registry.models import Merge, Organisation, Pair, Person, Search


def visible_to(actor: Actor) -> QuerySet[Pair]:
    """Return the pairs both of whose records ``actor`` may see; of merged ones, the record that there is."""
    first, second = (
        Exists(persons.visible_to(actor).filter(pk=OuterRef(side))) for side in ("first", "second")
    )
    there = Q(first, second, status__in=TWO) | Q(Q(first) | Q(second), status__in=ONE)
    return within(Pair.objects.select_related("organisation"), actor).filter(there)


def get(pk: UUID, *, by: Actor) -> Pair:
    """Return one pair.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def queue(status: str, *, by: Actor) -> QuerySet[Pair]:
    """Return the pairs in ``status``: to be decided, the oldest and surest first; else the latest decision first."""
    shown = visible_to(by)
    if status == Status.OPEN:
        return shown.filter(status=status).order_by("found_at", "-weight", "pk")
    if status == Status.MERGED:
        return shown.filter(status__in=[Status.MERGING, *ONE]).order_by("-decided_at", "pk")
    return shown.filter(status=status).order_by("-decided_at", "pk")


def at_union(pairs: QuerySet[Pair], union: Organisation) -> QuerySet[Pair]:
    """Return the pairs at least one of whose records lies at ``union`` or below."""
    below = Person.objects.filter(path__gte=union.scope.lo, path__lt=union.scope.hi)
    return pairs.filter(
        Q(Exists(below.filter(pk=OuterRef("first")))) | Q(Exists(below.filter(pk=OuterRef("second"))))
    )


def waiting_since(pairs: QuerySet[Pair], days: int, *, at: datetime) -> QuerySet[Pair]:
    """Return the pairs that were found at least ``days`` days ago."""
    return pairs.filter(found_at__lte=at - timedelta(days=days))


def records_of(pair: Pair, *, by: Actor) -> list[Person]:
    """Return the records of a pair that are there, the first one first."""
    rows = persons.visible_to(by).filter(pk__in=pair.person_ids)
    return list(rows.select_related("organisation", "region", "employer").order_by("pk"))


def merge_of(pair: Pair) -> Merge | None:
    """Return the latest merge of a pair, standing or taken back."""
    return pair.merges.order_by("-pk").first()


def latest_search(*, by: Actor) -> Search | None:
    """Return the newest search of the actor's own office."""
    if by.organisation_id is None:
        return None
    mine = within(Search.objects.all(), by).filter(organisation_id=by.organisation_id, batch_id=None)
    return mine.order_by("-pk").first()
