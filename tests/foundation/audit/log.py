"""A short sealed log for the tests of the audit, and hands in the database that only its owner has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import connections

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, system_actor
from niangjia.foundation.audit import anchors
from niangjia.foundation.audit.recording import record
from niangjia.foundation.audit.sealing import seal_once
from niangjia.foundation.audit.verify import verify

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
JOB = system_actor("test")
AUDITOR = Actor(role=Role.AUDITOR)
TABLES = ("audit_event", "audit_eventsubject", "audit_segment", "audit_archive")


def act(events=1, *, at=AT, name="member.open", persons=1):
    """Write events in one transaction, each about ``persons`` people."""
    with acting(JOB):
        return [
            record(name, by=JOB, at=at, persons=[uuid4() for _ in range(persons)], facts={"n": n})
            for n in range(events)
        ]


def seal(file, at=AT):
    """Seal all that is over, and return the segments."""
    sealed = []
    while segment := seal_once(by=JOB, at=at, anchors_file=file):
        sealed.append(segment)
    return sealed


def sealed_log(file, segments=5, events=6):
    """Write and seal a log of some segments."""
    for number in range(segments):
        act(events, at=AT + timedelta(minutes=number))
        seal(file, at=AT + timedelta(minutes=number, seconds=1))


def findings(file=None):
    """Return what the auditor's verification finds; without a file, what it finds without anchors."""
    with acting(AUDITOR):
        return verify(anchored=None if file is None else anchors.read(file)).findings


def codes(found):
    """Return code and segment of each finding."""
    return {(str(each.code), each.segment) for each in found}


def as_owner(statement, parameters=()):
    """Do what only the owner of the tables, or somebody on the machine, can do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else None


def back_up(prefix):
    """Copy the audit as a backup would."""
    for table in TABLES:
        as_owner(f"DROP TABLE IF EXISTS {prefix}{table}")
        as_owner(f"CREATE TABLE {prefix}{table} AS TABLE {table}")


def restore(prefix):
    """Put a copy back in the place of what is there now."""
    as_owner(f"TRUNCATE {', '.join(TABLES)}")
    for table in TABLES:
        as_owner(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {prefix}{table}")


def drop_backup(prefix):
    """Remove a copy."""
    for table in TABLES:
        as_owner(f"DROP TABLE IF EXISTS {prefix}{table}")
