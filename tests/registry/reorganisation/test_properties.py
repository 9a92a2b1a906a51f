"""Whatever happened before, an order taken back leaves the register as it was, and figures add up all the while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from niangjia.foundation.acting import acting
from niangjia.registry import memberships
from niangjia.registry.models import Membership, Organisation
from niangjia.registry.reorganisation.actions import Line
from tests.factories import AT, ON
from tests.matrix.asking import undone
from tests.registry.reorganisation.city import SYSTEM, City, figure, register

pytestmark = [pytest.mark.database, pytest.mark.django_db]
# Lines of which each can be carried out by itself; together some are refused.
LINES = (
    [
        ("move", unit, to)
        for unit, to in (("town", "west"), ("joint", "west"), ("joint", "city"), ("other", "town"))
    ]
    + [
        ("move", unit, to)
        for unit, to in (("one", "other"), ("two", "west"), ("one", "city"), ("other", "east"))
    ]
    + [
        ("merge", unit, to)
        for unit, to in (("joint", "other"), ("one", "two"), ("two", "joint"), ("other", "joint"))
    ]
    + [("dissolve", unit, to) for unit, to in (("one", "two"), ("two", "other"), ("other", "one"))]
    + [("split", unit, part) for unit, part in (("joint", "one"), ("joint", "two"), ("town", "joint"))]
)
lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=3, unique_by=lambda line: line[1])


def lines_of(city, said):
    for n, (kind, unit, target) in enumerate(said):
        one, other = getattr(city, unit), getattr(city, target)
        if kind == "split":
            yield Line(kind, one.code, "", f"新{n}", f"N{n}", (other.code,))
        else:
            yield Line(kind, one.code, other.code)


def adds_up(city):
    """Of every living unit the figure of its own path is its roll, today; and no path that nobody has counts anybody."""
    with acting(SYSTEM):
        spells = Membership.objects.filter(to_on__isnull=True, kind="primary")
        rolls: dict[str, int] = {}
        for path in spells.values_list("path", flat=True):
            rolls[path] = rolls.get(path, 0) + 1
        paths = set(Organisation.objects.values_list("path", flat=True)) | set(rolls)
        top = Organisation.objects.get(pk=city.city.pk)
        assert figure(top.path, ON) == sum(rolls.values())
        for path in paths:
            below = sum(n for other, n in rolls.items() if other.startswith(path))
            assert (path, figure(path, ON)) == (path, below)
        for unit in Organisation.objects.all():
            assert set(Membership.objects.filter(organisation=unit).values_list("path", flat=True)) <= {
                unit.path
            }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lines, back=st.integers(0, 10), joined=st.integers(0, 12))
def test_a_carried_order_adds_up_and_taken_back_it_never_was(said, back, joined):
    with undone():
        city = City()
        with acting(SYSTEM):
            city.member(city.one, at=AT - timedelta(days=joined))
            left = city.member(city.two, at=AT - timedelta(days=joined))
            memberships.close_spell(
                memberships.open_primary_of(left), reason="1", by=SYSTEM, at=AT - timedelta(days=joined // 2)
            )
        order = city.order(*lines_of(city, said), on=ON - timedelta(days=back))
        event(order.status)
        if order.status == "previewed":
            before = register()
            carried = city.sign(order)
            assert carried.status == "carried_out", carried.refusals
            adds_up(city)
            assert city.taken_back(carried).status == "taken_back"
            after = register()
            for what in before:
                assert (what, after[what]) == (what, before[what])
            adds_up(city)
