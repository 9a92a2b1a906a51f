"""Taking an order back: what it did is annulled, where nothing stands in the way (docs/algorithms/reorganisation.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from niangjia.core.days import day_of
from niangjia.core.reorganisation.refusals import Refused
from niangjia.foundation import notices, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Carried, Membership, Organisation, Parenthood, ReorganisationOrder
from niangjia.registry.reorganisation.between import place_pairs
from niangjia.registry.reorganisation.carrying import LOCK_UNITS, locked, wait_for_rosters
from niangjia.registry.reorganisation.following import Following, all_following
from niangjia.registry.reorganisation.handing_over import POSTS, SPELLS, Going, hand_back, record_whom
from niangjia.registry.reorganisation.placing import back, place, restore_parenthoods
from niangjia.registry.reorganisation.states import CHART, Status

Clock = Callable[[], datetime]


def hindrances(order: ReorganisationOrder) -> list[Refused]:
    """Return what stands in the way of taking ``order`` back; asked by the office, and again by the job."""
    placed = order.done.get("placed", [])
    named = {each["id"] for each in placed} | set(order.done.get("ended", []))
    named |= {each["old_superior"] for each in placed if each["old_superior"]}
    rows = {str(row.pk): row for row in Organisation.objects.filter(pk__in=named)}
    found = [
        Refused(0, "unit_moved_since", {"unit": rows[each["id"]].name})
        for each in placed
        if rows[each["id"]].path != each["new_path"]
    ]
    ended = set(order.done.get("ended", []))
    found += [
        Refused(0, "unit_ended_since", {"unit": row.name})
        for pk, row in rows.items()
        if row.ended_on is not None and pk not in ended and row.ended_on >= order.effective_on
    ]
    return found + list(_newcomers(order, rows)) + _spells_closed(order)


def _newcomers(order: ReorganisationOrder, rows: dict[str, Organisation]) -> Iterator[Refused]:
    """Yield the founded units to which somebody came since: members, units below, or workers who ask to join."""
    placed = {each["id"] for each in order.done.get("placed", [])}
    for pk in order.done.get("founded", []):
        unit = rows[pk]
        below = Organisation.objects.filter(path__gt=unit.path, path__lt=unit.scope.hi).exclude(pk__in=placed)
        came = Membership.objects.filter(path=unit.path, organisation_id=unit.pk)
        asked = any(each.rows().filter(**{each.columns[0]: pk}).exists() for each in _of_workers())
        if asked or below.exists() or came.exclude(pk__in=_successors(order)).exists():
            yield Refused(0, "somebody_came", {"unit": unit.name})


def _of_workers() -> list[Following]:
    """Return what workers have sent in, and somebody must answer."""
    return [each for each in all_following() if each.needs_roll or not each.has_path]


def _successors(order: ReorganisationOrder) -> list[UUID]:
    kept = Carried.objects.filter(order=order, what=SPELLS)
    return [pk for pk in kept.values_list("successor", flat=True) if pk]


def _spells_closed(order: ReorganisationOrder) -> list[Refused]:
    successors = _successors(order)
    there = Membership.objects.filter(pk__in=successors, to_on__isnull=True).count()
    gone = len(successors) - there
    return [Refused(0, "spells_closed_since", {"n": gone})] if gone else []


def carry_back(order_id: UUID, *, by: Actor, now: Clock) -> None:
    """Take an order back, or leave it with the list of what stands in the way."""
    with acting(by):
        order = locked(order_id)
        if order.status != Status.TAKING_BACK:
            return
        wait_for_rosters(order)
        with connection.cursor() as cursor:
            units = [each["id"] for each in order.done["placed"]] + order.done["ended"]
            cursor.execute(LOCK_UNITS, [sorted(set(units))])
        found = hindrances(order)
        if found:
            told = [asdict(each) for each in found]
            workflow.fire(order, "keep", machine=CHART, by=by, at=now(), refusals=told)
            notices.tell_office(order.organisation_id, "order_kept", at=now(), subject=order.pk)
            return
        _restore(order, by=by, at=now())
        workflow.fire(order, "restore", machine=CHART, by=by, at=now(), taken_back_at=now(), refusals=[])
        for pk in sorted({str(order.organisation_id), *order.done["ended"]}):
            notices.tell_office(UUID(pk), "order_taken_back", at=now(), subject=order.pk)


def _restore(order: ReorganisationOrder, *, by: Actor, at: datetime) -> None:
    record_whom(order, "reorganisation.members_carried_back", by=by, at=at)
    Organisation.objects.filter(pk__in=order.done["ended"]).update(ended_on=None)
    for going in reversed(list(_gone(order))):
        hand_back(order, going, by=by, at=at)
    placed = back(order.done["placed"])
    place(placed, since=date.min, source=order.pk)
    kept = Carried.objects.filter(order=order, what="registry_parenthood", successor__isnull=False)
    restore_parenthoods([(each.row_id, each.successor) for each in kept if each.successor], placed)
    place_pairs(Organisation.objects.get(pk=order.organisation_id).scope)
    _annul(order, on=day_of(at))


def _gone(order: ReorganisationOrder) -> Iterator[Going]:
    """Yield what went where, with the unions as they stand now."""
    ended = set(order.done["ended"])
    rows = Organisation.objects.select_related("line")
    pairs = Carried.objects.filter(order=order, to_organisation__isnull=False)
    for before, after in pairs.values_list("from_organisation", "to_organisation").distinct():
        employers = None if str(before) in ended else ()
        posts = pairs.filter(what=POSTS, from_organisation=before, successor__isnull=False).exists()
        yield Going(rows.get(pk=before), rows.get(pk=after), employers=employers, with_posts=posts)


def _annul(order: ReorganisationOrder, *, on: date) -> None:
    """End what splits founded: a unit is never deleted, since a path is never used again."""
    last = max(on, order.effective_on + timedelta(days=1))
    founded = order.done["founded"]
    Organisation.objects.filter(pk__in=founded).update(ended_on=last)
    Parenthood.objects.filter(organisation_id__in=founded, to_on__isnull=True).update(to_on=last)
