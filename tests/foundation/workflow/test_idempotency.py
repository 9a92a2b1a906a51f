"""What is sent twice is done once; what is sent under a used key with other contents is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from niangjia.core.roles import Role
from niangjia.foundation import idempotency
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, system_actor
from tests.factories import AT

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")


def test_the_first_answer_is_given_again():
    first, second, body = uuid4(), uuid4(), uuid4()
    with acting(NOBODY) as by:
        assert idempotency.once("join:1", body=body, answer=first, by=by, at=AT) == first
    with acting(NOBODY) as by:
        assert idempotency.once("join:1", body=body, answer=second, by=by, at=AT) == first


def test_another_body_or_another_account_is_refused_as_a_conflict():
    body = uuid4()
    with acting(NOBODY) as by:
        idempotency.once("join:1", body=body, answer=uuid4(), by=by, at=AT)
        with pytest.raises(idempotency.KeyReused):
            idempotency.once("join:1", body=uuid4(), answer=uuid4(), by=by, at=AT)
        somebody = Actor(role=Role.MEMBER, account_id=uuid4())
        with pytest.raises(idempotency.KeyReused):
            idempotency.once("join:1", body=body, answer=uuid4(), by=somebody, at=AT)


def test_a_key_whose_act_was_undone_is_free_again():
    body, again = uuid4(), uuid4()
    with pytest.raises(ZeroDivisionError), acting(NOBODY) as by:
        idempotency.once("join:1", body=body, answer=uuid4(), by=by, at=AT)
        raise ZeroDivisionError
    with acting(NOBODY) as by:
        assert idempotency.once("join:1", body=body, answer=again, by=by, at=AT) == again


def test_old_keys_are_forgotten_and_young_ones_kept():
    with acting(SYSTEM) as by:
        idempotency.once("old", body=uuid4(), answer=uuid4(), by=by, at=AT)
        idempotency.once("young", body=uuid4(), answer=uuid4(), by=by, at=AT + timedelta(days=20))
        assert idempotency.forget(at=AT + timedelta(days=31)) == 1
        assert idempotency.forget(at=AT + timedelta(days=31)) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_done_and_both_have_its_answer():
    body, start = uuid4(), Barrier(2)

    def send(answer):
        try:
            start.wait(10)
            with acting(NOBODY) as by:
                return idempotency.once("join:1", body=body, answer=answer, by=by, at=AT)
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [uuid4(), uuid4()]))
    assert answers[0] == answers[1]
