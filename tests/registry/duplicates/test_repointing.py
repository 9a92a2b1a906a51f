"""An open pair of a record that is taken up does not get lost: it becomes the survivor's, and goes back when that is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.registry.duplicates import deciding, repointing
from niangjia.registry.duplicates.states import FoundBy, Status
from niangjia.registry.models import Pair, Person
from tests.factories import AT
from tests.joiners import SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATER = AT + timedelta(days=1)


@pytest.fixture
def county():
    return made.unions()[1]


def three(county, *, third_like_both):
    """Return an older record, a newer one of the same person, and a third that looks like the newer one or like both."""
    with acting(SYSTEM):
        near = list(
            type(county).objects.filter(path__gt=county.path, path__lt=county.path + "~").order_by("path")
        )
    older = made.member(near[0], at=AT - timedelta(days=9))
    newer = made.member(near[1], made.SLIP, phone="13900139000", at=AT - timedelta(days=5), on_roll=False)
    # Of the phone, the birth date and most of the name that the newer one has, only the last two are the older one's too.
    name = "张伟丽" if third_like_both else "张伟强"
    third = made.member(near[1], "", name=name, phone="13900139000", on_roll=False, at=AT - timedelta(days=1))
    return older, newer, third


def pair_of(*persons):
    first, second = sorted(person.pk for person in persons)
    with acting(SYSTEM):
        return Pair.objects.filter(first=first, second=second).first()


def rows():
    with acting(SYSTEM):
        return list(Pair.objects.order_by("pk").values())


def test_it_becomes_the_survivors_with_the_reason_and_goes_back(county):
    older, newer, third = three(county, third_like_both=False)
    made.search(county)
    other, before = pair_of(newer, third), rows()
    assert other is not None
    assert pair_of(older, third) is None

    merged = made.merge(pair_of(older, newer), county, {"id_number": "first", "phone": "first"})

    assert merged.status == Status.MERGED
    moved = made.again(other)
    assert set(moved.person_ids) == {older.pk, third.pk}
    assert (moved.status, moved.found_by, moved.reasons[-1]) == (
        Status.OPEN,
        FoundBy.FORMER,
        "FOUND_OF_FORMER",
    )
    assert moved in made.seen(county)
    with acting(SYSTEM):
        assert Event.objects.get(name="pair.repointed").facts["from"] == str(newer.pk)

    made.unmerge(merged, county)
    assert [each for each in rows() if each["id"] == other.pk] == [
        each for each in before if each["id"] == other.pk
    ]


def test_a_clerk_may_merge_it_on_and_a_search_leaves_it_while_the_facts_hold(county):
    older, newer, third = three(county, third_like_both=False)
    made.search(county)
    other = pair_of(newer, third)
    made.merge(pair_of(older, newer), county)
    made.search(county, at=LATER)
    moved = made.again(other)
    assert moved.status == Status.OPEN
    assert "name" in moved.differs
    assert made.merge(moved, county, at=LATER).status == Status.MERGED
    with acting(SYSTEM):
        assert Person.objects.count() == 1


def test_where_the_survivor_has_that_pair_already_it_lapses_with_the_reason_and_comes_back(county):
    older, newer, third = three(county, third_like_both=True)
    made.search(county)
    kept, other, before = pair_of(older, third), pair_of(newer, third), rows()
    assert kept is not None
    assert other is not None

    merged = made.merge(pair_of(older, newer), county)

    assert (made.again(other).status, made.again(other).refused) == (Status.GONE, repointing.SAME_PAIR)
    assert made.again(kept).status == Status.OPEN
    made.unmerge(merged, county)
    assert [each for each in rows() if each["id"] in (kept.pk, other.pk)] == [
        each for each in before if each["id"] in (kept.pk, other.pk)
    ]


def test_what_was_decided_meanwhile_stands_when_it_goes_back(county):
    older, newer, third = three(county, third_like_both=False)
    made.search(county)
    other = pair_of(newer, third)
    merged = made.merge(pair_of(older, newer), county)
    by = made.clerk(county)
    with acting(by):
        deciding.tell_apart(Pair.objects.get(pk=other.pk), by=by, at=LATER)
    made.unmerge(merged, county, at=LATER)
    back = made.again(other)
    assert (set(back.person_ids), back.status) == ({newer.pk, third.pk}, Status.DIFFERENT)


def test_control_without_it_the_queue_loses_the_pair(county, monkeypatch):
    older, newer, third = three(county, third_like_both=False)
    made.search(county)
    monkeypatch.setattr(repointing, "repoint", lambda *args, **said: [])
    made.merge(pair_of(older, newer), county)
    assert not [pair for pair in made.seen(county) if third.pk in pair.person_ids]
