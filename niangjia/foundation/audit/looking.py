"""Who looked at me, or changed something about me: asked by the worker, and by the auditor for a worker."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from niangjia.foundation.audit.models import Alias, Event


class Look(NamedTuple):
    """One event about a person, as that person may see it: no account, no other person."""

    at: datetime
    name: str
    role: str
    organisation_id: UUID | None
    fields: list[str] | None
    purpose: str | None


def about_me(*, since: datetime, at_most: int = 200) -> list[Look]:
    """Return the events about the acting worker's own person, newest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_about_me(%s, %s)", [since, at_most])
        return [
            Look(at, name, role, office, json.loads(fields or "null"), purpose)
            for at, name, role, office, fields, purpose in cursor.fetchall()
        ]


ABOUT = "SELECT audit_events_about(%s)"


def about(person_id: UUID) -> QuerySet[Event]:
    """Return the events about one person, under every name that the record had, newest first; for the auditor."""
    events = RawSQL(ABOUT, [person_id])  # noqa: S611 a constant; the person is a parameter
    return Event.objects.filter(id__in=events).order_by("-at", "-seq")


def also_known_as(former: UUID, present: UUID, *, at: datetime) -> None:
    """From ``at`` on, what was written about ``former`` is found under ``present``."""
    Alias.objects.create(former=former, present=present, from_at=at)


def apart_again(former: UUID, present: UUID, *, at: datetime) -> None:
    """From ``at`` on, the two are two; what was written about both meanwhile is found under either."""
    Alias.objects.filter(former=former, present=present, to_at__isnull=True).update(to_at=at)
