"""Which account opens which record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Person, PersonLogin


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
