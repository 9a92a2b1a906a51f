"""Which exports an actor may see, and who got a copy of each."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.models import Copy, Export
from niangjia.foundation.scopes import within


def visible_to(actor: Actor) -> QuerySet[Export]:
    """Return the exports of offices in the actor's scope; the newest first, each with ``given``, how many copies."""
    return within(Export.objects.all(), actor).annotate(given=Count("copies")).order_by("-pk")


def get(pk: UUID, *, by: Actor) -> Export:
    """Return one export.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def copies_of(export: Export, *, by: Actor) -> QuerySet[Copy]:
    """Return who got a copy, the last one first."""
    return within(Copy.objects.filter(export=export), by).order_by("-pk")
