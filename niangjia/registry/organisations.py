"""What can be done with, and asked about, the tree of unions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from niangjia.core.codes.unions import Place, may_stand_under
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.reorganisation.steps import step_number, step_texts
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Organisation, Parenthood

TREE_LOCK = 0x6E6A_7472  # "njtr": nothing stands above a root that could be locked
HOLD = "SELECT * FROM registry_hold(%s)"
# Of every unit that ever stood right below, today's and earlier ones: a step is used once (docs/algorithms/figures.md).
LAST_STEP = """SELECT coalesce(max(right(path, 4)), '0000') FROM (
    SELECT path FROM registry_organisation UNION ALL SELECT path FROM registry_parenthood) every
    WHERE path > %(path)s AND path < %(path)s || '~' AND length(path) = length(%(path)s) + 4"""


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


def stood_at(paths: Iterable[str], *, on: date) -> dict[str, Organisation]:
    """Return by path the organisations that stood there on the day ``on`` and stand elsewhere today."""
    still = Q(to_on__isnull=True) | Q(to_on__gt=on)
    then = Parenthood.objects.filter(still, path__in=list(paths), from_on__lte=on)
    return {row.path: row.organisation for row in then.select_related("organisation")}


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


class OfficeMoved(Conflict):
    """The actor's office was moved while this was under way."""

    code = "office_moved"
    message = gettext_noop("Your office has just been reorganised. Load the page again.")


class UnionEnded(Conflict):
    """The union has ended meanwhile."""

    code = "union_ended"
    message = gettext_noop("This union has ended. Choose the one that took over.")


def held(pk: UUID, *, by: Actor) -> Organisation:
    """Return the union as it stands now; until this transaction ends nobody can move it, nor the federation that leads it.

    Whoever copies a union's path asks here first, before any other row is locked (docs/algorithms/reorganisation.md).

    Raises:
        OfficeMoved: the union lies outside the actor's range by now.
        UnionEnded: it has ended.
    """
    line = Organisation.objects.values_list("line_id", flat=True).get(pk=pk)
    rows = {row.pk: row for row in Organisation.objects.raw(HOLD, [[pk, *([line] if line else [])]])}
    union = rows[pk]
    if union.line_id != line:
        return held(pk, by=by)
    if line:
        union.line = rows[line]
    if by.scope is not None and not by.scope.holds(union.line_path if by.scope.line else union.path):
        raise OfficeMoved
    if union.ended_on is not None:
        raise UnionEnded
    return union


def hold(pks: Iterable[UUID]) -> None:
    """Keep these unions, and the federations that lead them, where they are until this transaction ends; see ``held``.

    All in one go: asked for one after the other, they and a reorganisation that moves several could wait for each other.
    """
    unions = set(pks)
    lines = Organisation.objects.filter(pk__in=unions, line__isnull=False).values_list("line_id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_hold(%s)", [list(unions | set(lines))])


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
    values = {"established_on": on, "line": line_below(under), **facts}
    made = _add_root(values) if under is None else _add_below(under.pk, values)
    Parenthood.objects.create(organisation=made, parent=under, path=made.path, from_on=made.established_on)
    return made


def _add_root(values: dict[str, Any]) -> Organisation:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
    return Organisation.objects.add_root(values)


def _add_below(pk: UUID, values: dict[str, Any]) -> Organisation:
    """Return a new unit under a step that was never used before; the superior's row is locked meanwhile."""
    above = Organisation.objects.select_for_update(no_key=True).get(pk=pk)
    path = next_path(above.path)
    made = Organisation(path=path, depth=above.depth + 1, numchild=0, **values)
    made.save(force_insert=True)
    Organisation.objects.filter(pk=pk).update(numchild=F("numchild") + 1)
    return made


def next_path(above: str) -> str:
    """Return a path right below ``above`` that no unit ever had."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_STEP, {"path": above})
        (last,) = cursor.fetchone()
    return above + str(step_texts(np.array([step_number(last) + 1]))[0])


def line_below(parent: Organisation | None) -> Organisation | None:
    """Return the federation of an industry that leads what stands right under ``parent``."""
    if parent is None:
        return None
    return parent if parent.leads_a_line else parent.line
