"""A notice reaches the inbox that it is for, and no other."""

from __future__ import annotations

from uuid import uuid4

import pytest

from niangjia.core.roles import Role
from niangjia.foundation import notices
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from tests.factories import AT, organisation

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")


def test_an_office_reads_its_own_and_not_those_of_a_union_below_or_of_an_account():
    with acting(SYSTEM):
        city = organisation()
        below = organisation(under=city)
        account = uuid4()
        notices.tell_office(city.pk, "join_request_late", at=AT)
        notices.tell_office(below.pk, "join_request_waits", at=AT)
        notices.tell_account(account, "joined", at=AT)
    office = Actor(role=Role.CLERK, account_id=account, organisation_id=city.pk, scope=Scope.below(city.path))
    with acting(office):
        assert [notice.code for notice in notices.inbox(by=office)] == ["join_request_late"]
        assert notices.mark_read(by=office, at=AT) == 1
        assert not notices.unread(by=office)
    worker = Actor(role=Role.MEMBER, account_id=account)
    with acting(worker):
        assert [notice.code for notice in notices.unread(by=worker)] == ["joined"]


def test_nobody_has_no_inbox():
    assert not notices.inbox(by=NOBODY)
