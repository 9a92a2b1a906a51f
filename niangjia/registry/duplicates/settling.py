"""Where two rows would be one too many: which of them stays open, and how that is taken back.

A table in which a person may have one row of a kind needs its way of settling here, and a test says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.registry import memberships
from niangjia.registry.models import Consent, Membership, Officer, Person
from niangjia.registry.models.officers import SINGLE

TWICE = "10"  # change reason (code table 29): registered twice
Change = tuple[Model, dict[str, Any]]  # a row, and what the merge changed in it as it was
Settle = Callable[..., list[Change]]
Unsettle = Callable[..., bool]


def settle_rolls(first: Person, second: Person, stays: Person, *, by: Actor, at: datetime) -> list[Change]:
    """Close one of two open primary spells: from this day on, the person counts once.

    Args:
        stays: whose roll stays.
    """
    spells = {person.pk: memberships.open_primary_of(person) for person in (first, second)}
    if None in spells.values():
        return []
    (closed,) = (spell for person, spell in spells.items() if person != stays.pk)
    assert closed is not None
    was = {"status": closed.status}
    memberships.close_spell(closed, reason=TWICE, by=by, at=at)
    return [(closed, was)]


def settle_group(stays: Membership | None, group: str, *, by: Actor, at: datetime) -> list[Change]:
    """Let the spell that stays count under the group that was chosen."""
    if stays is None or not group or stays.group == group:
        return []
    was = {"group": stays.group}
    memberships.regroup(stays, group, by=by, at=at)
    return [(stays, was)]


def settle_consents(survivor: Person, absorbed: Person, *, by: Actor, at: datetime) -> list[Change]:
    """Of two open consents to one purpose, close the one that was given earlier: the newer wording holds."""
    mine, theirs = (
        {each.purpose: each for each in Consent.objects.filter(person=person, withdrawn_at=None)}
        for person in (survivor, absorbed)
    )
    changes: list[Change] = []
    for purpose in sorted(mine.keys() & theirs.keys()):
        closed = min(theirs[purpose], mine[purpose], key=lambda each: each.given_at)
        Consent.objects.filter(pk=closed.pk).update(withdrawn_at=at)
        audit.record("consent.joined", by=by, at=at, subject=closed, persons=[closed.person_id])
        changes.append((closed, {"withdrawn_at": None}))
    return changes


def settle_officers(survivor: Person, absorbed: Person, *, by: Actor, at: datetime) -> list[Change]:
    """Annul the later of two entries of one post that both records hold on some day: it was one person all along."""
    changes: list[Change] = []
    for mine, theirs in _posts_told_twice(survivor, absorbed):
        later = max(mine, theirs, key=lambda each: (each.from_on, each.pk))
        if any(row.pk == later.pk for row, _ in changes):
            continue
        Officer.objects.filter(pk=later.pk).update(to_on=later.from_on)
        audit.record("officer.joined", by=by, at=at, subject=later, persons=[later.person_id])
        changes.append((later, {"to_on": later.to_on.isoformat() if later.to_on else None}))
    return changes


def _posts_told_twice(survivor: Person, absorbed: Person) -> Iterator[tuple[Officer, Officer]]:
    theirs = list(Officer.objects.filter(person=absorbed))
    for mine in Officer.objects.filter(person=survivor):
        for other in theirs:
            same = (mine.organisation_id, mine.post) == (other.organisation_id, other.post)
            if same and mine.days_overlap(other):
                yield mine, other


def unsettle_officer(key: UUID, was: dict[str, Any], *, by: Actor, at: datetime) -> bool:
    """Restore an entry that a merge annulled; False where somebody has written into that post since."""
    entry = Officer.objects.get(pk=key)
    entry.to_on = date.fromisoformat(was["to_on"]) if was["to_on"] else None
    beside = Officer.objects.filter(organisation_id=entry.organisation_id, post=entry.post).exclude(pk=key)
    mine = beside if entry.post in SINGLE else beside.filter(person_id=entry.person_id)
    if any(entry.days_overlap(each) for each in mine):
        return False
    entry.save(update_fields=["to_on"])
    audit.record("officer.reopened", by=by, at=at, subject=entry, persons=[entry.person_id])
    return True


def unsettle_spell(key: UUID, was: dict[str, Any], *, by: Actor, at: datetime) -> bool:
    """Take back what a merge changed in a spell; False where another spell stands in the way."""
    spell = Membership.objects.get(pk=key)
    if "group" in was:
        memberships.regroup(spell, was["group"], by=by, at=at)
    if "status" in was:
        try:
            memberships.reopen(spell, status=was["status"], by=by, at=at)
        except memberships.AlreadyMember:
            return False
    return True


def unsettle_consent(key: UUID, was: dict[str, Any], *, by: Actor, at: datetime) -> bool:
    """Open a consent again that a merge closed; False where the person has given another one since."""
    consent = Consent.objects.get(pk=key)
    same = {"person_id": consent.person_id, "purpose": consent.purpose, "withdrawn_at": None}
    if Consent.objects.filter(**same).exists():
        return False
    Consent.objects.filter(pk=key).update(**was)
    audit.record("consent.reopened", by=by, at=at, subject=consent, persons=[consent.person_id])
    return True


UNSETTLED: dict[str, Unsettle] = {Membership._meta.db_table: unsettle_spell}
_settle: dict[str, Settle] = {}


def settles(model: type[Model], settle: Settle, unsettle: Unsettle) -> None:
    """Say how two rows of ``model`` become one, and how that is taken back; of a feature in ``config/wiring.py``.

    Args:
        settle: takes the survivor, the record that is taken up, ``by`` and ``at``, before anything has moved.
        unsettle: takes a row's key and what ``settle`` said of it; False where something stands in the way.
    """
    table = model._meta.db_table
    _settle[table], UNSETTLED[table] = settle, unsettle


def settle_all(survivor: Person, absorbed: Person, *, by: Actor, at: datetime) -> list[Change]:
    """Settle every table for which somebody said how."""
    return [change for settle in _settle.values() for change in settle(survivor, absorbed, by=by, at=at)]


settles(Consent, settle_consents, unsettle_consent)
settles(Officer, settle_officers, unsettle_officer)
