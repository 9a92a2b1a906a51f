"""What can be asked about officers: who holds which post of a union, and whose term has run out."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet

from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry.models import Officer


def visible_to(actor: Actor) -> QuerySet[Officer]:
    """Return the officers of the unions in the actor's scope."""
    return within(Officer.objects.all(), actor)


def in_post(*, by: Actor, on: date) -> QuerySet[Officer]:
    """Return who holds a post on the day ``on``, union by union."""
    still = Q(to_on__isnull=True) | Q(to_on__gt=on)
    return visible_to(by).filter(still, from_on__lte=on).select_related("organisation").order_by("path", "id")


def overdue(*, by: Actor, on: date) -> QuerySet[Officer]:
    """Return those of them whose term has run out, so that a new election is due."""
    return in_post(by=by, on=on).filter(term_until__lte=on)


def left(*, by: Actor, on: date) -> QuerySet[Officer]:
    """Return who held a post and holds it no more on the day ``on``, the last to leave first."""
    gone = visible_to(by).filter(to_on__lte=on, to_on__gt=F("from_on"))
    return gone.select_related("organisation").order_by("-to_on", "id")
