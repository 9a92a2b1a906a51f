"""One step of a chart, taken once: see docs/algorithms/workflow.md."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from niangjia.core.errors import Conflict, NotAllowed
from niangjia.core.statemachine import Machine
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, events
from niangjia.foundation.actors import Actor

# A text that is no code (an answer in somebody's own words) may name people: the row keeps it, the audit does not.
CODE = re.compile(r"[a-z0-9_.-]{0,40}")


class RoleNeeded(NotAllowed):
    """The chart gives this step to another role."""

    code = "role_needed"
    message = gettext_noop("This step is for another role. Ask your office who may take it.")


class MovedOn(Conflict):
    """The row has left the status from which the step starts."""

    code = "moved_on"
    message = gettext_noop("Somebody else was first. Load the page again to see what was done.")


@transaction.atomic
def fire(row: Any, event: str, *, machine: Machine, by: Actor, at: datetime, **facts: Any) -> None:
    """Take the step ``event`` of ``row``, and set ``facts`` with it.

    Args:
        row: a model with ``status``; it has the new values afterwards.

    Raises:
        NoSuchStep: the chart has none from this status.
        RoleNeeded: it is not for the actor's role.
        MovedOn: somebody else took a step first; nothing was changed.
    """
    step = machine.step(event, row.status)
    if not step.is_open_to(str(by.role or "")):
        raise RoleNeeded
    changes = {"status": step.target, **facts}
    # A swap, not a lock: two may both have read the source, and the second must be told, not made to wait.
    moved = type(row)._base_manager.filter(pk=row.pk, status=step.source).update(**changes)
    if not moved:
        raise MovedOn
    for name, value in changes.items():
        setattr(row, name, value)
    name = f"{machine.name}.{event}"
    said = {"from": step.source, "to": step.target, **_codes(facts)}
    audit.record(name, by=by, at=at, subject=row, persons=_persons(row), facts=said)
    events.tell(name, row, by=by, at=at)


def _codes(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if _may_be_told(value)}


def _may_be_told(value: Any) -> bool:
    if isinstance(value, str):
        return CODE.fullmatch(value) is not None
    if isinstance(value, list | tuple):
        return all(_may_be_told(each) for each in value)
    return value is None or isinstance(value, bool | int | UUID | date)


def _persons(row: Any) -> list[UUID]:
    """Return whom the row is about: one person, or those whom it names itself (``person_ids``)."""
    if several := getattr(row, "person_ids", None):
        return list(several)
    person = getattr(row, "person_id", None)
    return [person] if person else []
