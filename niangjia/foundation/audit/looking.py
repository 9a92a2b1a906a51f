"""Who looked at me, or changed something about me: asked by the worker, and by the auditor for a worker."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from niangjia.foundation.audit.models import Event, EventSubject


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


def about(person_id: UUID) -> QuerySet[Event]:
    """Return the events about one person, newest first; for the auditor."""
    events = EventSubject.objects.filter(person_id=person_id).values("event_id")
    return Event.objects.filter(id__in=events).order_by("-at", "-seq")
