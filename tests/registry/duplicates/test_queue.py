"""The queue of pairs stays quick when tens of thousands wait: exact where few do, about where many do, never somebody else's."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.foundation.acting import acting
from niangjia.registry.duplicates import queries
from niangjia.registry.duplicates.queries import Counted
from niangjia.registry.models import Pair, Person
from tests.factories import AT
from tests.joiners import SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def waiting(county, people, *, decision="likely"):
    """Write a pair of every two of these people, found one after another; return their keys in that order."""
    said = {
        "status": "open",
        "decision": decision,
        "weight": 25.0,
        "first_print": uuid4(),
        "second_print": uuid4(),
    }
    place = {"organisation": county, "path": county.path, "line_path": None}
    ids = sorted(person.pk for person in people)
    with acting(SYSTEM):
        pairs = [
            Pair(first=a, second=b, found_at=AT + timedelta(seconds=k), seen_at=AT, **said, **place)
            for k, (a, b) in enumerate(combinations(ids, 2))
        ]
        Pair.objects.bulk_create(pairs)
    return [pair.pk for pair in pairs]


@pytest.fixture
def county():
    return made.unions()[1]


@pytest.fixture
def people(county):
    with acting(SYSTEM):
        union = type(county).objects.filter(path__gt=county.path, path__lt=county.path + "~").first()
    return [
        made.member(union, "", name=f"王{chr(0x4E10 + k)}", phone="", on_roll=False, at=AT) for k in range(5)
    ]


def asked(county, most):
    by = made.clerk(county)
    with acting(by):
        lying = queries.lying_in("open", by=by)
        return queries.listed(lying, by=by, most=most), queries.counted(lying, by=by, most=most)


def test_few_are_counted_exactly_and_listed_in_order(county, people):
    keys = waiting(county, people)
    assert asked(county, 10) == (keys, {"likely": Counted(10)})


def test_of_many_the_first_are_listed_and_all_are_counted_about(county, people):
    keys = waiting(county, people)
    assert asked(county, 4) == (keys[:4], {"likely": Counted(10, about=True)})


def test_pairs_of_a_record_that_is_gone_do_not_stand_in_the_way_of_the_others(county, people):
    keys = waiting(county, people)
    first = sorted(person.pk for person in people)[0]
    with acting(SYSTEM):
        Person.objects.filter(pk=first).delete()
        gone = set(Pair.objects.filter(first=first).values_list("pk", flat=True))
    left = [key for key in keys if key not in gone]
    assert len(gone) == 4
    assert asked(county, 3)[0] == left[:3]
    assert asked(county, 10) == (left, {"likely": Counted(6)})


def test_another_office_sees_none_of_them(county, people):
    waiting(county, people)
    other = made.unions()[1]
    assert asked(other, 10) == ([], {})


def test_a_count_of_many_looks_at_no_person(county, people):
    waiting(county, people)
    by = made.clerk(county)
    with acting(by), CaptureQueriesContext(connection) as asked_for:
        queries.counted(queries.lying_in("open", by=by), by=by, most=4)
    assert not [each for each in asked_for.captured_queries if "registry_person" in each["sql"]]


def test_control_the_exact_count_looks_at_both_records_of_every_pair(county, people):
    waiting(county, people)
    by = made.clerk(county)
    with acting(by), CaptureQueriesContext(connection) as asked_for:
        queries.counted(queries.lying_in("open", by=by), by=by, most=10)
    assert [each for each in asked_for.captured_queries if "registry_person" in each["sql"]]
