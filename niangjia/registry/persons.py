"""What can be done with, and asked about, persons: one record for life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.models import Func, QuerySet, Value

from niangjia.core.errors import NotFound
from niangjia.core.ids import uuid7
from niangjia.core.text import match_key
from niangjia.foundation import audit, vault
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.foundation.vault.indexes import index_version
from niangjia.registry import organisations
from niangjia.registry.models import IdentityToken, Organisation, Person

TABLE = "registry_person"


def visible_to(actor: Actor) -> QuerySet[Person]:
    """Return the persons whose record ``actor`` may see."""
    return within(Person.objects.all(), actor, person="pk")


def get(pk: UUID, *, by: Actor) -> Person:
    """Return one person.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).select_related("organisation").first()
    if found is None:
        raise NotFound
    return found


def known_by(id_kind: str, id_number: str) -> Person | None:
    """Return the person with this normalised number; asked by the system only, and never shown as an answer."""
    tokens = vault.blind_indexes(vault.Purpose.IDENTITY, id_kind, id_number).values()
    held = IdentityToken.objects.filter(number_token__in=list(tokens))
    return Person.objects.filter(pk__in=held.values("person_id")).first()


@transaction.atomic
def register(
    secrets: Mapping[str, str], facts: Mapping[str, Any], *, at_union: Organisation, by: Actor, at: datetime
) -> Person:
    """Return a new person's record at ``at_union``.

    Args:
        secrets: ``id_number`` and ``phone``, normalised.
        facts: plain columns: ``name``, ``id_kind``, ``sex``, ``birth_on``, ``group`` …
    """
    at_union = organisations.held(at_union.pk, by=by)
    row_id = uuid7()
    person = Person.objects.create(
        id=row_id,
        organisation=at_union,
        path=at_union.path,
        line_path=at_union.line_path,
        name_key=key_of(facts["name"]),
        secrets=vault.seal(secrets, table=TABLE, row_id=row_id, at=at),
        secrets_print=vault.fingerprint(secrets),
        created_at=at,
        changed_at=at,
        **facts,
    )
    token_of(person, secrets).save(force_insert=True)
    audit.record("person.registered", by=by, at=at, subject=person, organisation=at_union, persons=[row_id])
    return person


def key_of(name: str) -> str:
    """Return the match key of one name: see ``core.text.match_key``."""
    return str(pl.select(match_key(pl.lit(name))).item() or "")


def token_of(person: Person, secrets: Mapping[str, str]) -> IdentityToken:
    """Return by what a person is found: the number and the phone that stand, not the earlier numbers."""
    token, number, phone = IdentityToken(person=person), secrets["id_number"], secrets.get("phone")
    if number:
        token.number_token = vault.blind_index(vault.Purpose.IDENTITY, person.id_kind, number)
        token.number_version = index_version(vault.Purpose.IDENTITY)
    if phone:
        token.phone_token = vault.blind_index(vault.Purpose.PHONE, "mobile", phone)
        token.phone_version = index_version(vault.Purpose.PHONE)
        token.name_birth = Func(
            Value(person.name_key), Value(person.birth_on), function="registry_name_birth"
        )
    return token
