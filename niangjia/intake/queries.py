"""Which rosters an office has handed in, and what became of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.members import NAME


def visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the rosters that ``actor`` may see, the newest first."""
    return plans.visible_to(actor).filter(kind=NAME)


def get(pk: UUID, *, by: Actor) -> Batch:
    """Return one roster.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
