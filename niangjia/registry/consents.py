"""Consents: given for one purpose in one wording, and withdrawn as easily."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Consent, Person


@transaction.atomic
def give(person: Person, purpose: str, text_version: str, *, by: Actor, at: datetime) -> Consent:
    """Record the person's consent; the same wording twice is one consent, a newer one closes the older."""
    live = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at__isnull=True)
    same = live.filter(text_version=text_version).first()
    if same is not None:
        return same
    live.update(withdrawn_at=at)
    facts = {"purpose": purpose, "text_version": text_version}
    given = Consent.objects.create(person=person, given_at=at, **facts, **_place(person))
    audit.record("consent.given", by=by, at=at, subject=given, persons=[person.pk], facts=facts)
    return given


def follow(person: Person) -> None:
    """Let what the person agreed to move along with the record: the office that holds it answers for its use."""
    for is_open in (True, False):  # each has an index of its own
        mine = Consent.objects.filter(person=person, withdrawn_at__isnull=is_open)
        mine.exclude(path=person.path).update(**_place(person))


def _place(person: Person) -> dict[str, Any]:
    return {"organisation_id": person.organisation_id, "path": person.path, "line_path": person.line_path}
