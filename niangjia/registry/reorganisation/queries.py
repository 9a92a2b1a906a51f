"""Which orders an actor may see, and which wait for their day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry.models import OrderLine, ReorganisationOrder
from niangjia.registry.reorganisation.states import Status


def visible_to(actor: Actor) -> QuerySet[ReorganisationOrder]:
    """Return the orders of the actor's office and those below it, the newest first."""
    return within(ReorganisationOrder.objects.select_related("organisation"), actor).order_by(
        "-drafted_at", "-pk"
    )


def get(pk: UUID, *, by: Actor) -> ReorganisationOrder:
    """Return one order.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def lines_of(order: ReorganisationOrder, *, by: Actor) -> QuerySet[OrderLine]:
    """Return the lines of an order, in their order."""
    return within(OrderLine.objects.filter(order=order), by).order_by("number")


def being_taken_back() -> list[UUID]:
    """Return the orders whose taking back was asked for and is not done; asked by the system."""
    waiting = ReorganisationOrder.objects.filter(status=Status.TAKING_BACK)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def due(*, on: date) -> list[UUID]:
    """Return the signed orders whose day has come, in the order of their days; asked by the system."""
    waiting = ReorganisationOrder.objects.filter(
        status__in=[Status.SIGNED, Status.CARRYING_OUT], effective_on__lte=on
    )
    return list(waiting.order_by("effective_on", "signed_at").values_list("pk", flat=True))
