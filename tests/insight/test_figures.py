"""A number is a list: whatever has happened to the roll, each figure counts the rows that it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.insight import figures
from niangjia.insight.board import board
from niangjia.insight.slices import Slice, rows_of
from niangjia.registry import deltas, memberships
from niangjia.registry.models import Delta
from tests.factories import organisation, person

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")
FIRST = date(2026, 1, 1)
MORNING = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
acts = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 2), st.integers(0, 5), st.sampled_from(["courier", "guard", ""])
    ),
    max_size=14,
)


def office_of(union) -> Actor:
    return Actor(role=Role.LEADER, organisation_id=union.pk, scope=Scope.below(union.path))


def play(steps, unions):
    """Open and close spells as told: who, at which union (or leave), how many days later, in which group."""
    people = [person(unions[0]) for _ in range(4)]
    day = 0
    for who, where, later, group in steps:
        day += later
        at = MORNING + timedelta(days=day)
        spell = memberships.open_primary_of(people[who])
        if spell is not None:
            memberships.close_spell(spell, reason="1", by=SYSTEM, at=at)
        elif where < len(unions):
            people[who].group = group
            memberships.open_spell(people[who], unions[where], channel="online", by=SYSTEM, at=at)
    return FIRST + timedelta(days=day)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=acts, back=st.integers(0, 40))
def test_every_number_of_the_board_counts_the_rows_of_its_list_on_any_day(steps, back):
    with acting(SYSTEM):
        city = organisation()
        unions = [organisation(under=city), organisation(under=city)]
        on = play(steps, unions) - timedelta(days=back)
    leader = office_of(city)

    with acting(leader):
        shown = board(by=leader, on=on, at=MORNING + timedelta(days=400))
        for row in shown.rows:
            for group in shown.groups:
                listed = rows_of(
                    Slice(on=on, branch=row.organisation, alone=row.alone, group=group or None), by=leader
                )
                assert row.by_group.get(group, 0) == listed.count()
        assert (
            shown.total.total == rows_of(Slice(on=on), by=leader).count() == figures.members(by=leader, on=on)
        )


def test_control_a_delta_that_nobody_wrote_makes_number_and_list_differ():
    with acting(SYSTEM):
        city = organisation()
        union = organisation(under=city)
        memberships.open_spell(person(union), union, channel="online", by=SYSTEM, at=MORNING)
        stray = Delta.objects.get()
        stray.pk = None
        stray.save()
    leader = office_of(city)

    with acting(leader):
        assert figures.members(by=leader, on=FIRST) != rows_of(Slice(on=FIRST), by=leader).count()


def test_a_neighbours_members_are_in_no_figure_of_ours():
    with acting(SYSTEM):
        city = organisation()
        east, west = organisation(under=city), organisation(under=city)
        memberships.open_spell(person(west), west, channel="online", by=SYSTEM, at=MORNING)
    clerk = office_of(east)

    with acting(clerk):
        assert board(by=clerk, on=FIRST, at=MORNING).total.total == 0
        assert figures.members(by=clerk, on=FIRST) == 0


def test_a_federation_counts_by_line_wherever_its_units_stand():
    with acting(SYSTEM):
        city = organisation()
        couriers = organisation(under=city, kind="union_federation", level="city")
        led = organisation(under=city, line=couriers)
        memberships.open_spell(person(led), led, channel="online", by=SYSTEM, at=MORNING)
    federation = Actor(
        role=Role.LEADER, organisation_id=couriers.pk, scope=Scope.below(couriers.path, line=True)
    )

    with acting(federation):
        shown = board(by=federation, on=FIRST, at=MORNING)
        assert [(row.organisation.pk, row.total) for row in shown.rows if row.total] == [(led.pk, 1)]


def test_who_came_this_month_is_counted_from_its_list_also_when_gone_again():
    with acting(SYSTEM):
        city = organisation()
        union = organisation(under=city)
        spell = memberships.open_spell(person(union), union, channel="online", by=SYSTEM, at=MORNING)
        memberships.close_spell(spell, reason="1", by=SYSTEM, at=MORNING + timedelta(days=3))
    leader = office_of(city)

    with acting(leader):
        shown = board(by=leader, on=FIRST + timedelta(days=20), at=MORNING)
        assert (shown.came, shown.total.total) == (1, 0)


def test_a_figure_is_written_in_the_transaction_of_the_act_or_not_at_all():
    class Stop(Exception):
        pass

    with pytest.raises(Stop), acting(SYSTEM):
        union = organisation()
        memberships.open_spell(person(union), union, channel="online", by=SYSTEM, at=MORNING)
        assert Delta.objects.filter(measure=deltas.MEMBERS).count() == 1
        raise Stop
    with acting(SYSTEM):
        assert not Delta.objects.exists()
