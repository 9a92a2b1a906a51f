"""What can be done with, and asked about, membership spells."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from niangjia.core.days import day_of
from niangjia.core.errors import Conflict
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry import consents, deltas, organisations
from niangjia.registry.models import Membership, Organisation, Person


class AlreadyMember(Conflict):
    """The person has an open primary spell already."""

    code = "already_member"
    message = gettext_noop("This person is on another roll. Ask for a transfer first.")


class SpellClosed(Conflict):
    """The spell has been closed already."""

    code = "spell_closed"
    message = gettext_noop("This membership has been closed already. Load the page again.")


def visible_to(actor: Actor) -> QuerySet[Membership]:
    """Return the spells that ``actor`` may see."""
    return within(Membership.objects.all(), actor, person="person_id")


def on_roll(*, by: Actor, on: date) -> QuerySet[Membership]:
    """Return the primary spells of members as they stood at the end of the day ``on``; who is at rest is not counted."""
    still = Q(to_on__isnull=True) | Q(to_on__gt=on)
    return visible_to(by).filter(still, kind=Membership.Kind.PRIMARY, from_on__lte=on, is_retained=False)


@transaction.atomic
def open_spell(
    person: Person, organisation: Organisation, *, channel: str, by: Actor, at: datetime
) -> Membership:
    """Put ``person`` on the roll of ``organisation`` from the day of ``at``, and count it.

    Raises:
        AlreadyMember: there is an open primary spell.
    """
    organisation = organisations.held(organisation.pk, by=by)
    if open_primary_of(person):
        raise AlreadyMember
    on = day_of(at)
    spell = Membership.objects.create(
        person=person,
        organisation=organisation,
        path=organisation.path,
        line_path=organisation.line_path,
        name_then=person.name,
        group=person.group,
        region_code=organisation.region_id,
        from_on=on,
        channel=channel,
        opened_at=at,
    )
    _follow(person, spell, at=at)
    deltas.append(deltas.MEMBERS, spell, on=on, n=1, source=spell.pk)
    audit.record(
        "membership.opened", by=by, at=at, subject=spell, organisation=organisation, persons=[person.pk]
    )
    return spell


def open_primary_of(person: Person) -> Membership | None:
    """Return the person's open primary spell."""
    spells = Membership.objects.filter(person=person, kind=Membership.Kind.PRIMARY, to_on__isnull=True)
    return spells.select_related("organisation").first()


@transaction.atomic
def close_spell(spell: Membership, *, reason: str, by: Actor, at: datetime) -> None:
    """Close ``spell`` on the day of ``at`` (or its first, if that is still to come), and count it off.

    The row keeps its union, path and name.

    Args:
        reason: change reason (code table 29).

    Raises:
        SpellClosed: somebody closed it first.
    """
    organisations.hold([spell.organisation_id])
    spell.refresh_from_db(fields=["organisation", "path", "line_path"])
    on = max(day_of(at), spell.from_on)
    closing = {"to_on": on, "closed_at": at, "end_reason": reason, "status": Membership.Status.EXITED}
    if not Membership.objects.filter(pk=spell.pk, to_on__isnull=True).update(**closing):
        raise SpellClosed
    _count(spell, on=on, n=-1)
    audit.record("membership.closed", by=by, at=at, subject=spell, persons=[spell.person_id])


@transaction.atomic
def regroup(spell: Membership, group: str, *, by: Actor, at: datetime) -> None:
    """Let an open ``spell`` count under another group, for its whole length: it has one."""
    organisations.hold([spell.organisation_id])
    spell.refresh_from_db(fields=["organisation", "path", "line_path"])
    _count(spell, on=spell.from_on, n=-1)
    spell.group = group
    spell.save(update_fields=["group"])
    _count(spell, on=spell.from_on, n=1)
    audit.record("membership.regrouped", by=by, at=at, subject=spell, persons=[spell.person_id])


@transaction.atomic
def reopen(spell: Membership, *, status: str, by: Actor, at: datetime) -> None:
    """Take the closing of ``spell`` back, as if it had not been: it counts again on every day since.

    Raises:
        AlreadyMember: the person has another open primary spell by now.
    """
    if spell.kind == Membership.Kind.PRIMARY and open_primary_of(Person(pk=spell.person_id)):
        raise AlreadyMember
    assert spell.to_on is not None
    organisations.hold([spell.organisation_id])
    spell.refresh_from_db(fields=["organisation", "path", "line_path"])
    reopening = {"to_on": None, "closed_at": None, "end_reason": "", "status": status}
    Membership.objects.filter(pk=spell.pk).update(**reopening)
    _count(spell, on=spell.to_on, n=1)
    audit.record("membership.reopened", by=by, at=at, subject=spell, persons=[spell.person_id])


def _count(spell: Membership, *, on: date, n: int) -> None:
    """Count a spell on or off; one at rest is not counted on any day."""
    if not spell.is_retained:
        deltas.append(deltas.MEMBERS, spell, on=on, n=n, source=spell.pk)


def _follow(person: Person, spell: Membership, *, at: datetime) -> None:
    """Let the person's record follow the open spell: its office sees it from now on."""
    person.organisation_id, person.path, person.line_path = spell.organisation_id, spell.path, spell.line_path
    person.first_joined_on = person.first_joined_on or spell.from_on
    person.changed_at = at
    person.save(update_fields=["organisation", "path", "line_path", "first_joined_on", "changed_at"])
    consents.follow(person)
