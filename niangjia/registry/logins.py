"""Which account opens which record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.registry.models import IdentityToken, Person, PersonLogin


@transaction.atomic
def link(account_id: UUID, person: Person, *, proof: str, by: Actor, at: datetime) -> PersonLogin:
    """Let ``account_id`` open the record of ``person``; another record that it opened is closed to it.

    Args:
        proof: how it was proven: ``joined`` (number given, phone proven, reviewer approved) or ``number``
            (number given, phone proven and on the record).
    """
    live = PersonLogin.objects.filter(account_id=account_id, to_at__isnull=True)
    same = live.filter(person=person).first()
    if same is not None:
        return same
    live.update(to_at=at)
    made = PersonLogin.objects.create(account_id=account_id, person=person, from_at=at, proof=proof)
    audit.record("login.linked", by=by, at=at, subject=person, persons=[person.pk], facts={"proof": proof})
    return made


def claim(
    account_id: UUID, *, numbers: Collection[UUID], phones: Collection[UUID], by: Actor, at: datetime
) -> PersonLogin | None:
    """Link ``account_id`` to the person whose record holds both an ID number and the phone; as the system only.

    A phone alone opens nothing, since operators give numbers out again; a number alone neither, since others know it.

    Args:
        numbers, phones: blind indexes of what was given and of what was proven, under every live key.
    """
    with_number = IdentityToken.objects.filter(number_token__in=numbers).values("person_id")
    with_phone = IdentityToken.objects.filter(phone_token__in=phones).values("person_id")
    person = Person.objects.filter(pk__in=with_number).filter(pk__in=with_phone).first()
    if person is None:
        audit.record("login.claim_refused", by=by, at=at, subject=("account", account_id))
        return None
    return link(account_id, person, proof="number", by=by, at=at)
