"""The single way in: one durable, sealed row, answered at once (docs/algorithms/joining.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from niangjia.core.ids import uuid7
from niangjia.foundation import audit, idempotency, vault
from niangjia.foundation.actors import Actor
from niangjia.foundation.keys.sm3 import sm3
from niangjia.joining import jobs
from niangjia.joining.models import JoinCode, Submission

TABLE = "joining_submission"


@dataclass(frozen=True)
class Facts:
    """What the form asks for, checked and normalised; nothing else is asked.

    ``consents`` maps a purpose to the version of the text that was shown.
    """

    name: str
    id_kind: str
    id_number: str
    sex: str
    birth_on: date | None
    phone: str
    group: str
    workplace: str
    consents: Mapping[str, str]

    def __repr__(self) -> str:
        return "<Facts of one form>"


@transaction.atomic
def submit(facts: Facts, *, code: JoinCode, key: UUID, by: Actor, at: datetime) -> UUID:
    """Take in what one phone hands in, and return the id under which it is kept.

    The same ``key`` with the same facts gives the first id again.

    Raises:
        KeyReused: the same key with other facts.
    """
    body = vault.fingerprint(
        {"id_number": facts.id_number, "phone": facts.phone, "address": _rest(facts, code)}
    )
    kept = uuid7()
    first = idempotency.once(f"join:{key}", body=body, answer=kept, by=by, at=at)
    if first != kept:
        return first
    _keep(kept, facts, code=code, at=at)
    audit.record(
        "joining.submitted", by=by, at=at, subject=("submission", kept), organisation=code.organisation
    )
    jobs.screen.defer(submission=kept)
    return kept


def _keep(kept: UUID, facts: Facts, *, code: JoinCode, at: datetime) -> None:
    secrets = {"id_number": facts.id_number, "phone": facts.phone}
    Submission.objects.create(
        id=kept,
        organisation_id=code.organisation_id,
        code=code,
        name=facts.name,
        id_kind=facts.id_kind,
        sex=facts.sex,
        birth_on=facts.birth_on,
        group=facts.group,
        workplace=facts.workplace,
        sealed=vault.seal(secrets, table=TABLE, row_id=kept, at=at),
        phone_token=vault.blind_index(vault.Purpose.PHONE, "mobile", facts.phone),
        consents=dict(facts.consents),
        submitted_at=at,
    )


def _rest(facts: Facts, code: JoinCode) -> str:
    """Return the rest of what was sent, as a digest: long texts must not outgrow a field of the fingerprint."""
    running = sm3()
    running.update("\x1f".join([facts.name, facts.group, facts.workplace, str(code.pk)]).encode())
    return running.digest().hex()
