"""Figures of a day before a reorganisation stand as they were, and say where their lists have gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope
from niangjia.insight.board import board
from niangjia.insight.slices import Slice, counted_in, rows_of
from niangjia.registry.models import Organisation
from tests.factories import AT, ON
from tests.registry.reorganisation.city import SYSTEM, City

pytestmark = [pytest.mark.database, pytest.mark.django_db]
YESTERDAY = ON - timedelta(days=1)


def leader_of(union):
    with acting(SYSTEM):
        now = Organisation.objects.get(pk=union.pk)
    return Actor(role="leader", organisation_id=now.pk, scope=Scope.below(now.path))


def rows(union, on):
    by = leader_of(union)
    with acting(by):
        shown = board(by=by, on=on, at=AT)
        found = {row.organisation.pk: (row.total, row.stands) for row in shown.rows if row.total}
        return shown.total.total, found


def test_the_board_of_an_earlier_day_shows_the_branch_that_stood_there_then():
    city = City()
    city.carried_out(("move", city.town, city.west))
    assert rows(city.east, YESTERDAY) == (6, {city.town.pk: (6, False)})
    assert rows(city.east, ON) == (0, {})
    assert rows(city.west, ON) == (8, {city.town.pk: (6, True), city.other.pk: (2, True)})
    assert rows(city.west, YESTERDAY) == (2, {city.other.pk: (2, True)})


def test_the_list_of_an_earlier_day_knows_how_many_another_office_sees_now():
    city = City()
    city.carried_out(("move", city.town, city.west))
    by = leader_of(city.east)
    with acting(by):
        asked = Slice(on=YESTERDAY)
        assert (counted_in(asked, by=by), rows_of(asked, by=by).count()) == (6, 0)
