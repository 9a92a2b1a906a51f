"""Joins while an order is carried out: elsewhere at once, in the unit itself afterwards; none is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY
from niangjia.joining import submitting
from niangjia.joining.models import JoinRequest
from niangjia.registry.models import Membership, Organisation
from niangjia.registry.reorganisation import carrying, placing
from tests.factories import AT, ON
from tests.jobs import run_jobs
from tests.joiners import facts
from tests.registry.reorganisation.city import SYSTEM, City, members, roll

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
SOON = 10  # seconds: far more than a join takes, on a busy machine too
A_WHILE = 1


@pytest.fixture
def city():
    return City()


@pytest.fixture
def half_way(monkeypatch):
    """An order is held where its units stand at their new places and nothing is committed: (reached, go on)."""
    reached, go_on = threading.Event(), threading.Event()
    whole = placing.change_parenthoods

    def wait(*args, **kwargs):
        reached.set()
        assert go_on.wait(60)
        return whole(*args, **kwargs)

    monkeypatch.setattr(carrying, "change_parenthoods", wait)
    yield reached, go_on
    go_on.set()


def in_thread(work, *args):
    """Run in a thread with a connection of its own; return the future."""

    def whole():
        try:
            return work(*args)
        finally:
            connections.close_all()

    return POOL.submit(whole)


POOL = ThreadPoolExecutor(4)


def signed(city):
    order = city.order(("move", city.town, city.west))
    from niangjia.registry.reorganisation import actions

    with acting(city.leader):
        actions.sign(order, by=city.leader, at=AT)
    return order


def join(city, union):
    with acting(SYSTEM):
        return city.member(Organisation.objects.get(pk=union.pk), at=AT).pk


def test_a_join_elsewhere_does_not_wait_and_one_in_the_unit_lands_at_the_new_place(city, half_way):
    reached, go_on = half_way
    order = signed(city)
    work = in_thread(lambda: carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT))
    assert reached.wait(60)

    elsewhere = in_thread(join, city, city.other).result(SOON)
    inside = in_thread(join, city, city.one)
    with pytest.raises(TooSlow):
        inside.result(A_WHILE)
    go_on.set()
    work.result(60)
    late = inside.result(60)

    assert elsewhere in roll(city.other) and late in roll(city.one)
    with acting(SYSTEM):
        one = Organisation.objects.get(pk=city.one.pk)
        assert set(Membership.objects.filter(organisation=one).values_list("path", flat=True)) == {one.path}
    assert (members(city.east, ON), members(city.west, ON)) == (0, 10)


def test_a_phone_that_asks_the_moving_union_is_answered_at_once(city, half_way):
    reached, go_on = half_way
    order = signed(city)

    def hand_in():
        with acting(NOBODY) as nobody:
            return submitting.submit(facts(), code=city.code, key=uuid4(), by=nobody, at=AT)

    work = in_thread(lambda: carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT))
    assert reached.wait(60)
    kept = in_thread(hand_in).result(SOON)
    go_on.set()
    work.result(60)
    run_jobs(now=lambda: AT)
    with acting(SYSTEM):
        request = JoinRequest.objects.get(pk=kept)
        assert request.path == Organisation.objects.get(pk=city.one.pk).path


def test_under_a_lock_of_the_whole_table_a_join_elsewhere_would_wait(city, half_way):
    """The control: the test above can fail."""
    reached, go_on = half_way
    order = signed(city)

    def locked():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE niangjia_system")
            cursor.execute("LOCK TABLE registry_organisation IN EXCLUSIVE MODE")
            reached.set()
            assert go_on.wait(60)

    work = in_thread(locked)
    assert reached.wait(60)
    elsewhere = in_thread(join, city, city.other)
    with pytest.raises(TooSlow):
        elsewhere.result(A_WHILE)
    go_on.set()
    work.result(60)
    elsewhere.result(60)
    assert city.fresh(order).status == "signed"


def test_a_join_under_way_is_waited_for_and_moves_along(city):
    order = signed(city)
    joined, go_on = threading.Event(), threading.Event()

    def slow_join():
        with acting(SYSTEM):
            pk = city.member(Organisation.objects.get(pk=city.one.pk), at=AT).pk
            joined.set()
            assert go_on.wait(60)
            return pk

    joining = in_thread(slow_join)
    assert joined.wait(60)
    work = in_thread(lambda: carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT))
    with pytest.raises(TooSlow):
        work.result(A_WHILE)
    go_on.set()
    member = joining.result(60)
    work.result(60)
    assert member in roll(city.one)
    assert members(city.west, ON) == 9


def test_without_holding_the_union_a_join_under_way_would_be_left_at_the_old_place(city, monkeypatch):
    """The control: the row lock is what keeps it."""
    from niangjia.registry import organisations

    def free(pk, *, by):
        return Organisation.objects.select_related("line").get(pk=pk)

    monkeypatch.setattr(organisations, "held", free)
    order = signed(city)
    joined, go_on = threading.Event(), threading.Event()

    def slow_join():
        with acting(SYSTEM):
            pk = city.member(Organisation.objects.get(pk=city.one.pk), at=AT).pk
            joined.set()
            assert go_on.wait(60)
            return pk

    joining = in_thread(slow_join)
    assert joined.wait(60)
    in_thread(lambda: carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)).result(60)
    go_on.set()
    joining.result(60)
    with acting(SYSTEM):
        one = Organisation.objects.get(pk=city.one.pk)
        paths = set(Membership.objects.filter(organisation=one).values_list("path", flat=True))
    assert len(paths) == 2  # one of them astray
