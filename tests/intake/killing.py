"""The program that the kill tests run and kill: ``prepare``, ``commit ID [WHERE N]``, ``careless ID``, ``hash``.

``WHERE`` is a step of the commit, ``before:`` or ``after:`` it; at the N-th time the process kills itself there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

ROWS, CHUNK = 50_000, 2_500
HASHES = {
    "persons": """SELECT md5(string_agg(ROW(id, organisation_id, path, name, name_key, sex, birth_on, "group", ethnic,
        education, first_joined_on, secrets_print, region_id)::text, '|' ORDER BY id)) FROM registry_person""",
    "spells": """SELECT md5(string_agg(ROW(id, person_id, organisation_id, path, "group", from_on, to_on)::text, '|'
        ORDER BY id)) FROM registry_membership""",
    "tokens": """SELECT md5(string_agg(ROW(kind, token, person_id)::text, '|' ORDER BY kind, token, person_id))
        FROM registry_identitytoken""",
    "deltas": """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT ROW(organisation_id, day, "group", n)::text
        AS t FROM registry_delta) d""",
    "subjects": """SELECT md5(string_agg(s.person_id::text, '|' ORDER BY s.person_id)) FROM audit_eventsubject s
        JOIN audit_event e ON e.id = s.event_id WHERE e.name = 'members.written'""",
    "results": """SELECT md5(string_agg(ROW(place, row, verdict, person_id, fact_id)::text, '|' ORDER BY place))
        FROM plans_batchrow""",
    "status": "SELECT string_agg(status, ' ') FROM plans_batch",
    "members": "SELECT count(*)::text FROM registry_membership",
    "stage": "SELECT count(*)::text FROM registry_memberstage",
}


def now():
    return datetime.now(UTC)


def prepare():
    """Make tables, unions and a plan that waits to be carried out."""
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.acting import acting
    from niangjia.foundation.keys.ring import FileRing
    from niangjia.intake import actions
    from tests.intake.rosters import clerk_of, fresh_inside, load_city, planned, roster, sheet_of

    FileRing.start(Path(os.environ["NIANGJIA_HOME"]) / "keys", has_data=lambda: False)
    migrate_all()
    office = load_city()
    sheet, heads = sheet_of(roster(ROWS, 11, share=0.05, noisy=False))
    batch = planned(office, sheet, heads, content=b"killing", chunk_rows=CHUNK)
    clerk = clerk_of(office)
    with acting(clerk):
        actions.commit(fresh_inside(batch), by=clerk, at=now())
    print(batch.pk)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(where, n):
    """Wrap one step of the commit, in this process alone."""
    from niangjia.foundation import audit, workflow
    from niangjia.foundation.jobs import progress
    from niangjia.foundation.plans import committing, sheets
    from niangjia.registry.kinds import members, writing

    side, step = where.split(":")
    module, name = {
        "plan": (sheets, "load"),
        "prepare": (members.Members, "prepare"),
        "chunk": (committing, "write_chunk"),
        "copy": (writing, "_copied"),
        "write": (writing, "write"),
        "audit": (audit, "record_bulk"),
        "checkpoint": (committing, "_check_point"),
        "progress": (progress, "report"),
        "finish": (workflow, "fire"),
        "end": (committing, "_finish"),
    }[step]
    whole, seen = getattr(module, name), [0]

    def wrapped(*args, **kwargs):
        seen[0] += 1
        if side == "before" and seen[0] == n:
            die()
        answer = whole(*args, **kwargs)
        if side == "after" and seen[0] == n:
            die()
        return answer

    setattr(module, name, wrapped)


def commit(batch, where="", n="1"):
    from niangjia.intake import jobs

    if where:
        kill_at(where, int(n))
    jobs.commit.run({"batch": batch})


def careless(batch):
    """The control: the checkpoint comes after the chunk's transaction, and a kill comes between the two."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.plans import committing
    from niangjia.foundation.plans.models import Chunk

    by, check_point = system_actor("intake.commit"), committing._check_point
    committing._check_point = lambda *args, **kwargs: None
    rows = committing._begin(UUID(batch), by=by, now=now)
    for number in committing._waiting(UUID(batch), by):
        committing.write_chunk(UUID(batch), number, rows, by=by, now=now)
        if number == 2:
            die()
        with acting(by):
            check_point(Chunk.objects.get(batch_id=batch, number=number), Chunk.State.DONE, done_at=now())


def hashes():
    from django.db import connection

    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor

    told = {}
    with acting(system_actor("test")), connection.cursor() as cursor:
        for name, select in HASHES.items():
            cursor.execute(select)
            told[name] = cursor.fetchone()[0]
    print(json.dumps(told))


if __name__ == "__main__":
    import django

    django.setup()
    from niangjia.config import wiring

    wiring.connect()
    {"prepare": prepare, "commit": commit, "careless": careless, "hash": hashes}[sys.argv[1]](*sys.argv[2:])
