"""Postings are seen by the office itself and those above it, and by nobody beside it."""

from __future__ import annotations

import pytest

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.registry import postings
from tests.factories import ON, organisation
from tests.registry.reorganisation.city import COUNTY
from tests.signing import end, official, posting

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SYSTEM = system_actor("test")


def seen_by(actor):
    with acting(actor):
        return set(postings.visible_to(actor))


def test_the_office_and_those_above_see_a_posting_past_ones_too():
    with acting(SYSTEM):
        city = organisation()
        county, beside = organisation(under=city, **COUNTY), organisation(under=city, **COUNTY)
    here, before = posting(official("lin"), county), posting(official("wu"), county, Role.LEADER)
    end(before, on=ON)
    there = posting(official("qi"), beside)

    def office(union):
        return Actor(role=Role.CLERK, organisation_id=union.pk, scope=Scope.below(union.path))

    assert seen_by(office(city)) == {here, before, there}
    assert seen_by(office(county)) == {here, before}
    assert seen_by(office(beside)) == {there}
    assert seen_by(NOBODY) == set()


def test_a_federation_sees_those_of_the_unions_that_it_leads():
    with acting(SYSTEM):
        city = organisation()
        couriers = organisation(under=city, kind="union_federation", level="city")
        led, beside = organisation(under=city, line=couriers), organisation(under=city)
    own, led_one = posting(official("lin"), couriers), posting(official("wu"), led)
    posting(official("qi"), beside)
    scope = Scope.below(couriers.path, line=True)
    assert seen_by(Actor(role=Role.CLERK, organisation_id=couriers.pk, scope=scope)) == {own, led_one}
