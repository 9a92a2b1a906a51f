"""The programs that the kill tests run and kill: ``prepare``, ``ask commit|undo ID``, ``worker [WHERE N]``, ``hash``.

``WHERE`` is a step of a job, ``before:`` or ``after:`` it; at the N-th time the worker kills itself there.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

ROWS, CHUNK = (
    int(os.environ.get("NIANGJIA_KILL_ROWS", "50000")),
    int(os.environ.get("NIANGJIA_KILL_CHUNK", "1000")),
)
STALLED = 1.5
HASHES = {
    "persons": """SELECT md5(string_agg(ROW(id, organisation_id, path, name, name_key, sex, birth_on, "group", ethnic,
        education, first_joined_on, secrets_print, region_id)::text, '|' ORDER BY id)) FROM registry_person""",
    "spells": """SELECT md5(string_agg(ROW(id, person_id, organisation_id, path, "group", from_on, to_on)::text, '|'
        ORDER BY id)) FROM registry_membership""",
    "tokens": """SELECT md5(string_agg(t::text, '|' ORDER BY person_id, place))
        FROM registry_identitytoken t""",
    "deltas": """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT ROW(organisation_id, day, "group", n)::text
        AS t FROM {by_day} b) d""",
    "subjects": """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
        SELECT s.person_id::text AS t FROM audit_event e JOIN audit_eventsubject s ON s.event_id = e.id
        WHERE e.name = 'members.written'
        UNION ALL SELECT e.facts->>'drawn' FROM audit_event e WHERE e.name = 'members.written') about""",
    "results": """SELECT md5(string_agg(ROW(place, row, verdict, person_id, fact_id)::text, '|' ORDER BY place))
        FROM plans_batchrow""",
    "status": "SELECT string_agg(status, ' ') FROM plans_batch",
    "members": "SELECT count(*)::text FROM registry_membership",
    "balance": "SELECT coalesce(sum(n), 0)::text FROM registry_delta",
    "people": "SELECT count(*)::text FROM registry_person",
    "seen": "SELECT string_agg(v || ' ' || n, ',' ORDER BY v) FROM (SELECT key AS v, value AS n FROM plans_batch b, "
    "jsonb_each_text(b.counts) WHERE value <> '0') c",
    "shown": "SELECT count(*)::text || ' in ' || (SELECT count(*) FROM plans_chunk) FROM plans_batchrow",
}


def now():
    return datetime.now(UTC)


def prepare():
    """Make tables and unions, and hand a roster in: its trial run waits for a worker."""
    from niangjia.cli.synth.writers import write_csv
    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.acting import acting
    from niangjia.foundation.keys.ring import FileRing
    from niangjia.intake import actions
    from tests.intake.rosters import clerk_of, load_city, roster

    home = Path(os.environ["NIANGJIA_HOME"])
    FileRing.start(home / "keys", has_data=lambda: False)
    migrate_all()
    office, made, file = load_city(), roster(ROWS, 11, share=0.05, noisy=False), home / "roster.csv"
    write_csv(made, file)
    clerk = clerk_of(office)
    with acting(clerk):
        options = {"demo": True, "chunk_rows": CHUNK}
        batch = actions.upload(
            [file.read_bytes()], name=file.name, organisation=office, by=clerk, at=now(), options=options
        )
    verdicts = dict(made.truth["verdict"].value_counts().iter_rows())
    print(json.dumps({"batch": str(batch.pk), "verdicts": verdicts}))


def ask(what, batch):
    """As the clerk: ask for the writing or the undoing."""
    from niangjia.foundation.acting import acting
    from niangjia.intake import actions
    from niangjia.registry.models import Organisation
    from tests.intake.rosters import SYSTEM, clerk_of, fresh

    row = fresh(batch_of(batch))
    with acting(SYSTEM):
        office = Organisation.objects.select_related("line").get(pk=row.organisation_id)
    clerk = clerk_of(office)
    with acting(clerk):
        getattr(actions, what)(row, by=clerk, at=now())


def batch_of(pk):
    from niangjia.foundation.plans.models import Batch

    return Batch(pk=UUID(pk))


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(where, n):
    """Wrap one step of a job, in this process alone."""
    from niangjia.foundation import audit, workflow
    from niangjia.foundation.jobs import progress
    from niangjia.foundation.plans import committing, planning, sheets
    from niangjia.intake import jobs
    from niangjia.intake import planning as trial
    from niangjia.registry.kinds import members, writing

    side, step = where.split(":")
    module, name = {
        "read": (jobs, "plan_blocks"),
        "check": (trial, "_checked"),
        "results": (planning, "results"),
        "show": (planning, "show"),
        "plan": (sheets, "opened"),
        "prepare": (members.Members, "prepare"),
        "chunk": (committing, "write_chunk"),
        "pack": (writing, "pack"),
        "write": (writing, "write"),
        "audit": (audit, "record_bulk"),
        "checkpoint": (committing, "_check_point"),
        "progress": (progress, "report"),
        "finish": (workflow, "fire"),
        "end": (committing, "_finish"),
        "back": (committing, "take_back_chunk"),
    }[step]
    whole, calls = (
        getattr(module, name),
        count(1),
    )  # a call keeps its own number: several threads may be in it at once

    def wrapped(*args, **kwargs):
        number = next(calls)
        if side == "before" and number == n:
            die()
        answer = whole(*args, **kwargs)
        if side == "after" and number == n:
            die()
        return answer

    setattr(module, name, wrapped)


def worker(where="", n="1"):
    """Be the worker, as ``niangjia run`` starts it; only what waits for a dead one is waited for shorter."""
    from niangjia.config import worker as real

    if where == "careless":
        put_the_checkpoint_outside()
    elif where:
        kill_at(where, int(n))
    real.REAP_SECONDS = 0.5
    asyncio.run(real.work(stalled_seconds=STALLED))


def put_the_checkpoint_outside():
    """The control: the checkpoint comes after the chunk's transaction, and a kill comes between the two."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.plans import committing
    from niangjia.foundation.plans.models import Chunk

    check_point, whole = committing._check_point, committing.write_chunk
    committing._check_point = lambda *args, **kwargs: None

    def careless(batch_id, number, packed, *, by, now):
        whole(batch_id, number, packed, by=by, now=now)
        if number == 2:
            die()
        with acting(by):
            check_point(Chunk.objects.get(batch_id=batch_id, number=number), Chunk.State.DONE, done_at=now())

    committing.write_chunk = careless


def hashes():
    from django.db import connection

    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry.deltas import BY_DAY

    told = {}
    with acting(system_actor("test")), connection.cursor() as cursor:
        for name, select in HASHES.items():
            cursor.execute(select.replace("{by_day}", BY_DAY))
            told[name] = cursor.fetchone()[0]
    print(json.dumps(told))


if __name__ == "__main__":
    import django

    django.setup()
    from niangjia.config import wiring

    wiring.connect()
    {"prepare": prepare, "ask": ask, "worker": worker, "hash": hashes}[sys.argv[1]](*sys.argv[2:])
