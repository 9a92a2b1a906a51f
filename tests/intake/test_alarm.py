"""Whoever meets many people of other rolls is asked why by the office above; whoever meets none is not."""

from __future__ import annotations

import pytest

from niangjia.foundation.acting import acting
from niangjia.foundation.notices.models import Notice
from niangjia.registry.models import Organisation
from tests.intake.rosters import SYSTEM, committed, load_city, planned, roster, sheet_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def alarms():
    with acting(SYSTEM):
        return list(Notice.objects.filter(code="held_alarm").values_list("organisation_id", flat=True))


def test_the_office_above_is_told_of_a_roster_that_meets_other_rolls():
    office = load_city()
    sheet, heads = sheet_of(roster(200, 3, kinds=(), noisy=False))
    committed(office, planned(office, sheet, heads))
    with acting(SYSTEM):
        county = Organisation.objects.filter(path__startswith=office.path, depth=office.depth + 1)
        below = county.filter(kind=office.kind).order_by("path").first()

    new, new_heads = sheet_of(roster(100, 99, kinds=(), noisy=False))
    planned(below, new, new_heads, content=b"nobody of them is on a roll")
    assert alarms() == []

    met = planned(below, sheet, heads, content=b"most of them are on another roll")
    assert met.finding_counts["ROLL_HELD"] > 50
    assert alarms() == [office.pk]
