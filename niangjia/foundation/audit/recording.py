"""Writing events: in the current transaction, under whichever database role is acting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from django.db import connection, connections, models
from numpy.typing import NDArray

from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.facts import as_json
from niangjia.foundation.audit.models import DRAWN, Event

ByteRows = NDArray[np.uint8]
Subject = models.Model | tuple[str, UUID] | None

COLUMNS = (
    "id", "at", "name", "account_id", "posting_id", "role", "job", "subject_kind", "subject_id",
    "organisation_id", "path",
)  # fmt: skip
INSERT = """INSERT INTO audit_event (id, at, name, account_id, posting_id, role, job, subject_kind, subject_id,
    organisation_id, path, facts) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
ABOUT = (
    "INSERT INTO audit_eventsubject (event_id, person_id) SELECT %s, person FROM unnest(%s::uuid[]) person"
)
ABOUT_SELECTED = (
    "INSERT INTO audit_eventsubject (event_id, person_id) SELECT {} %s::uuid, person_id FROM ({}) of"
)
ABOUT_COPIED = "COPY audit_eventsubject (event_id, person_id) FROM STDIN (FORMAT binary)"


class Office(Protocol):
    """What of an organisation an event keeps."""

    id: UUID
    path: str


def record(
    event: str,
    *,
    by: Actor,
    at: datetime,
    subject: Subject = None,
    organisation: Office | Any = None,
    persons: Iterable[UUID] = (),
    facts: Mapping[str, Any] | None = None,
    using: str = "default",
) -> Event:
    """Write one event. It commits with the act, or is rolled back with it.

    Args:
        event: what happened, ``noun.verb``.
        subject: the row it happened to, or its kind and id.
        organisation: where; without it that of the subject, else the actor's own.
        persons: whom it is about, if anybody: they can ask who looked.
        facts: plain values; secrets among them become keyed fingerprints.
        using: ``ledger`` for what must outlive the refusal of the act.
    """
    written = _event(event, by, at, subject, organisation)
    people = list(dict.fromkeys(persons))
    with connections[using].cursor() as cursor:
        cursor.execute(INSERT, [*(getattr(written, name) for name in COLUMNS), as_json(facts)])
        if people:
            cursor.execute(ABOUT, [written.id, people])
    return written


def record_bulk(
    event: str,
    *,
    persons: ByteRows | None = None,
    persons_from: tuple[str, Sequence[Any]] | None = None,
    each_once: bool = False,
    drawn: str | None = None,
    **said: Any,
) -> Event:
    """Write one event for a chunk, and one narrow row for each person in it, but for those who were made in it.

    Args:
        persons: (n, 16) bytes, as ``core.ids.uuid7s`` gives them.
        persons_from: or a SELECT that gives ``person_id``, and its parameters.
        each_once: that the SELECT gives nobody twice, so that nobody need be looked for again.
        drawn: what the keys of those have in common who were made by this event (``core.ids.DRAW``): they need no row.
        said: as for ``record``: by, at, subject, organisation, facts.
    """
    if drawn is not None:
        said["facts"] = {**(said.get("facts") or {}), DRAWN: drawn}
    written = record(event, **said)
    with connection.cursor() as cursor:
        if persons_from is not None:
            select, parameters = persons_from
            kind = "" if each_once else "DISTINCT"
            cursor.execute(ABOUT_SELECTED.format(kind, select), [written.id, *parameters])
        if persons is not None:
            with cursor.copy(ABOUT_COPIED) as copy:
                copy.write(_binary_copy(written.id, np.unique(persons, axis=0)))
    return written


def _event(name: str, by: Actor, at: datetime, subject: Subject, organisation: Any) -> Event:
    kind, subject_id = _named(subject)
    organisation_id, path = _place(by, subject, organisation)
    return Event(
        at=at,
        name=name,
        account_id=by.account_id,
        posting_id=by.posting_id,
        role=str(by.role or ""),
        job=by.job,
        subject_kind=kind,
        subject_id=subject_id,
        organisation_id=organisation_id,
        path=path,
    )


def _named(subject: Subject) -> tuple[str, UUID | None]:
    if isinstance(subject, models.Model):
        return subject._meta.label_lower, subject.pk if isinstance(subject.pk, UUID) else None
    return subject or ("", None)


def _place(by: Actor, subject: Subject, organisation: Any) -> tuple[UUID | None, str | None]:
    if organisation is not None:
        return organisation.id, organisation.path
    if getattr(subject, "organisation_id", None) and hasattr(subject, "path"):
        return subject.organisation_id, subject.path  # type: ignore[union-attr]
    return by.organisation_id, by.scope.lo if by.scope else None


def _binary_copy(event_id: UUID, persons: ByteRows) -> bytes:
    """Return rows (event, person) in PostgreSQL's binary COPY format: two fields of 16 bytes each."""
    rows = np.empty((len(persons), 42), dtype=np.uint8)
    rows[:, :2] = (0, 2)
    rows[:, 2:6] = rows[:, 22:26] = (0, 0, 0, 16)
    rows[:, 6:22] = np.frombuffer(event_id.bytes, dtype=np.uint8)
    rows[:, 26:] = persons
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"
