"""Lists of officers come in as their trial run said and as the truth says, and go out again without a trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from niangjia.cli.synth.numbers import citizen_number
from niangjia.cli.synth.officers import HEADERS, members_of, officers
from niangjia.core.codes import flagged
from niangjia.core.masks import masked_name
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.registry import memberships, persons
from niangjia.registry import officers as queries
from niangjia.registry.models import Officer, Organisation, Person, Posting
from niangjia.registry.models.officers import SINGLE
from tests.intake.rosters import (
    AT,
    SYSTEM,
    clerk_of,
    committed,
    load_city,
    planned,
    roster,
    rows_of,
    sheet_of,
    undone,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ON = AT.date()


@pytest.fixture
def office():
    return load_city()


@pytest.fixture
def made():
    return roster(190, 5, kinds=(), noisy=False)


@pytest.fixture
def city(office, made):
    """The city with everybody of the roster on a roll."""
    committed(office, planned(office, *sheet_of(made)))
    return office


@pytest.fixture
def lists(made):
    return officers(made, 3)


def tried(office, rows, **options) -> Batch:
    sheet, heads = rows_of(HEADERS, rows)
    return planned(office, sheet, heads, kind="officers", content=repr((rows, options)).encode(), **options)


def told(batch):
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=batch).values_list("row", "verdict", "findings")
        return {row: (verdict, [each["code"] for each in found or ()]) for row, verdict, found in rows}


def wrong(batch, truth):
    """Return the rows that are not what the truth says."""
    found = told(batch)
    return {
        row: (verdict, code, found.get(row))
        for row, verdict, code in truth.select("row", "verdict", "code").iter_rows()
        if found.get(row, ("", []))[0] != verdict or (code and code not in found[row][1])
    }


def register():
    """Return who holds or held which post, as the truth tells it but by the person's key."""
    with acting(SYSTEM):
        codes = dict(Organisation.objects.values_list("pk", "code"))
        rows = Officer.objects.values_list("organisation_id", "post", "person_id", "from_on", "to_on")
        return {(codes[union], *rest) for union, *rest in rows}


def keyed(facts, made):
    with acting(SYSTEM):
        key = {each.number: persons.known_by("citizen", each.number).pk for each in members_of(made)}
    return {(union, post, key[number], since, left) for union, post, number, since, left in facts}


def row_of(who, union, post="主席", since="2024-05-01", term="", left="", number=None):
    return [who.name, who.number if number is None else number, "", union.name, post, "", since, term, left]


def a_union(made):
    key = next(each for each in made.truth["union"] if each)
    with acting(SYSTEM):
        return Organisation.objects.get(code=key)


def test_every_row_of_both_lists_becomes_what_the_truth_says(city, made, lists):
    first = tried(city, lists.first)
    assert {row: each for row, each in wrong(first, lists.truths[0]).items() if each[1] != ""} == {}

    done = committed(city, first)

    assert done.counts == first.counts and wrong(done, lists.truths[0]) == {}
    assert register() == keyed(lists.held, made)

    second = tried(city, lists.second)
    done = committed(city, second)

    assert done.counts == second.counts and wrong(done, lists.truths[1]) == {}
    assert register() == keyed(lists.held_then, made)


def test_undoing_both_lists_leaves_the_register_as_it_was_each_time(city, made, lists):
    first = committed(city, tried(city, lists.first))
    between = whole()
    second = committed(city, tried(city, lists.second))
    assert whole() != between

    second = undone(city, second)

    assert second.kept_counts == {} and whole() == between
    first = undone(city, first)
    assert first.kept_counts == {} and whole() == []


def whole():
    with acting(SYSTEM):
        return list(Officer.objects.order_by("pk").values())


def test_the_same_list_again_writes_nothing(city, lists):
    committed(city, tried(city, lists.first))
    before = whole()

    again = committed(city, tried(city, lists.first, sent="again"))

    assert again.counts["new"] == again.counts["changed"] == 0
    assert whole() == before


def test_a_list_of_officers_gives_nobody_an_account_or_a_posting(city, lists):
    before = counted_accounts()
    committed(city, tried(city, lists.first))
    assert register() and counted_accounts() == before


def counted_accounts():
    with acting(SYSTEM):
        postings = Posting.objects.count()
    return Account.objects.count(), postings


def test_every_officer_of_the_list_is_named_by_the_event_of_the_same_transaction(city, made, lists):
    done = committed(city, tried(city, lists.first))
    with acting(SYSTEM):
        event = Event.objects.get(name="officers.written", subject_id=done.pk)
        named = set(EventSubject.objects.filter(event_id=event.pk).values_list("person_id", flat=True))
        wanted = set(Officer.objects.values_list("person_id", flat=True))
    assert named == wanted


def test_the_database_itself_keeps_a_seat_for_one(city, made):
    """The control: without the trial run's look at the seats, the constraint still refuses the second chair."""
    union = a_union(made)
    one, other = members_of(made)[:2]
    committed(city, tried(city, [row_of(one, union)]))
    with acting(SYSTEM):
        there = Officer.objects.get()
        person = persons.known_by("citizen", other.number)
        facts = {
            "organisation": union, "path": union.path, "person": person, "name_then": person.name,
            "from_on": there.from_on + timedelta(days=30),
        }  # fmt: skip
        with pytest.raises(IntegrityError, match="officer_one_in_a_seat"), transaction.atomic():
            Officer.objects.create(post="chair", **facts)
        Officer.objects.create(post="vice_chair", **facts)
        Officer.objects.create(
            post="chair", **facts | {"from_on": there.from_on - timedelta(days=9)}, to_on=there.from_on
        )


def test_the_seats_for_one_are_those_of_the_code_table():
    assert tuple(code.code for code in flagged("union_post", "single")) == SINGLE


def test_who_is_out_of_scope_and_who_does_not_exist_look_the_same(city, made):
    with acting(SYSTEM):
        county = Organisation.objects.filter(kind="general_federation", level="county").first()
        inside = set(Organisation.objects.filter(path__startswith=county.path).values_list("code", flat=True))
    outsider = next(
        each for each, union in zip(members_of(made), made.truth["union"], strict=True) if union not in inside
    )
    on_a_roll = row_of(outsider, county)
    on_none = row_of(outsider, county, number=citizen_number(f"{outsider.number[:6]}19000103001"))
    by_phone = [*on_a_roll]
    by_phone[1:3] = "", outsider.phone

    tries = [tried(county, [each]) for each in (on_a_roll, on_none, by_phone)]

    for name in ("counts", "finding_counts", "by_organisation"):
        assert len({str(getattr(each, name)) for each in tries}) == 1, name
    assert {str(told(each)) for each in tries} == {"{2: ('held', ['ROLL_HELD'])}"}
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch__in=tries).values_list("person_id", "fact_id")
        assert set(rows) == {(None, None)}


def test_a_union_outside_the_office_is_held(city, made):
    with acting(SYSTEM):
        one, other = Organisation.objects.filter(kind="general_federation", level="county")[:2]
        name = Organisation.objects.filter(path__startswith=other.path, kind="single").first()
    batch = tried(one, [row_of(members_of(made)[0], name)])
    assert told(batch)[2] == ("held", ["UNION_OUT_OF_SCOPE"])


def test_who_has_left_the_roll_is_refused_as_an_officer_but_can_leave_the_post(city, made):
    union, who = a_union(made), members_of(made)[0]
    committed(city, tried(city, [row_of(who, union)]))
    with acting(SYSTEM):
        person = persons.known_by("citizen", who.number)
        memberships.close_spell(memberships.open_primary_of(person), reason="5", by=SYSTEM, at=AT)

    assert told(tried(city, [row_of(who, union, "副主席")]))[2] == ("refused", ["OFFICER_NOT_MEMBER"])
    left = committed(city, tried(city, [row_of(who, union, left="2026-08-01")]))

    assert left.counts["changed"] == 1
    assert {each[-1] for each in register()} == {date(2026, 8, 1)}


def test_a_post_that_changed_between_trial_and_writing_is_held_and_so_are_its_followers(city, made):
    union = a_union(made)
    old, new, third = members_of(made)[:3]
    committed(city, tried(city, [row_of(old, union)]))
    trial = tried(
        city,
        [
            row_of(old, union, left="2026-08-01"),
            row_of(new, union, since="2026-08-01"),
            row_of(third, union, "副主席"),
        ],
    )
    assert trial.counts["changed"] == 1 and trial.counts["new"] == 2
    with acting(SYSTEM):
        Officer.objects.update(term_until=date(2030, 1, 1))

    done = committed(city, trial)

    assert told(done) == {2: ("held", ["ROLL_MOVED"]), 3: ("held", ["ROLL_MOVED"]), 4: ("new", [])}
    assert {each[1] for each in register()} == {"chair", "vice_chair"}


def test_an_undo_keeps_a_post_that_somebody_else_holds_by_now(city, made):
    union = a_union(made)
    old, new = members_of(made)[:2]
    committed(city, tried(city, [row_of(old, union)]))
    left = committed(city, tried(city, [row_of(old, union, left="2026-08-01")]))
    committed(city, tried(city, [row_of(new, union, since="2026-08-15")]))

    left = undone(city, left)

    assert left.kept_counts == {"seat_taken": 1}
    assert sorted(each[-1] is None for each in register()) == [False, True]


def test_an_undo_keeps_what_somebody_has_touched_since(city, made):
    union, who = a_union(made), members_of(made)[0]
    done = committed(city, tried(city, [row_of(who, union)]))
    with acting(SYSTEM):
        Officer.objects.update(term_until=date(2030, 1, 1))

    assert undone(city, done).kept_counts == {"touched": 1}
    assert len(register()) == 1


def test_a_roster_cannot_be_undone_over_somebody_who_holds_a_post(office, made):
    came = committed(office, planned(office, *sheet_of(made)))
    committed(office, tried(office, [row_of(members_of(made)[0], a_union(made))]))

    came = undone(office, came)

    assert came.kept_counts == {"in_use": 1}
    with acting(SYSTEM):
        assert Person.objects.count() == 1


def test_a_chunk_that_is_killed_and_begun_again_ends_the_same(city, made, lists, monkeypatch):
    from niangjia.registry.kinds.officers import writing

    trial = tried(city, lists.first)
    real = writing.unstage

    def killed(cursor, name):
        raise Killed

    monkeypatch.setattr(writing, "unstage", killed)
    with pytest.raises(Killed):
        committed(city, trial)
    assert register() == set()
    monkeypatch.setattr(writing, "unstage", real)
    committing.carry_out(trial.pk, by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        assert set(Chunk.objects.filter(batch=trial).values_list("state", flat=True)) == {"done"}
    assert register() == keyed(lists.held, made)


class Killed(Exception):
    """Stands for a kill inside the transaction of a chunk."""


def test_an_office_sees_the_officers_of_its_unions_and_whose_term_is_over(city, made):
    union, who = a_union(made), members_of(made)[0]
    committed(city, tried(city, [row_of(who, union, since="2020-05-01", term="2025-05-01")]))
    with acting(SYSTEM):
        above = Organisation.objects.get(path=union.path[:-4])
        beside = (
            Organisation.objects.filter(kind="general_federation", level="county")
            .exclude(pk=above.pk)
            .first()
        )
    for office, there in ((union, 1), (above, 1), (city, 1), (beside, 0)):
        clerk = clerk_of(office)
        with acting(clerk):
            assert queries.in_post(by=clerk, on=ON).count() == there
            assert queries.overdue(by=clerk, on=ON).count() == there
            assert queries.in_post(by=clerk, on=date(2020, 4, 30)).count() == 0


def test_no_number_phone_or_name_stands_in_results_and_chunks(city, made, lists):
    done = committed(city, tried(city, lists.first))
    with acting(SYSTEM):
        kept = repr(list(BatchRow.objects.filter(batch=done).values())) + repr(
            Batch.objects.filter(pk=done.pk).values()
        )
    for who in members_of(made)[:40]:
        assert who.number not in kept and who.phone not in kept and who.name not in kept
        assert masked_name(who.name) != who.name
