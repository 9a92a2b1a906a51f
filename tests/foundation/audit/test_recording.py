"""Events go with their act, under every role, and nobody takes one back."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db import DatabaseError, connection, connections, transaction

from niangjia.core.ids import DRAW, as_uuids, uuid7s
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.foundation.audit import facts
from niangjia.foundation.audit.looking import about, about_me
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.audit.recording import record, record_bulk
from niangjia.foundation.vault.layouts import LAYOUTS
from tests.factories import organisation
from tests.foundation.audit.log import AT, AUDITOR, JOB, TABLES, as_owner

pytestmark = [pytest.mark.database, pytest.mark.django_db]

WORKER = Actor(role=Role.MEMBER, account_id=uuid4(), person_id=uuid4())
CLERK = Actor(role=Role.CLERK, account_id=uuid4(), posting_id=uuid4(), scope=Scope.below("0001"))
LINE = Actor(role=Role.CLERK, scope=Scope.below("0001", line=True))
EVERYBODY = {
    "login": NOBODY,
    "office": CLERK,
    "line": LINE,
    "worker": WORKER,
    "system": JOB,
    "audit": AUDITOR,
}
EVERY_ROLE = pytest.mark.parametrize("by", EVERYBODY.values(), ids=EVERYBODY)


def read(event_id):
    with acting(AUDITOR):
        return Event.objects.get(pk=event_id)


@EVERY_ROLE
def test_every_role_may_write_an_event(by):
    with acting(by):
        written = record("page.open", by=by, at=AT, persons=[uuid4()])
    event = read(written.id)
    assert (event.name, event.at, event.role, event.job) == ("page.open", AT, str(by.role or ""), by.job)
    assert (event.account_id, event.posting_id) == (by.account_id, by.posting_id)


@EVERY_ROLE
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET {column} = {column}",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} DROP COLUMN {column}",
        "DROP TABLE {}",
        "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING",
        "GRANT DELETE ON {} TO CURRENT_USER",
    ],
)
def test_no_role_may_change_or_remove_anything(by, table, statement):
    column = {"audit_event": "at", "audit_eventsubject": "person_id"}.get(table, "file_name")
    column = "sealed_at" if table == "audit_segment" else column
    with acting(by), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column=column))
        if statement.startswith("GRANT"):  # PostgreSQL only warns of a grant that one may not give
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET at = at", "DELETE FROM audit_event"])
def test_control_the_same_statements_are_right_for_the_owner(statement):
    as_owner(statement)


@pytest.mark.parametrize("by", [NOBODY, CLERK, LINE, WORKER], ids=["login", "office", "line", "worker"])
@pytest.mark.parametrize("table", TABLES)
def test_only_the_auditor_and_the_system_read(by, table):
    with acting(by), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")


@EVERY_ROLE
@pytest.mark.parametrize("own", ["seq", "txid"])
def test_nobody_chooses_a_number_or_a_transaction(by, own):
    statement = f"INSERT INTO audit_event (id, at, name, role, job, subject_kind, facts, {own}) " \
        "OVERRIDING SYSTEM VALUE VALUES (gen_random_uuid(), now(), 'x', '', '', '', '{}', 1)"  # fmt: skip
    with acting(by), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_tells_where_from_the_subject_or_the_actor():
    with acting(JOB):
        union = organisation()
        by_place = record("x", by=JOB, at=AT, organisation=union)
        of_nothing = record("x", by=JOB, at=AT, subject=("thing", union.pk))
    with acting(CLERK):
        by_actor = record("x", by=CLERK, at=AT)
    assert (by_place.organisation_id, by_place.path) == (union.pk, union.path)
    assert (by_actor.organisation_id, by_actor.path) == (None, "0001")
    assert (of_nothing.subject_kind, of_nothing.subject_id, of_nothing.path) == ("thing", union.pk, None)


@pytest.mark.django_db(transaction=True)
def test_an_event_is_rolled_back_with_its_act_and_one_on_another_connection_would_not_be():
    with pytest.raises(ZeroDivisionError), acting(JOB):
        record("within.act", by=JOB, at=AT)
        with connections["ledger"].cursor() as aside:  # the control: what a queue or a log does
            aside.execute(
                "INSERT INTO audit_event (id, at, name, role, job, subject_kind, facts) "
                "VALUES (gen_random_uuid(), now(), 'beside.act', '', '', '', '{}')"
            )
        raise ZeroDivisionError
    with acting(AUDITOR):
        assert list(Event.objects.values_list("name", flat=True)) == ["beside.act"]


def test_a_bulk_act_is_one_event_and_a_narrow_row_for_each_person():
    persons = uuid7s(1000, AT)
    with acting(CLERK):
        chunk = record_bulk("roll.commit", by=CLERK, at=AT, persons=np.concatenate([persons, persons[:10]]))
    with acting(AUDITOR):
        assert Event.objects.count() == 1
        about_them = EventSubject.objects.filter(event_id=chunk.id).values_list("person_id", flat=True)
        assert set(about_them) == set(as_uuids(persons))


def test_whom_a_bulk_act_made_are_named_by_their_draw_and_nobody_else_is():
    made, others = (as_uuids(uuid7s(100, AT)) for _ in range(2))
    with acting(JOB):
        source = ("SELECT person_id FROM unnest(%s::uuid[]) person_id", [others[:3]])
        chunk = record_bulk(
            "roll.commit", by=JOB, at=AT, persons_from=source, drawn=str(made[0])[:DRAW], facts={"rows": 100}
        )
    with acting(AUDITOR):
        assert EventSubject.objects.filter(event_id=chunk.id).count() == 3
        assert [each for each in made + others if list(about(each)) == [chunk]] == made + others[:3]
        assert not about(others[3]).exists()


def test_a_worker_who_was_made_by_a_bulk_act_sees_it():
    (me,) = as_uuids(uuid7s(1, AT))
    with acting(JOB):
        record_bulk("roll.commit", by=JOB, at=AT, drawn=str(me)[:DRAW])
    with acting(dataclasses.replace(WORKER, person_id=me)):
        assert [look.name for look in about_me(since=AT)] == ["roll.commit"]
    with acting(dataclasses.replace(WORKER, person_id=uuid4())):
        assert about_me(since=AT) == []


def test_a_bulk_act_may_take_its_persons_from_a_table():
    ids = [uuid4(), uuid4()]
    source = ("SELECT person_id FROM unnest(%s::uuid[]) person_id", [[*ids, ids[0]]])
    with acting(JOB):
        chunk = record_bulk("roll.commit", by=JOB, at=AT, persons_from=source)
    with acting(AUDITOR):
        assert set(EventSubject.objects.filter(event_id=chunk.id).values_list("person_id", flat=True)) == set(
            ids
        )


def test_a_worker_sees_who_looked_at_them_and_nobody_else():
    said = {"fields": ["phone"], "purpose": "call_back"}
    with acting(CLERK):
        record("secrets.read", by=CLERK, at=AT, persons=[WORKER.person_id], facts=said)
        record("secrets.read", by=CLERK, at=AT, persons=[uuid4()], facts=said)
        record("secrets.read", by=CLERK, at=AT - timedelta(days=400), persons=[WORKER.person_id], facts=said)
    with acting(WORKER):
        (look,) = about_me(since=AT - timedelta(days=30))
    assert look == (AT, "secrets.read", "clerk", None, ["phone"], "call_back")
    with acting(Actor(role=Role.MEMBER)):
        assert about_me(since=AT - timedelta(days=30)) == []


def test_an_office_may_not_ask_who_looked():
    with acting(CLERK), pytest.raises(DatabaseError), transaction.atomic():
        about_me(since=AT)


def test_the_auditor_sees_who_looked_at_a_worker():
    with acting(CLERK):
        first = record("a", by=CLERK, at=AT, persons=[WORKER.person_id])
        second = record("b", by=CLERK, at=AT + timedelta(1), persons=[WORKER.person_id])
    with acting(AUDITOR):
        assert [event.pk for event in about(WORKER.person_id)] == [second.pk, first.pk]


NUMBER, PHONE = "369901199003070011", "14090000001"


@pytest.mark.parametrize(
    "said",
    [
        {"phone": PHONE},
        {"id_number": NUMBER},
        {"note": f"called {PHONE}, has {NUMBER}"},
        {"deep": [{"address": "青岚市长堤路", "old": "369901900307001"}]},
        {NUMBER: 1},
        {"raw": b"14090000001", "n": int(PHONE)},
    ],
)
def test_no_secret_value_reaches_the_facts(said):
    text = facts.as_json(said)
    assert not any(secret in text for secret in (NUMBER, PHONE, "长堤路", "369901900307001"))


def test_what_stands_for_a_secret_is_equal_for_equal_ones():
    assert (
        facts.as_json({"phone": PHONE})
        == facts.as_json({"phone": PHONE})
        != facts.as_json({"phone": "14090000002"})
    )


def test_plain_facts_stay_as_they_are():
    said = {
        "at": AT,
        "on": AT.date(),
        "id": UUID(int=1),
        "role": Role.CLERK,
        "n": 3,
        "none": None,
        "of": {"a": (1,)},
    }
    assert json.loads(facts.as_json(said)) == {
        "at": AT.isoformat(), "on": "2026-11-24", "id": str(UUID(int=1)), "role": "clerk", "n": 3, "none": None,
        "of": {"a": [1]},
    }  # fmt: skip
    assert facts.as_json(None) == "{}"
    assert "phone" in facts.as_json({"fields": ["phone"]})
    assert json.loads(facts.as_json({"x": 1.5, "y": system_actor("j").scope, "phone": ""})) == {
        "x": 1.5, "y": None, "phone": "",
    }  # fmt: skip


def test_every_field_of_the_vault_counts_as_secret():
    assert {name for layout in LAYOUTS.values() for name in layout.widths} <= facts.SECRET_FIELDS
