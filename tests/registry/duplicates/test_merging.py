"""Two records become one, and two again: nothing is lost, nothing counts twice, nothing is forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import UniqueConstraint

from niangjia.core.errors import Conflict, NotAllowed
from niangjia.core.roles import Role
from niangjia.foundation import vault, workflow
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit import looking
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.vault.reading import reveal
from niangjia.insight import figures
from niangjia.registry import cards, consents, deltas, hanging, logins, memberships, persons
from niangjia.registry.duplicates import checking, deciding, settling
from niangjia.registry.duplicates.refusals import (
    ChoiceNeeded,
    MergedAgain,
    NoLongerAlike,
    RecordGone,
    TooLate,
    TooManyNumbers,
)
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Consent, Membership, Officer, OfPerson, Person, PersonLogin
from tests.factories import AT, ON
from tests.joiners import NUMBERS, SYSTEM, reviewer
from tests.registry.duplicates import made
from tests.registry.duplicates.made_rows import unlike, whole

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATER = AT + timedelta(days=3)


@pytest.fixture
def two():
    """A pair of one person on two rolls of a county, the county, and the two unions."""
    _, county, near, _ = made.unions()
    made.member(near[0])
    made.member(near[1], made.SLIP, at=AT + timedelta(minutes=1))
    (pair,) = made.search(county)
    return pair, county, near


def members(office, on=ON):
    with acting(made.clerk(office)) as by:
        return figures.members(by=by, on=on), memberships.on_roll(by=by, on=on).count()


def correct(person_id, **facts):
    with acting(SYSTEM):
        Person.objects.filter(pk=person_id).update(**facts)


def kept(pair):
    with acting(SYSTEM):
        return {(each["why"], each["what"]): each["n"] for each in pair.merges.latest("pk").kept}


def test_one_record_is_left_with_both_numbers_and_one_roll(two):
    pair, county, near = two
    merged = made.merge(pair, county, {"id_number": "first", "roll": "second"})
    assert (merged.status, merged.refused) == (Status.MERGED, "")
    with acting(SYSTEM):
        (person,) = Person.objects.all()
        secrets = vault.open_sealed(bytes(person.secrets), table=persons.TABLE, row_id=person.pk)
        assert (secrets["id_number"], secrets["earlier_numbers"]) == (made.NUMBER, made.SLIP)
        assert person.organisation == near[1]
        assert persons.known_by("citizen", made.NUMBER) == persons.known_by("citizen", made.SLIP) == person
        assert {spell.to_on for spell in Membership.objects.filter(person=person)} == {None, ON}


def test_from_the_day_of_the_merge_on_the_person_counts_once_and_before_as_it_was(two):
    pair, county, _ = two
    assert members(county) == (2, 2)
    made.merge(pair, county, at=LATER)
    after = ON + timedelta(days=3)
    assert members(county, after) == (1, 1)
    assert members(county, after - timedelta(days=1)) == (2, 2)


def test_of_two_rolls_of_one_union_the_one_that_counts_stays_and_rest_is_counted_on_no_day():
    _, county, near, _ = made.unions()
    resting = made.member(near[0])
    made.member(near[0], made.SLIP, at=AT + timedelta(minutes=1))
    with acting(SYSTEM):
        spell = memberships.open_primary_of(resting)
        memberships.close_spell(spell, reason="8", by=SYSTEM, at=AT)
        at_rest = memberships.open_spell(resting, near[0], channel="online", by=SYSTEM, at=AT)
        Membership.objects.filter(pk=at_rest.pk).update(is_retained=True)
        deltas.append(deltas.MEMBERS, at_rest, on=ON, n=-1, source=at_rest.pk)
    assert members(county) == (1, 1)
    (pair,) = made.search(county)
    merged = made.merge(pair, county)
    assert members(county) == (1, 1)
    made.unmerge(merged, county)
    assert members(county) == (1, 1)


def test_the_first_joining_date_is_the_earlier_one_and_blanks_are_filled(two):
    pair, county, _ = two
    correct(pair.second, first_joined_on=date(2019, 5, 1), education="30")
    correct(pair.first, education="")
    made.merge(pair, county)
    with acting(SYSTEM):
        person = Person.objects.get()
    assert (person.first_joined_on, person.education) == (date(2019, 5, 1), "30")


def test_a_field_that_differs_must_be_chosen(two):
    pair, county, _ = two
    correct(pair.second, group="driver")
    with acting(made.clerk(county)) as by, pytest.raises(ChoiceNeeded):
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
    merged = made.merge(pair, county, {"group": "second"})
    assert merged.status == Status.MERGED
    with acting(made.clerk(county)) as by:
        cells = {cell.group: cell.n for cell in figures.members_by_branch(by=by, depth=1, on=ON)}
    assert {group: n for group, n in cells.items() if n} == {"driver": 1}


@pytest.mark.parametrize("moment", ["before the clerk decides", "before the job runs"])
def test_facts_that_changed_so_that_it_is_nobody_alike_are_refused(two, moment):
    pair, county, _ = two
    strange = {"name": "欧阳小明", "name_key": "欧阳小明", "birth_on": date(1971, 3, 4), "sex": "1"}
    with acting(made.clerk(county)) as by:
        if moment == "before the job runs":
            deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
    correct(pair.second, **strange)
    if moment == "before the job runs":
        made.run_jobs(now=lambda: AT)
        refused = made.again(pair)
        assert (refused.status, refused.refused) == (Status.OPEN, NoLongerAlike.code)
    else:
        with acting(made.clerk(county)) as by, pytest.raises(NoLongerAlike):
            deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
    with acting(SYSTEM):
        assert Person.objects.count() == 2


def test_without_the_second_look_two_strangers_would_become_one(two, monkeypatch):
    """The control of the test above: the finder's check taken out."""
    pair, county, _ = two
    correct(pair.second, name="欧阳小明", name_key="欧阳小明", birth_on=date(1971, 3, 4), sex="1")
    as_stored = checking.Looked(pair.decision, tuple(pair.reasons), tuple(pair.differs))
    monkeypatch.setattr(checking, "look", lambda pair, **_: as_stored)
    assert made.merge(pair, county).status == Status.MERGED


def test_more_numbers_than_a_record_keeps_are_refused_and_nothing_is_done(two):
    pair, county, _ = two
    with acting(SYSTEM):
        person = Person.objects.get(pk=pair.first)
        held = dict(vault.open_sealed(bytes(person.secrets), table=persons.TABLE, row_id=person.pk))
        held["earlier_numbers"] = "|".join(NUMBERS[60:62])
        sealed = vault.seal(held, table=persons.TABLE, row_id=person.pk, at=AT)
        Person.objects.filter(pk=person.pk).update(secrets=sealed, secrets_print=vault.fingerprint(held))
        before = whole()
    refused = made.merge(pair, county)
    assert (refused.status, refused.refused) == (Status.OPEN, TooManyNumbers.code)
    with acting(SYSTEM):
        assert unlike(before, whole()) == []


def test_that_both_records_were_opened_stays_written_also_where_the_answer_is_no(two):
    pair, county, _ = two
    with acting(made.clerk(county)) as by, pytest.raises(ChoiceNeeded):
        deciding.merge(pair, {}, by=by, at=AT)
    with acting(SYSTEM):
        opened = Event.objects.filter(name="persons.compared", account_id=by.account_id).get()
        about = EventSubject.objects.filter(event_id=opened.pk).values_list("person_id", flat=True)
        assert set(about) == set(pair.person_ids)


def test_whoever_may_not_decide_opens_nothing(two):
    pair, county, _ = two
    with acting(reviewer(county, Role.LEADER)) as by, pytest.raises(NotAllowed):
        deciding.merge(pair, {}, by=by, at=AT)
    with acting(SYSTEM):
        assert not Event.objects.filter(name="persons.compared", account_id=by.account_id).exists()


def test_a_field_that_began_to_differ_after_the_choice_is_not_guessed(two):
    pair, county, _ = two
    with acting(made.clerk(county)) as by:
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
    correct(pair.second, group="driver")
    made.run_jobs(now=lambda: AT)
    assert made.again(pair).refused == ChoiceNeeded.code


def test_of_two_clerks_the_second_is_told(two):
    pair, county, _ = two
    stale = made.again(pair)
    made.merge(pair, county)
    with acting(made.clerk(county)) as by, pytest.raises(Conflict):
        deciding.tell_apart(stale, by=by, at=AT)


def test_a_leader_reads_and_decides_nothing(two):
    pair, county, _ = two
    with acting(reviewer(county, Role.LEADER)) as by, pytest.raises(NotAllowed):
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)


def test_the_job_that_runs_twice_merges_once(two):
    from niangjia.foundation.jobs import jobs

    pair, county, _ = two
    made.merge(pair, county)
    jobs()["duplicates.merge"].run({"pair": str(pair.pk)})
    with acting(SYSTEM):
        assert pair.merges.count() == 1


def test_sign_ins_and_consents_go_along_and_one_consent_stays_open(two):
    pair, county, _ = two
    account = Account(phone_token=uuid4(), phone_sealed=b"sealed")
    account.set_unusable_password()
    account.save()
    with acting(SYSTEM):
        for key in pair.person_ids:
            consents.give(Person.objects.get(pk=key), "membership", "1", by=SYSTEM, at=AT)
        logins.link(account.pk, Person.objects.get(pk=pair.second), proof="joined", by=SYSTEM, at=AT)
    made.merge(pair, county)
    with acting(SYSTEM):
        person = Person.objects.get()
        assert PersonLogin.objects.get(account=account).person == person
        assert Consent.objects.filter(person=person, withdrawn_at=None).count() == 1
        assert Consent.objects.filter(person=person).count() == 2


def test_who_looked_at_the_record_that_went_is_told_to_the_survivor_and_to_both_afterwards(two):
    pair, county, _ = two
    with acting(made.clerk(county)) as by:
        gone = Person.objects.get(pk=pair.second)
        reveal(gone, fields=["phone"], purpose="before", by=by, at=AT)
    merged = made.merge(pair, county, at=AT + timedelta(hours=1))
    worker = Actor(role=Role.MEMBER, account_id=uuid4(), person_id=pair.first)
    with acting(made.clerk(county)) as by:
        whole = Person.objects.get()
        assert whole.pk == pair.first
        reveal(whole, fields=["phone"], purpose="between", by=by, at=AT + timedelta(hours=2))

    assert {"before", "between"} <= purposes_told(worker)
    with acting(SYSTEM):
        told = {event.facts.get("purpose") for event in looking.about(pair.first)}
    assert {"before", "between"} <= told

    made.unmerge(merged, county, at=AT + timedelta(hours=3))

    assert purposes_told(worker) & {"before", "between"} == {"between"}
    other = Actor(role=Role.MEMBER, account_id=uuid4(), person_id=pair.second)
    assert {"before", "between"} <= purposes_told(other)


def purposes_told(worker):
    with acting(worker):
        return {look.purpose for look in looking.about_me(since=AT - timedelta(days=1))}


def test_the_card_of_the_record_that_went_is_checked_as_the_survivors(two):
    pair, county, near = two
    with acting(SYSTEM):
        spell = Membership.objects.get(person_id=pair.second)
    at = cards.read(cards.issue(spell, at=AT), at=AT)
    made.merge(pair, county, {"roll": "first"})
    with acting(SYSTEM):
        shown = cards.shown_by(at)
        assert (shown.still, shown.union) == (True, near[0].name)
        memberships.close_spell(
            memberships.open_primary_of(Person.objects.get()), reason="1", by=SYSTEM, at=AT
        )
        assert not cards.shown_by(at).still


def test_taken_apart_both_are_there_again_and_count_again(two):
    pair, county, _ = two
    made.merge(pair, county, at=LATER)
    apart = made.unmerge(pair, county, at=LATER + timedelta(days=1))
    assert apart.status == Status.OPEN
    with acting(SYSTEM):
        assert Person.objects.count() == 2
    assert members(county, ON + timedelta(days=4)) == (2, 2)


def test_after_the_days_for_it_nobody_takes_it_apart(two):
    pair, county, _ = two
    made.merge(pair, county)
    with acting(made.clerk(county)) as by, pytest.raises(TooLate, match="2026-12-23"):
        deciding.unmerge(made_again(pair), by=by, at=AT + timedelta(days=30))
    assert made.unmerge(pair, county, at=AT + timedelta(days=29)).status == Status.OPEN


def made_again(pair):
    from niangjia.registry.models import Pair

    return Pair.objects.get(pk=pair.pk)


def test_what_was_corrected_or_came_since_is_kept_and_told(two):
    pair, county, near = two
    with acting(SYSTEM):
        consents.give(Person.objects.get(pk=pair.second), "membership", "1", by=SYSTEM, at=AT)
    merged = made.merge(pair, county, {"roll": "second"}, at=LATER)
    with acting(SYSTEM):
        person = Person.objects.get()
        secrets = dict(vault.open_sealed(bytes(person.secrets), table=persons.TABLE, row_id=person.pk))
        new = {**secrets, "phone": "13800138077"}
        Person.objects.filter(pk=person.pk).update(
            education="40",
            secrets=vault.seal(new, table=persons.TABLE, row_id=person.pk, at=LATER),
            secrets_print=vault.fingerprint(new),
        )
        consents.give(person, "services", "1", by=SYSTEM, at=LATER)
        Consent.objects.filter(purpose="membership").update(withdrawn_at=LATER)
        memberships.close_spell(memberships.open_primary_of(person), reason="1", by=SYSTEM, at=LATER)
        memberships.open_spell(person, near[0], channel="online", by=SYSTEM, at=LATER)

    made.unmerge(merged, county, at=LATER)

    assert kept(pair) == {
        ("corrected", "education"): 1,
        ("corrected", "phone"): 1,
        ("came", "registry.consent"): 1,
        ("came", "registry.membership"): 1,
        ("changed", "registry.consent"): 1,
        ("changed", "registry.membership"): 1,
        ("in_the_way", "registry.membership"): 1,
    }
    with acting(SYSTEM):
        first, second = Person.objects.order_by("pk")
        assert (first.education, second.education) == ("40", "")
        told = [
            vault.open_sealed(bytes(each.secrets), table=persons.TABLE, row_id=each.pk)
            for each in (first, second)
        ]
        assert [each["phone"] for each in told] == ["13800138077", made.PHONE]
        assert [each["id_number"] for each in told] == [made.NUMBER, made.SLIP]
        assert [each["earlier_numbers"] for each in told] == ["", ""]
        assert Consent.objects.get(purpose="membership").person == second
        index = vault.blind_index(vault.Purpose.PHONE, "mobile", "13800138077")
        assert persons.IdentityToken.objects.get(phone_token=index).person == first
    on = ON + timedelta(days=3)
    assert members(county, on)[0] == members(county, on)[1]


def test_a_consent_that_the_worker_withdrew_in_between_is_not_opened_again(two):
    pair, county, _ = two
    with acting(SYSTEM):
        for key in pair.person_ids:
            consents.give(Person.objects.get(pk=key), "services", "1", by=SYSTEM, at=AT)
    merged = made.merge(pair, county)
    with acting(SYSTEM):
        Consent.objects.filter(withdrawn_at=None).update(withdrawn_at=LATER)
    made.unmerge(merged, county, at=LATER)
    with acting(SYSTEM):
        assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_a_merge_on_which_another_stands_is_taken_apart_after_it():
    _, county, near, _ = made.unions()
    for place, number in enumerate(
        (made.NUMBER, made.SLIP, made.NUMBER[:16] + made.NUMBER[17] + made.NUMBER[16])
    ):
        made.member(near[0], number, at=AT + timedelta(minutes=place), on_roll=place == 0)
    pairs = made.search(county)
    pairs = sorted((pair for pair in pairs), key=lambda pair: (pair.first, pair.second))
    first = made.merge(pairs[0], county)
    second = made.merge(made.again(pairs[1]), county)
    assert [first.status, second.status] == [Status.MERGED, Status.MERGED]
    with acting(made.clerk(county)) as by, pytest.raises(MergedAgain):
        deciding.unmerge(made_again(first), by=by, at=AT)
    made.unmerge(second, county)
    assert made.unmerge(first, county).status == Status.OPEN
    with acting(SYSTEM):
        assert Person.objects.count() == 3


def test_of_two_merges_that_share_a_record_the_second_finds_it_gone(two):
    pair, county, near = two
    third = made.member(near[0], made.NUMBER[:16] + made.NUMBER[17] + made.NUMBER[16], on_roll=False)
    pairs = {frozenset(each.person_ids): each for each in made.search(county)}
    shared = pairs[frozenset({pair.second, third.pk})]
    with acting(made.clerk(county)) as by:
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)
        deciding.merge(shared, dict.fromkeys(shared.differs, "first"), by=by, at=AT)
    made.run_jobs(now=lambda: AT)
    assert made.again(pair).status == Status.MERGED
    assert (made.again(shared).status, made.again(shared).refused) == (Status.OPEN, RecordGone.code)


def test_an_office_that_sees_one_of_the_two_alone_can_decide_nothing(two):
    pair, _, near = two
    with acting(made.clerk(near[0])) as by, pytest.raises((RecordGone, Conflict)):
        deciding.merge(pair, {"id_number": "first", "roll": "first"}, by=by, at=AT)


def test_everything_that_names_a_person_is_walked_of_later_features_too():
    walked = {where.model for where in hanging.columns()}
    assert {model for model in apps.get_models() if issubclass(model, OfPerson)} <= walked
    assert {"JoinRequest", "Elsewhere", "PersonLogin", "Consent", "Membership"} <= {
        each.__name__ for each in walked
    }


def test_a_post_that_both_records_hold_is_held_once_afterwards_and_by_two_again_when_they_part(two):
    pair, county, near = two
    days = {"from_on": date(2024, 1, 1)}, {"from_on": date(2025, 1, 1)}
    place = {"organisation": near[0], "path": near[0].path, "post": "vice_chair", "name_then": ""}
    with acting(SYSTEM):
        first, second = (
            Officer.objects.create(person_id=key, **place, **since)
            for key, since in zip(pair.person_ids, days, strict=True)
        )
    merged = made.merge(pair, county)
    assert merged.status == Status.MERGED
    with acting(SYSTEM):
        held = dict(Officer.objects.values_list("pk", "to_on"))
        assert held == {first.pk: None, second.pk: date(2025, 1, 1)}
        assert Officer.objects.values("person").distinct().count() == 1
    made.unmerge(merged, county)
    with acting(SYSTEM):
        assert set(Officer.objects.values_list("person_id", "to_on")) == {
            (key, None) for key in pair.person_ids
        }


def test_where_a_person_may_have_one_row_only_there_is_a_way_to_settle_two():
    once = {
        model._meta.db_table
        for model in (where.model for where in hanging.columns())
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and "person" in constraint.fields
    }
    assert once <= settling.UNSETTLED.keys()


def test_what_hangs_is_named_by_one_column():
    assert [where.table for where in hanging.columns() if len(where.model._meta.pk_fields) != 1] == []


def test_the_chart_says_who_may_do_what():
    from niangjia.registry.duplicates.states import CHART

    assert CHART.open_to(Status.OPEN, Role.LEADER) == ()
    assert CHART.open_to(Status.OPEN, Role.CLERK) == ("merge", "tell_apart")
    assert CHART.open_to(Status.MERGED, Role.REVIEWER) == ("unmerge",)
    with pytest.raises(workflow.MovedOn), acting(SYSTEM):
        from niangjia.registry.models import Pair

        workflow.fire(Pair(status=Status.OPEN), "lapse", machine=CHART, by=SYSTEM, at=AT)
