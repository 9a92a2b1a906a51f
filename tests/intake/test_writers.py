"""Chunks that are written side by side, on connections of their own, leave what one after the other leaves."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, connections

from niangjia.foundation.acting import acting
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import BatchRow, Chunk
from niangjia.registry.models import Employer, IdentityToken, Membership, Person
from tests.intake.rosters import SYSTEM, committed, fresh, load_city, planned, roster, sheet_of

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def roster_of(rows, **options):
    office = load_city()
    sheet, heads = sheet_of(roster(rows, 5, kinds=()))
    return office, planned(office, sheet, heads, chunk_rows=100, **options)


def counted():
    with acting(SYSTEM):
        members = Membership.objects.filter(to_on__isnull=True)
        return {
            "persons": Person.objects.count(),
            "members": members.count(),
            "tokens": IdentityToken.objects.count(),
            "results": BatchRow.objects.filter(verdict="new", written_print__isnull=False).count(),
            "employed": Person.objects.filter(employer__isnull=False).count(),
            "employers": Employer.objects.count(),
        }


def test_three_writers_leave_what_one_leaves(settings):
    told = {}
    for writers in (1, 3):
        settings.NIANGJIA_WRITERS = writers
        office, trial = roster_of(1000)
        done = committed(office, trial)
        assert done.status == "committed" and done.counts == trial.counts
        told[writers] = counted()
        for alias in connections:
            connections[alias].close()
        empty()
    assert told[1] == told[3]
    assert told[3]["persons"] == 1000 and told[3]["employed"] > 900


def empty():
    """Let the second run begin where the first began."""
    from django.core.management import call_command

    call_command("flush", database="owner", interactive=False, verbosity=0, allow_cascade=True)


def test_a_writer_that_fails_ends_the_work_and_the_rest_waits(settings, monkeypatch):
    settings.NIANGJIA_WRITERS = 2
    office, trial = roster_of(1000)
    write = committing.write_chunk

    def failing(batch_id, number, *args, **kwargs):
        if number == 3:
            raise ConnectionError
        write(batch_id, number, *args, **kwargs)

    monkeypatch.setattr(committing, "write_chunk", failing)
    with pytest.raises(ConnectionError):
        committed(office, trial)
    with acting(SYSTEM):
        waiting = Chunk.objects.filter(batch=trial, state=Chunk.State.WAITING).count()
    assert fresh(trial).status == "committing" and 1 <= waiting < 10

    monkeypatch.undo()
    settings.NIANGJIA_WRITERS = 2
    committing.carry_out(trial.pk, by=SYSTEM, now=lambda: fresh(trial).planned_at)
    assert fresh(trial).status == "committed" and counted()["persons"] == 1000


def test_progress_counts_whole_chunks_whoever_wrote_them(settings):
    settings.NIANGJIA_WRITERS = 3
    office, trial = roster_of(1000)
    committed(office, trial)
    with acting(SYSTEM):
        state = progress.of(trial.pk)
    assert state is not None and (state.done, state.total) == (1000, 1000)


@pytest.mark.parametrize("keep", ["token", "spell"])
def test_nobody_goes_whom_a_token_or_a_spell_still_names(keep):
    committed(*roster_of(100))
    with pytest.raises(IntegrityError), acting(SYSTEM), connection.cursor() as cursor:
        if keep == "token":
            cursor.execute("DELETE FROM registry_membership")
        else:
            cursor.execute("DELETE FROM registry_identitytoken")
        cursor.execute("DELETE FROM registry_person")
    assert counted()["persons"] == 100


def test_who_is_named_by_nothing_goes():
    committed(*roster_of(100))
    with acting(SYSTEM), connection.cursor() as cursor:
        for table in ("registry_membership", "registry_identitytoken", "registry_person"):
            cursor.execute(f"DELETE FROM {table}")
    assert counted()["persons"] == 0
