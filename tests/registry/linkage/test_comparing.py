"""What the model alone found is counted, waits for a person where one asks for it, and stays until the facts change."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from django.db import connection

from niangjia.core.linkage.beside import Trained
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.registry import persons
from niangjia.registry.duplicates import deciding, queries
from niangjia.registry.duplicates.refusals import NoLongerAlike
from niangjia.registry.duplicates.states import FoundBy, Status
from niangjia.registry.linkage import comparing
from niangjia.registry.linkage.refusals import TooFew
from niangjia.registry.linkage.splinking import Splinked
from niangjia.registry.models import Person
from tests.factories import AT
from tests.joiners import NUMBERS, SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATER = AT + timedelta(days=1)
TRAINED = [Trained("phone", "PHONE_EQUAL", 0.7, 0.0001)]


@pytest.fixture
def county():
    """A county with one person twice, and two who share nothing that our rules would take for one person."""
    _, county, near, _ = made.unions()
    made.member(near[0])
    made.member(near[1], made.SLIP)
    made.member(near[0], NUMBERS[3], name="李小明", phone="13900139001", birth_on=date(1988, 2, 3))
    made.member(near[1], "", name="李晓民", phone="13900139002", birth_on=date(1988, 2, 4))
    return county


def telling(*pairs, probability=0.999):
    """Return a finder that finds the pairs of these names."""

    def find(table: pl.DataFrame) -> Splinked:
        place = {name: row for row, name in enumerate(table["name_key"])}
        rows = [sorted((place[a], place[b])) for a, b in pairs]
        told = [(high, low, probability) for low, high in rows]
        schema = {"row": pl.UInt32, "other": pl.UInt32, "probability": pl.Float64}
        return Splinked(pl.DataFrame(told, schema=schema, orient="row"), TRAINED)

    return find


def run(office, finder, *, queue=False, threshold=0.99, at=AT):
    return comparing.compared(office, finder, threshold=threshold, queue=queue, by=SYSTEM, now=lambda: at)


EXTRA = telling(("李小明", "李晓民"))


def test_both_are_counted_and_nothing_waits_that_nobody_asked_for(county):
    told = run(county, EXTRA)
    assert (told.persons, told.pairs.ours, told.pairs.theirs, told.pairs.both) == (4, 1, 1, 0)
    assert (told.same, told.likely, told.barred, told.queued) == (1, 0, 0, None)
    assert made.seen(county) == []


def test_a_pair_below_the_threshold_is_not_the_models(county):
    assert run(county, telling(("李小明", "李晓民"), probability=0.9)).pairs.theirs == 0


def test_what_only_the_model_found_waits_as_likely_with_its_reasons(county):
    assert run(county, EXTRA, queue=True).queued == 1
    (pair,) = made.seen(county)
    assert (pair.status, pair.decision, pair.found_by) == (Status.OPEN, "likely", FoundBy.MODEL)
    assert pair.reasons[-1] == "FOUND_BY_MODEL"
    assert "PHONE_SLIP" in pair.reasons
    assert "name" in pair.differs


def test_a_second_run_queues_nothing_twice_and_leaves_what_a_clerk_told_apart(county):
    run(county, EXTRA, queue=True)
    assert run(county, EXTRA, queue=True, at=LATER).queued == 0
    (pair,) = made.seen(county)
    by = made.clerk(county)
    with acting(by):
        deciding.tell_apart(pair, by=by, at=AT)
    assert run(county, EXTRA, queue=True, at=LATER).queued == 0
    assert made.again(pair).status == Status.DIFFERENT


def test_what_our_rules_found_stays_theirs(county):
    (pair,) = made.search(county)
    both = telling(("李小明", "李晓民"))
    run(county, both, queue=True)
    assert made.again(pair).found_by == FoundBy.RULES
    assert made.again(pair).decision == "same"


def test_a_clerk_merges_what_the_model_found(county):
    run(county, EXTRA, queue=True)
    (pair,) = made.seen(county)
    assert made.merge(pair, county).status == Status.MERGED
    with acting(SYSTEM):
        assert Person.objects.filter(pk__in=pair.person_ids).count() == 1


def test_once_the_facts_have_changed_the_models_word_no_longer_holds(county):
    run(county, EXTRA, queue=True)
    (pair,) = made.seen(county)
    with acting(SYSTEM):
        Person.objects.filter(pk=pair.first).update(name="王大力", name_key=persons.key_of("王大力"))
    by = made.clerk(county)
    with acting(by), pytest.raises(NoLongerAlike):
        deciding.merge(queries.get(pair.pk, by=by), {}, by=by, at=AT)
    with acting(by):
        assert queries.get(pair.pk, by=by).status == Status.OPEN


def test_a_whole_search_leaves_the_models_pair_until_the_facts_change(county):
    run(county, EXTRA, queue=True)
    (pair,) = made.seen(county)
    made.search(county, at=LATER)
    assert made.again(pair).status == Status.OPEN
    with acting(SYSTEM):
        Person.objects.filter(pk=pair.first).update(name="王大力", name_key=persons.key_of("王大力"))
    made.search(county, at=LATER + timedelta(days=1))
    assert made.again(pair).status == Status.GONE


def test_twins_with_two_right_numbers_are_nobodys_pair_whatever_a_model_says():
    _, county, near, _ = made.unions()
    twins = [made.citizen_number(f"36990119900101{order}") for order in ("101", "102")]
    made.member(near[0], twins[0], name="张伟")
    made.member(near[1], twins[1], name="张强")
    told = run(county, telling(("张伟", "张强")), queue=True)
    assert (told.pairs.theirs, told.barred, told.queued) == (1, 1, 0)
    assert made.seen(county) == []


def test_opening_is_written_down_for_each_person_and_the_run_for_the_office(county):
    run(county, EXTRA, queue=True)
    with acting(SYSTEM):
        opened = Event.objects.get(name="persons.compared")
        assert EventSubject.objects.filter(event_id=opened.pk).count() == 4
        ran = Event.objects.get(name="duplicates.compared_with_model")
    assert (opened.job, ran.job) == ("test", "test")
    assert ran.facts == {"persons": 4, "ours": 1, "model": 1, "both": 0, "queued": 1}


def test_no_number_phone_or_name_is_in_a_pair_or_the_audit(county):
    run(county, EXTRA, queue=True)
    with acting(SYSTEM), connection.cursor() as cursor:
        for table in ("registry_pair", "audit_event"):
            cursor.execute(f"SELECT string_agg(x::text, ' ') FROM {table} x")
            text = cursor.fetchone()[0]
            assert not [
                each for each in (made.NUMBER, made.SLIP, made.PHONE, "李小明", "13900139001") if each in text
            ]


def test_an_office_without_people_has_nothing_to_compare():
    _, county, _, _ = made.unions()
    with pytest.raises(TooFew):
        run(county, EXTRA)
