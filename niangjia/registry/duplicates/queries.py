"""What can be asked about pairs, merges and searches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry import persons
from niangjia.registry.duplicates.states import ONE, TWO, Status
from niangjia.registry.models import Merge, Organisation, Pair, Person, Search

# So many are looked at for a list or a count: whether both records are there takes two look-ups a pair.
MOST = 500
# Where records have gone, as after the undo of a great roster, so many times as many are looked through, and no more.
MOST_PARTS = 20


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


@dataclass(frozen=True)
class Counted:
    """How many pairs; ``about`` tells that of so many nobody has looked whether both records are still in the area."""

    n: int
    about: bool = False

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.n + other.n, self.about or other.about)


def lying_in(status: str, *, by: Actor) -> QuerySet[Pair]:
    """Return the pairs that lie in the actor's area, in the order of the queue: to be decided, the oldest and surest first.

    Whether both records are there still is not looked at: this is for ``listed`` and ``counted``, which do.
    """
    lying = within(Pair.objects.all(), by)
    if status == Status.OPEN:
        return lying.filter(status=status).order_by("found_at", "-weight", "pk")
    if status == Status.MERGED:
        return lying.filter(status__in=[Status.MERGING, *ONE]).order_by("-decided_at", "pk")
    return lying.filter(status=status).order_by("-decided_at", "pk")


def listed(lying: QuerySet[Pair], *, by: Actor, most: int = MOST) -> list[UUID]:
    """Return the first ``most`` of these pairs that ``by`` may see, in their order: no more than that are looked for."""
    found: list[UUID] = []
    for start in range(0, most * MOST_PARTS, most):
        part = list(lying.values_list("pk", flat=True)[start : start + most])
        seen = set(visible_to(by).filter(pk__in=part).values_list("pk", flat=True))
        found += [key for key in part if key in seen]
        if len(found) >= most or len(part) < most:
            break
    return found[:most]


def counted(lying: QuerySet[Pair], *, by: Actor, most: int = MOST) -> dict[str, Counted]:
    """Return how many of these pairs ``by`` may see, by decision: exactly up to ``most`` of one, about above."""
    groups = dict(lying.order_by().values_list("decision").annotate(n=Count("pk")))
    return {
        decision: Counted(n, about=True)
        if n > most
        else Counted(len(listed(lying.filter(decision=decision), by=by, most=most + 1)))
        for decision, n in groups.items()
    }


def pairs_of(keys: Iterable[UUID], *, by: Actor) -> list[Pair]:
    """Return these pairs, in this order; those that ``by`` may not see are left out."""
    asked = list(keys)
    found = visible_to(by).in_bulk(asked)
    return [found[key] for key in asked if key in found]


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
