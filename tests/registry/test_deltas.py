"""A delta of many days counts on each of them as so many deltas of one day would."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.foundation.acting import acting
from niangjia.insight import figures
from niangjia.registry import deltas, memberships
from niangjia.registry.models import Delta, Membership, Organisation
from tests.factories import ON, organisation
from tests.foundation.audit.log import as_owner
from tests.intake.rosters import SYSTEM, clerk_of, committed, load_city, planned, roster, sheet_of, undone
from tests.registry.reorganisation.city import City, figure

pytestmark = [pytest.mark.database, pytest.mark.django_db]
BY_DAY = f"SELECT d.day, sum(d.n)::int FROM {deltas.BY_DAY} d WHERE d.path = %s GROUP BY 1 HAVING sum(d.n) <> 0 ORDER BY 1"


def append(union, counted):
    """Append what ``counted`` (day → n) says of one union and group, as a chunk does."""
    cells = """SELECT %(id)s::uuid AS organisation_id, %(path)s AS path, NULL::text AS line_path, '' AS region_code,
        'courier' AS "group", x.day, x.n FROM unnest(%(days)s::date[], %(numbers)s::int[]) x(day, n)"""
    params = {"id": union.pk, "path": union.path, "days": list(counted), "numbers": list(counted.values())}
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(deltas.folded(cells), params | {"batch": uuid4()})


def by_day(path):
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(BY_DAY, [path])
        return dict(cursor.fetchall())


counts = st.dictionaries(
    st.integers(0, 40).map(lambda n: ON + timedelta(days=n)),
    st.integers(-5, 5).filter(bool),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(counts, min_size=1, max_size=4), later=st.integers(-1, 45))
def test_chunks_of_many_days_count_as_their_days_one_by_one(chunks, later):
    with acting(SYSTEM):
        union = organisation()
    for counted in chunks:
        append(union, counted)
    on, clerk = ON + timedelta(days=later), clerk_of(union)
    expected = sum(n for counted in chunks for day, n in counted.items() if day <= on)
    with acting(clerk):
        assert figures.members(by=clerk, on=on) == expected
        (cell,) = [*figures.members_by_branch(by=clerk, depth=1, on=on)] or [None]
        assert (cell.n if cell else 0) == expected
    with acting(SYSTEM):
        assert Delta.objects.filter(path=union.path).count() == len(chunks)


def test_control_a_sum_that_takes_each_delta_whole_counts_days_to_come(monkeypatch):
    with acting(SYSTEM):
        union = organisation()
    append(union, {ON: 1, ON + timedelta(days=1): 2})
    monkeypatch.setattr(deltas, "sum_until", lambda _on: Sum("n"))
    clerk = clerk_of(union)
    with acting(clerk):
        assert figures.members(by=clerk, on=ON) == 3


def test_a_roster_is_one_delta_for_each_union_and_group_and_right_on_every_day():
    office = load_city()
    sheet, heads = sheet_of(roster(1500, 5))
    done = committed(office, planned(office, sheet, heads))

    clerk = clerk_of(office)
    with acting(SYSTEM):
        days = sorted(Membership.objects.values_list("from_on", flat=True).distinct())
        cells = Membership.objects.values("organisation_id", "group").distinct().count()
        assert Delta.objects.count() == cells < len(days)
    with acting(clerk):
        for on in [days[0] - timedelta(days=1), days[0], *days[1 : -1 : len(days) // 9], days[-1]]:
            assert figures.members(by=clerk, on=on) == memberships.on_roll(by=clerk, on=on).count()

    undone(office, done)
    with acting(clerk):
        assert {figures.members(by=clerk, on=on) for on in (days[0], days[len(days) // 2], days[-1])} == {0}


@pytest.mark.django_db(transaction=True)
def test_deltas_of_many_days_can_be_parted_again():
    step = import_module("niangjia.registry.migrations.0070_deltas_of_several_days")
    with acting(SYSTEM):
        union = organisation()
    append(union, {ON: 1, ON + timedelta(days=2): 3})
    append(union, {ON: 4})
    before = by_day(union.path)
    as_owner(step.PARTED)
    assert by_day(union.path) == before == {ON: 5, ON + timedelta(days=2): 3}
    with acting(SYSTEM):
        assert list(Delta.objects.filter(path=union.path).values_list("days", flat=True)) == [None] * 3


def test_a_reorganisation_moves_each_day_of_a_delta_of_many_days():
    city = City()
    before = by_day(city.one.path)
    append(
        city.one,
        {ON - timedelta(days=9): 1, ON - timedelta(days=1): 2, ON: 4, ON + timedelta(days=3): 8},
    )
    city.carried_out(("move", city.town, city.west))
    with acting(SYSTEM):
        now = Organisation.objects.get(pk=city.one.pk).path
        stood, ever = sum(before.values()), date(2100, 1, 1)
        yesterday = ON - timedelta(days=1)
        assert figure(city.one.path, yesterday) == stood + 3
        assert (figure(now, yesterday), figure(now, ON), figure(now, ever)) == (0, stood + 7, stood + 15)
        assert figure(city.one.path, ON) == figure(city.one.path, ever) == 0
    assert by_day(now) == {ON: stood + 7, ON + timedelta(days=3): 8}
