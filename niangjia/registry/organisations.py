"""What can be done with, and asked about, the tree of unions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from niangjia.core.codes.unions import Place, may_stand_under
from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Organisation, Parenthood

TREE_LOCK = 0x6E6A_7472  # "njtr": two moves at once may deadlock, and add_root does not lock at all


def visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations at or below the actor's own; of a federation, those that it leads too."""
    if actor.scope is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(path__gte=actor.scope.lo, path__lt=actor.scope.hi)


def counted_by(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations under which the actor's figures stand: its own, and what its line reaches above."""
    if actor.scope is None or not actor.scope.line:
        return visible_to(actor)
    led = Organisation.objects.filter(line_id=actor.organisation_id)
    above = {path[:end] for path in led.values_list("path", flat=True) for end in range(4, len(path) + 1, 4)}
    return Organisation.objects.filter(path__in=above) | visible_to(actor)


def parent_of(organisation: Organisation) -> Organisation | None:
    """Return the organisation right above, None at the top."""
    above = organisation.path[: -Organisation.steplen]
    return Organisation.objects.filter(path=above).first() if above else None


def common_superior(one: Organisation, other: Organisation) -> Organisation:
    """Return the nearest organisation that stands above, or is, both; the top where there are several trees."""
    steps = Organisation.steplen
    shared = 0
    while shared < len(one.path) and one.path[shared : shared + steps] == other.path[shared : shared + steps]:
        shared += steps
    path = one.path[:shared] or one.path[:steps]
    return Organisation.objects.get(path=path)


class MayNotStandThere(Invalid):
    """The table of what may stand under what says no."""

    code = "may_not_stand_there"
    message = gettext_noop("A union of this kind cannot stand there. Choose another superior.")


@transaction.atomic
def found(facts: dict[str, Any], *, under: Organisation | None, on: date) -> Organisation:
    """Return a new organisation under ``under`` (None: at the top), with its first dated parenthood.

    Raises:
        MayNotStandThere: its kind and level may not stand under that superior.
    """
    place = Place(facts["kind"], facts["level"])
    if not may_stand_under(place, Place(under.kind, under.level) if under else None):
        raise MayNotStandThere
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
    values = {"established_on": on, "line": _line_of(under), **facts}
    if under is None:
        made = Organisation.objects.add_root(values)
    else:
        made = Organisation.objects.add_child(Organisation.objects.get(pk=under.pk), values)
    Parenthood.objects.create(organisation=made, parent=under, path=made.path, from_on=made.established_on)
    return made


def _line_of(parent: Organisation | None) -> Organisation | None:
    if parent is None:
        return None
    return parent if parent.leads_a_line else parent.line
