"""Which rosters an office has handed in, and what became of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch


def visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the lists that ``actor`` may see, of the kinds that the role may hand in; the newest first."""
    open_to = kinds.lists(None if actor.is_system else actor.role)
    return plans.visible_to(actor).filter(kind__in=list(open_to))


def get(pk: UUID, *, by: Actor) -> Batch:
    """Return one roster.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
