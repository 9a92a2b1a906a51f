"""Without the door, no scoped row; with it, only the actor's own."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from niangjia.core.roles import Role
from niangjia.foundation.acting import Lost, acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.registry.models import Person
from tests.factories import organisation, person

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def office_of(union):
    return Actor(role=Role.CLERK, scope=Scope.below(union.path))


def current_user(alias="default"):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        return cursor.fetchone()


def test_the_tests_reach_the_database_as_the_application_and_never_as_its_owner():
    assert current_user() == ("niangjia_app", "niangjia_app")
    assert current_user("ledger") == ("niangjia_app", "niangjia_app")
    assert current_user("owner")[0] == "niangjia_owner"


def test_a_request_that_forgot_the_door_is_denied_rather_than_shown_an_empty_list():
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Person.objects.count()


def test_an_office_sees_its_subtree_and_nothing_beside_it():
    with acting(system_actor("test")):
        city = organisation()
        east, west = organisation(under=city), organisation(under=city)
        mine, theirs = person(east), person(west)

    with acting(office_of(east)):
        assert list(Person.objects.all()) == [mine]
    with acting(office_of(west)):
        assert list(Person.objects.all()) == [theirs]
    with acting(office_of(city)):
        assert set(Person.objects.all()) == {mine, theirs}


def test_a_federation_sees_the_rows_of_its_line_and_not_those_of_its_place():
    with acting(system_actor("test")):
        city = organisation()
        couriers = organisation(under=city, kind="union_federation", level="city")
        led, other = organisation(under=city, line=couriers), organisation(under=city)
        mine = person(led)
        person(other)

    with acting(Actor(role=Role.CLERK, scope=Scope.below(couriers.path, line=True))):
        assert list(Person.objects.all()) == [mine]


def test_a_worker_sees_the_own_record_only():
    with acting(system_actor("test")):
        union = organisation()
        me = person(union)
        person(union)

    with acting(Actor(role=Role.MEMBER, person_id=me.pk)):
        assert list(Person.objects.all()) == [me]


def test_an_office_cannot_write_a_row_into_another_subtree():
    with acting(system_actor("test")):
        city = organisation()
        east, west = organisation(under=city), organisation(under=city)
        mine = person(east)

    with pytest.raises(ProgrammingError, match="row-level security"), acting(office_of(east)):
        Person.objects.filter(pk=mine.pk).update(path=west.path)


def test_control_without_row_security_the_office_would_see_the_neighbours_rows():
    with acting(system_actor("test")):
        city = organisation()
        east, west = organisation(under=city), organisation(under=city)
        person(east)
        person(west)

    with acting(Actor(role=Role.SYSTEM)):  # the same query, under the policy that lets everything through
        assert Person.objects.count() == 2
    with acting(office_of(east)):
        assert Person.objects.count() == 1


def test_the_role_ends_with_the_transaction():
    with acting(system_actor("test")):
        assert current_user() == ("niangjia_app", "niangjia_system")
    assert current_user() == ("niangjia_app", "niangjia_app")


@pytest.mark.django_db(transaction=True)
def test_one_door_inside_another_fails_loudly():
    with acting(NOBODY), pytest.raises(RuntimeError), acting(NOBODY):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_swallowed_database_error_is_not_taken_for_success():
    with pytest.raises(Lost), acting(system_actor("test")):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        except Exception:
            pass


def test_two_open_primary_spells_of_one_person_are_refused_by_the_database():
    from tests.factories import spell

    with acting(system_actor("test")):
        union = organisation()
        me = person(union)
        spell(me, union)
        with pytest.raises(IntegrityError), transaction.atomic():
            spell(me, union)
