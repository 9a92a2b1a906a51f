"""Two acts on one record at the same moment: one waits, and then finds what the other has done.

Each has its control: the lock taken out, and the same two acts end otherwise.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from uuid import uuid4

import pytest
from django.db import connections

from niangjia.foundation.acting import acting
from niangjia.foundation.jobs import jobs
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.registry import consents, hanging
from niangjia.registry.duplicates import checking, deciding, merging, repointing
from niangjia.registry.duplicates.states import Status
from niangjia.registry.kinds.sql import PRINT
from niangjia.registry.models import IdentityToken, Membership, Person
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
WAIT = 1.5
THIRD = made.NUMBER[:16] + made.NUMBER[17] + made.NUMBER[16]


@pytest.fixture
def three():
    """Three records of one person, the pair of the first two and that of the last two, both decided on."""
    _, county, near, _ = made.unions()
    people = [
        made.member(near[0], number, at=AT + timedelta(minutes=place))
        for place, number in enumerate((made.NUMBER, made.SLIP, THIRD))
    ]
    pairs = {frozenset(pair.person_ids): pair for pair in made.search(county)}
    chosen = [pairs[frozenset((people[k].pk, people[k + 1].pk))] for k in (0, 1)]
    with acting(made.clerk(county)) as by:
        for pair in chosen:
            deciding.merge(pair, dict.fromkeys(pair.differs, "first"), by=by, at=AT)
    drop_jobs()
    return chosen


def drop_jobs():
    """Forget what was deferred: the test runs it by itself."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def in_thread(work):
    """Do ``work`` and return what it raised, if anything."""
    try:
        work()
    except Exception as error:
        return type(error).__name__
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
    return ""


def at_once(first, second, monkeypatch):
    """Start ``first``, which merges; once it has looked at its records start ``second``, and let it try for a moment."""
    inside, other_done, look = Signal(), Signal(), checking.look

    def looked_and_waits(pair, **said):
        answer = look(pair, **said)
        if not inside.is_set():
            inside.set()
            other_done.wait(WAIT)
        return answer

    def then_tell():
        inside.wait(10)
        told = in_thread(second)
        other_done.set()
        return told

    monkeypatch.setattr(checking, "look", looked_and_waits)
    with ThreadPoolExecutor(2) as pool:
        return [each.result() for each in [pool.submit(in_thread, first), pool.submit(then_tell)]]


def without_the_lock(monkeypatch):
    """Let a merge read its records without locking them."""
    unlocked = lambda ids: {person.pk: person for person in Person.objects.filter(pk__in=ids)}  # noqa: E731
    monkeypatch.setattr(merging, "locked", unlocked)
    monkeypatch.setattr(repointing, "lock", lambda ids: None)


def job(pair, name="duplicates.merge"):
    return lambda: jobs()[name].run({"pair": str(pair.pk)}, now=lambda: AT)


def is_sound():
    """Tell whether nothing names somebody who is not there, and everybody is found by an ID number."""
    with acting(SYSTEM):
        there = set(Person.objects.values_list("pk", flat=True))
        named = {
            key
            for where in hanging.columns()
            for key in where.model.objects.exclude(**{where.column: None}).values_list(
                where.column, flat=True
            )
        }
        numbered = set(
            IdentityToken.objects.filter(number_token__isnull=False).values_list("person_id", flat=True)
        )
    return named <= there and numbered == there


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_two_merges_that_share_a_record(three, monkeypatch, guarded):
    if not guarded:
        without_the_lock(monkeypatch)
    raised = at_once(job(three[0]), job(three[1]), monkeypatch)
    told = [made.again(pair).status for pair in three]
    ends = (raised, told, is_sound())
    expected = (["", ""], [Status.MERGED, Status.OPEN], True)
    assert (ends == expected) is guarded


@pytest.fixture
def written():
    """A pair, one record of which a roster made that is about to be taken back."""
    _, county, near, _ = made.unions()
    made.member(near[0])
    new = made.member(near[1], made.SLIP, at=AT + timedelta(minutes=1))
    place = {"organisation_id": county.pk, "path": county.path, "line_path": None}
    with acting(SYSTEM):
        batch = Batch.objects.create(
            kind="members", status="undoing", file_id=uuid4(), content_token=uuid4(), counts={"new": 1}, rows=1,
            uploaded_at=AT, **place,
        )  # fmt: skip
        Chunk.objects.create(batch=batch, number=0, first=0, beyond=1, state=Chunk.State.DONE, **place)
        spell = Membership.objects.get(person=new)
        BatchRow.objects.create(
            batch=batch, place=0, row=2, verdict="new", person_id=new.pk, fact_id=spell.pk,
            written_print=printed(new, spell), **place,
        )  # fmt: skip
    (pair,) = made.search(county)
    with acting(made.clerk(county)) as by:
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
    drop_jobs()
    return pair, batch, county


def printed(person, spell):
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT {PRINT} FROM registry_person p JOIN registry_membership m ON m.id = %s WHERE p.id = %s",
            [spell.pk, person.pk],
        )
        return cursor.fetchone()[0]


def take_back(batch):
    return lambda: committing.take_back_chunk(batch.pk, 0, by=SYSTEM, now=lambda: AT)


def row_of(batch):
    with acting(SYSTEM):
        return BatchRow.objects.get(batch=batch).kept


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_merge_and_the_undo_of_the_roster_that_made_one_of_the_two(written, monkeypatch, guarded):
    pair, batch, _ = written
    if not guarded:
        without_the_lock(monkeypatch)
    raised = at_once(job(pair), take_back(batch), monkeypatch)
    ends = (raised, made.again(pair).status, row_of(batch), is_sound())
    assert (ends == (["", ""], Status.MERGED, "touched", True)) is guarded


def test_the_undo_first_and_the_merge_finds_nobody(written):
    pair, batch, _ = written
    take_back(batch)()
    job(pair)()
    refused = made.again(pair)
    assert (refused.status, refused.refused, row_of(batch)) == (Status.OPEN, "record_gone", "")
    assert is_sound()


def test_whom_a_consent_names_an_undo_leaves_on_the_register(written):
    _, batch, _ = written
    with acting(SYSTEM):
        new = Person.objects.get(pk=BatchRow.objects.get(batch=batch).person_id)
        consents.give(new, "membership", "1", by=SYSTEM, at=AT)
    take_back(batch)()
    assert row_of(batch) == "in_use"
    assert is_sound()


def test_after_taking_apart_the_roster_can_be_taken_back_as_if_nothing_had_been(written):
    pair, batch, county = written
    job(pair)()
    made.unmerge(made.again(pair), county)
    take_back(batch)()
    assert row_of(batch) == ""
    with acting(SYSTEM):
        assert Person.objects.count() == 1


def test_a_merge_that_came_in_between_lets_the_earlier_one_stand(three):
    first = three[0]
    job(first)()
    with acting(SYSTEM):
        survivor = Person.objects.get(pk=first.first)
    county = made.again(first).organisation
    (again,) = [
        pair for pair in made.search(county) if survivor.pk in pair.person_ids and pair.status == Status.OPEN
    ]
    first = made.again(first)
    with acting(made.clerk(county)) as by:
        deciding.unmerge(first, by=by, at=AT)
        deciding.merge(again, dict.fromkeys(again.differs, "first"), by=by, at=AT)
    drop_jobs()
    job(again)()
    job(first, "duplicates.unmerge")()
    stands = made.again(first)
    assert (stands.status, stands.refused) == (Status.MERGED, "merged_again")
    assert is_sound()
    assert run_jobs() == []
