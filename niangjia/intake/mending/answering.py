"""The worker's side: what a link asks for, and the answer, kept sealed in one durable write.

A worker reads no table of this. One function of the database answers, for the account that signed in by the very phone to which
the link went; the answer to a link that is another's, used, run out or made up is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from niangjia.core.ids import uuid7
from niangjia.foundation import audit, vault
from niangjia.foundation.actors import Actor
from niangjia.intake.mending import jobs
from niangjia.intake.mending.links import token_of
from niangjia.intake.models import RepairAnswer

TABLE = RepairAnswer._meta.db_table
ASKED = "SELECT id, union_name, needs #>> '{}' FROM intake_repair_asked(%s, %s)"


@dataclass(frozen=True)
class Asked:
    """What a worker may know of a task: which union asks, and which fields are to be corrected."""

    task_id: UUID
    union: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Corrected:
    """What was typed, checked and normalised; "" for a field that was not asked for."""

    name: str
    id_number: str
    consents: Mapping[str, str]

    def __repr__(self) -> str:
        return "<Corrected of one form>"


def asked(text: str, *, at: datetime) -> Asked | None:
    """Return what the link with ``text`` asks of who acts, None where it is not for them, or no longer."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [token_of(text), at])
        found = cursor.fetchone()
    return Asked(found[0], found[1], tuple(json.loads(found[2]))) if found else None


def answer(to: Asked, said: Corrected, *, by: Actor, at: datetime) -> None:
    """Keep the answer, to be taken in by a job; a second one to the same task changes nothing."""
    assert by.account_id is not None
    key = uuid7()
    sealed = vault.seal({"id_number": said.id_number}, table=TABLE, row_id=key, at=at)
    try:
        with transaction.atomic():
            RepairAnswer(
                id=key, task_id=to.task_id, account_id=by.account_id, name=said.name, sealed=sealed,
                consents=dict(said.consents), answered_at=at,
            ).save(force_insert=True)  # fmt: skip
    except IntegrityError:
        return
    audit.record("repair-task.answered", by=by, at=at, subject=("intake.repairtask", to.task_id))
    jobs.take_in.defer(answer=key)
