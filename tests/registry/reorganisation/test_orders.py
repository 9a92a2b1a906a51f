"""Orders from the draft to the day and back: who sees what, which figures change, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope
from niangjia.foundation.notices.models import Notice
from niangjia.joining import codes
from niangjia.joining.models import JoinCode, JoinRequest
from niangjia.registry import organisations
from niangjia.registry.models import (
    Consent,
    Delta,
    Employer,
    Membership,
    Officer,
    Organisation,
    Pair,
    Parenthood,
    Person,
    Posting,
)
from niangjia.registry.reorganisation import actions, carrying, jobs
from niangjia.registry.reorganisation.actions import Line
from tests.factories import AT, ON, organisation
from tests.joiners import asked
from tests.registry.reorganisation.city import (
    EARLIER,
    JOINT,
    SYSTEM,
    City,
    figure,
    members,
    register,
    roll,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
YESTERDAY = ON - timedelta(days=1)


@pytest.fixture
def city():
    return City()


def office_of(union) -> Actor:
    with acting(SYSTEM):
        now = Organisation.objects.get(pk=union.pk)
    return Actor(role="clerk", organisation_id=now.pk, scope=Scope.below(now.path))


def seen_by(union, model=Person) -> int:
    with acting(office_of(union)):
        return model.objects.count()


def test_a_moved_unit_is_seen_by_the_new_superior_and_no_longer_by_the_old(city):
    before = {
        model: (seen_by(city.east, model), seen_by(city.west, model))
        for model in (Person, Membership, Consent)
    }
    assert before[Person] == (6, 2)
    city.carried_out(("move", city.town, city.west))
    for model in (Person, Membership, Consent):
        assert (seen_by(city.east, model), seen_by(city.west, model)) == (0, 8)
    assert seen_by(city.city) == 8


def test_figures_of_earlier_days_stay_and_later_ones_add_up(city):
    old_path = city.town.path
    city.carried_out(("move", city.town, city.west))
    with acting(SYSTEM):
        assert (figure(old_path, YESTERDAY), figure(old_path, ON)) == (6, 0)
    assert (members(city.east, YESTERDAY), members(city.west, YESTERDAY)) == (6, 2)
    assert (members(city.east, ON), members(city.west, ON), members(city.city, ON)) == (0, 8, 8)


def test_the_tree_of_a_past_day_is_what_the_parenthoods_say(city):
    city.carried_out(("move", city.town, city.west))
    with acting(SYSTEM):
        for day, superior in ((YESTERDAY, city.east), (ON, city.west)):
            then = (
                Parenthood.objects.filter(from_on__lte=day, organisation=city.town)
                .exclude(to_on__lte=day)
                .get()
            )
            assert then.parent_id == superior.pk
        for unit in Organisation.objects.all():
            assert Parenthood.objects.get(organisation=unit, to_on__isnull=True).path == unit.path


def test_no_unit_ever_stands_where_another_stood(city):
    old_path = city.town.path
    city.carried_out(("move", city.town, city.west))
    with acting(SYSTEM):
        fresh = organisation(
            under=Organisation.objects.get(pk=city.east.pk), kind="general_federation", level="town"
        )
    assert fresh.path != old_path
    assert members(fresh, YESTERDAY) == 0


def test_a_merge_closes_spells_and_opens_them_at_the_receiver_with_all_that_belongs_to_the_union(city):
    clerk_of_two = city.official("reviewer", city.two)
    with acting(SYSTEM):
        firm = Employer.objects.create(name="青岚快递", name_key="青岚快递", covered_by=city.two)
        code = JoinCode.objects.create(
            organisation=city.two, path=city.two.path, token="x" * 22, made_at=EARLIER
        )
    waiting = asked(code, at=EARLIER)
    before = roll(city.two)

    city.carried_out(("merge", city.two, city.other))

    assert roll(city.two) == set() and before < roll(city.other)
    with acting(SYSTEM):
        two, other = (Organisation.objects.get(pk=each.pk) for each in (city.two, city.other))
        closed = Membership.objects.get(organisation=two)
        opened = Membership.objects.get(organisation=other, person=closed.person)
        assert (closed.to_on, closed.end_reason, closed.status) == (ON, "12", "transferred")
        assert (opened.from_on, opened.channel, opened.status) == (ON, "reorganisation", "active")
        assert two.ended_on == ON
        request = JoinRequest.objects.get(pk=waiting.pk)
        assert (request.organisation_id, request.holder_id, request.path) == (other.pk, other.pk, other.path)
        assert JoinCode.objects.get(pk=code.pk).organisation_id == other.pk
        assert Employer.objects.get(pk=firm.pk).covered_by_id == other.pk
        posts = Posting.objects.filter(account=clerk_of_two.account_id).order_by("from_on")
        assert [(post.organisation_id, post.to_on) for post in posts] == [(two.pk, ON), (other.pk, None)]
    assert (members(city.two, YESTERDAY), members(city.two, ON)) == (1, 0)
    assert (members(city.other, YESTERDAY), members(city.other, ON)) == (2, 3)


def test_posts_of_a_dissolved_union_end(city):
    reviewer = city.official("reviewer", city.two)
    city.carried_out(("dissolve", city.two, city.one))
    with acting(SYSTEM):
        assert [post.to_on for post in Posting.objects.filter(account=reviewer.account_id)] == [ON]
    assert len(roll(city.one)) == 4


@pytest.mark.parametrize("kind", ["merge", "dissolve"])
def test_the_officers_of_a_union_that_ends_go_out_of_office_with_it(city, kind):
    """A chair of one union is not elected by the members of another."""
    with acting(SYSTEM):
        there = Officer.objects.get(organisation=city.one)
        before = Officer.objects.get(organisation=city.two)
    order = city.carried_out((kind, city.two, city.one))
    with acting(SYSTEM):
        assert Officer.objects.get(pk=before.pk).to_on == ON
        assert list(Officer.objects.filter(organisation=city.one)) == [there]
    city.taken_back(order)
    with acting(SYSTEM):
        assert Officer.objects.get(pk=before.pk).to_on is None


def test_a_split_founds_a_union_for_the_members_of_an_employer_and_child_units(city):
    with acting(SYSTEM):
        firm = Employer.objects.create(name="青岚快递", name_key="青岚快递")
        Person.objects.filter(pk=city.members["joint"][0].pk).update(employer=firm)
    line = Line("split", city.joint.code, "", "青岚新联合工会", "N1", (city.two.code,), ("青岚快递",))
    city.carried_out(line)
    with acting(SYSTEM):
        fresh = Organisation.objects.get(code="N1")
        assert Organisation.objects.get(pk=city.two.pk).path.startswith(fresh.path)
        assert (fresh.kind, fresh.path[:-4]) == ("joint", city.town.path)
    assert roll(fresh) == {city.members["joint"][0].pk}
    assert (members(fresh, ON), members(fresh, YESTERDAY)) == (2, 0)
    assert members(city.town, ON) == members(city.town, YESTERDAY) == 6


def test_a_line_of_industry_follows_the_new_superior(city):
    with acting(SYSTEM):
        line = organisation(under=city.city, kind="union_federation", level="city")
    city.carried_out(("move", city.other, line))
    with acting(SYSTEM):
        other = Organisation.objects.get(pk=city.other.pk)
        assert other.line_id == line.pk
        paths = set(Membership.objects.filter(organisation=other).values_list("line_path", flat=True))
    assert paths == {line.path}
    federation = Actor(role="clerk", organisation_id=line.pk, scope=Scope.below(line.path, line=True))
    with acting(federation):
        assert Person.objects.count() == 2


def test_a_moved_federation_takes_along_the_lines_of_units_elsewhere(city):
    with acting(SYSTEM):
        line = organisation(under=city.west, kind="union_federation", level="county")
        led = organisation(under=city.town, line=line, **JOINT)
        city.member(led)
    city.carried_out(("move", line, city.east))
    with acting(SYSTEM):
        new = Organisation.objects.get(pk=line.pk).path
        assert set(Person.objects.filter(organisation=led).values_list("path", "line_path")) == {
            (led.path, new)
        }
        assert figure(led.path, ON) == 1
        by_line = Delta.objects.filter(line_path=new, day__lte=ON)
        assert sum(by_line.values_list("n", flat=True)) == 1
    federation = Actor(role="clerk", organisation_id=line.pk, scope=Scope.below(new, line=True))
    with acting(federation):
        assert Person.objects.count() == 1


def test_an_order_of_a_later_day_waits_for_it(city):
    later = ON + timedelta(days=3)
    order = city.sign(city.order(("move", city.town, city.west), on=later))
    assert order.status == "signed"
    carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)
    assert city.fresh(order).status == "signed"
    jobs.sweep.run({}, now=lambda: AT + timedelta(days=3))
    assert city.fresh(order).status == "carried_out"
    assert (members(city.west, later - timedelta(days=1)), members(city.west, later)) == (2, 8)


def test_an_order_that_is_dated_back_shifts_each_day_from_its_own_on(city):
    with acting(SYSTEM):
        city.member(city.one, at=AT - timedelta(days=2))
    since = ON - timedelta(days=5)
    city.carried_out(("move", city.town, city.west), on=since)
    days = [since - timedelta(days=1), since, ON - timedelta(days=3), ON - timedelta(days=2), ON]
    assert [members(city.west, day) for day in days] == [2, 8, 8, 9, 9]


@pytest.mark.parametrize(("back", "refused"), [(31, False), (32, True)])
def test_closed_months_stay_as_they_are(city, back, refused):
    order = city.order(("move", city.town, city.west), on=ON - timedelta(days=back))
    assert ([each["code"] for each in order.refusals] == ["closed_past"]) is refused


def test_nothing_comes_to_a_unit_before_it_was_founded(city):
    with acting(SYSTEM):
        Organisation.objects.filter(pk=city.west.pk).update(established_on=ON)
    order = city.order(("move", city.town, city.west), on=YESTERDAY)
    assert [each["code"] for each in order.refusals] == ["too_early"]


def test_the_drafter_does_not_sign_where_another_could(city):
    order = city.order(("move", city.town, city.west))
    with acting(city.clerk), pytest.raises(actions.AnotherMustSign):
        actions.sign(order, by=city.clerk, at=AT)
    with acting(SYSTEM):
        Posting.objects.filter(pk=city.leader.posting_id).update(to_on=ON)
    with acting(city.clerk):
        actions.sign(order, by=city.clerk, at=AT)


def test_an_office_orders_only_what_stands_below_it(city):
    county = city.official("clerk", city.east)
    with acting(county):
        order = actions.draft("东工发1号", ON, by=county, at=AT)
        lines = [Line("move", city.town.code, city.west.code), Line("move", city.other.code, city.town.code), Line("move", city.east.code, city.town.code)]  # fmt: skip
        actions.add_lines(order, lines, by=county, at=AT)
        assert not actions.look_ahead(order, by=county, at=AT)
    assert [(each["line"], each["code"]) for each in order.refusals] == [
        (1, "unknown_target"),
        (2, "unknown_unit"),
        (3, "unknown_unit"),
    ]


def test_an_order_of_another_office_is_seen_from_above_and_signed_by_its_own(city):
    county = city.official("clerk", city.east)
    with acting(county):
        order = actions.draft("东工发2号", ON, by=county, at=AT)
        actions.add_lines(order, [Line("move", city.one.code, city.town.code)], by=county, at=AT)
        assert actions.look_ahead(order, by=county, at=AT)
    with acting(city.leader), pytest.raises(actions.NotYourOrder):
        actions.sign(order, by=city.leader, at=AT)


def test_what_was_signed_is_what_is_carried_out(city):
    order = city.order(("move", city.two, city.other), on=ON + timedelta(days=1))
    order = city.sign(order)
    city.carried_out(("merge", city.joint, city.other))
    tomorrow = AT + timedelta(days=1)
    carrying.carry_out(order.pk, by=SYSTEM, now=lambda: tomorrow)
    order = city.fresh(order)
    assert order.status == "refused" and order.refusals[0]["code"] in ("moved_on", "same_place")
    with acting(SYSTEM):
        assert Notice.objects.filter(code="order_refused", subject_id=order.pk).exists()


def test_many_new_members_since_the_preview_are_looked_at_again(city):
    order = city.order(("move", city.town, city.west))
    with acting(SYSTEM):
        for _ in range(21):
            city.member(city.one)
    with acting(city.leader), pytest.raises(actions.PreviewStale):
        actions.sign(order, by=city.leader, at=AT)


def test_a_few_new_members_since_the_preview_move_along(city):
    order = city.order(("move", city.town, city.west))
    with acting(SYSTEM):
        city.member(city.one)
    city.sign(order)
    assert members(city.west, ON) == 9


def test_the_preview_counts_what_moves(city):
    asked(city.code, at=EARLIER)
    order = city.order(("move", city.town, city.west))
    told = order.preview
    assert {name: told["counts"][name] for name in ("units", "persons", "spells", "requests", "codes")} == {
        "units": 4,
        "persons": 6,
        "spells": 6,
        "requests": 1,
        "codes": 1,
    }
    assert told["counts"]["clocks"] == 5
    branches = {each["name"]: (each["before"], each["after"]) for each in told["branches"]}
    assert branches[city.east.name] == (6, 0) and branches[city.west.name] == (2, 8)


def test_an_order_waits_for_a_roster_that_is_being_written(city):
    from niangjia.foundation.plans.models import Batch

    order = city.order(("move", city.town, city.west))
    with acting(SYSTEM):
        place = {"organisation_id": city.one.pk, "path": city.one.path}
        batch = Batch.objects.create(
            **place,
            kind="members",
            status="committing",
            file_id=city.one.pk,
            content_token=city.one.pk,
            file_name="x",
            uploaded_at=AT,
        )
    with acting(city.leader):
        actions.sign(order, by=city.leader, at=AT)
    with pytest.raises(carrying.RostersAtWork):
        carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch.pk).update(status="committed")
    carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        town = Organisation.objects.get(pk=city.town.pk)
        assert Batch.objects.get(pk=batch.pk).path.startswith(town.path)


ORDERS = {
    "move": lambda city: [("move", city.town, city.west)],
    "merge": lambda city: [("merge", city.joint, city.other)],
    "dissolve": lambda city: [("dissolve", city.two, city.one)],
    "split": lambda city: [Line("split", city.joint.code, "", "青岚新联合工会", "N1", (city.two.code,))],
    "all": lambda city: [
        ("move", city.one, city.other),
        ("merge", city.joint, city.one),
        ("dissolve", city.two, city.one),
    ],
}


@pytest.mark.parametrize("name", ["move", "merge", "dissolve", "split"])
def test_an_order_taken_back_leaves_everything_as_it_was(city, name):
    city.official("reviewer", city.two)
    asked(city.code, at=EARLIER)
    before = register()
    order = city.carried_out(*ORDERS[name](city))
    changed = register()
    assert changed != before
    assert city.taken_back(order).status == "taken_back"
    after = register()
    for what in before:
        assert (what, after[what]) == (what, before[what])


def test_who_joined_meanwhile_goes_back_with_the_unit_they_joined(city):
    order = city.carried_out(("move", city.town, city.west))
    with acting(SYSTEM):
        late = city.member(Organisation.objects.get(pk=city.one.pk), at=AT + timedelta(days=1))
    city.taken_back(order, at=AT + timedelta(days=2))
    assert late.pk in roll(city.one)
    later = ON + timedelta(days=2)
    assert (members(city.east, later), members(city.west, later), members(city.east, ON)) == (7, 2, 6)


def test_what_stands_in_the_way_of_taking_back_is_listed(city):
    order = city.carried_out(("merge", city.two, city.other))
    with acting(SYSTEM):
        from niangjia.registry import memberships

        spell = Membership.objects.get(person=city.members["two"][0], to_on__isnull=True)
        memberships.close_spell(spell, reason="1", by=SYSTEM, at=AT)
    kept = city.taken_back(order)
    assert (kept.status, [each["code"] for each in kept.refusals]) == ("carried_out", ["spells_closed_since"])


def test_an_order_is_taken_back_within_its_time(city):
    order = city.carried_out(("move", city.town, city.west))
    with acting(city.leader), pytest.raises(actions.TooLate):
        actions.take_back(order, by=city.leader, at=AT + timedelta(days=31))


def test_a_request_of_an_office_that_was_moved_meanwhile_is_told_to_load_again(city):
    clerk = city.official("clerk", city.one)
    city.carried_out(("move", city.town, city.west))
    with acting(clerk), pytest.raises(organisations.OfficeMoved):
        organisations.held(city.one.pk, by=clerk)
    assert date(2026, 11, 24) == ON


def test_a_pair_of_records_lies_at_the_common_superior_of_both_after_an_order_too(city):
    one, two = sorted((city.members["one"][0], city.members["two"][0]), key=lambda each: each.pk)
    prints = {"first_print": uuid4(), "second_print": uuid4()}
    with acting(SYSTEM):
        place = {"organisation": city.joint, "path": city.joint.path}
        times = {"found_at": AT, "seen_at": AT}
        pair = Pair.objects.create(
            **place, **prints, **times, first=one.pk, second=two.pk, decision="maybe", weight=1.0
        )
    order = city.carried_out(("move", city.two, city.other))
    assert city.fresh(pair).organisation_id == city.city.pk
    city.taken_back(order)
    assert (city.fresh(pair).organisation_id, city.fresh(pair).path) == (city.joint.pk, city.joint.path)


class Killed(Exception):
    """The worker died."""


@pytest.mark.parametrize("step", ["change_parenthoods", "hand_over", "record_whom"])
def test_an_order_that_breaks_off_has_changed_nothing_and_is_carried_out_by_the_next_sweep(
    city, monkeypatch, step
):
    order = city.order(("merge", city.joint, city.other), ("move", city.one, city.west))
    before = register()
    with acting(city.leader):
        actions.sign(order, by=city.leader, at=AT)

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(carrying, step, die)
        carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)
    assert city.fresh(order).status == "carrying_out"
    assert register() == before
    jobs.sweep.run({}, now=lambda: AT)
    assert city.fresh(order).status == "carried_out"


def test_a_union_may_be_split_off_to_stand_elsewhere(city):
    city.carried_out(Line("split", city.joint.code, city.west.code, "西城新联合工会", "N2", (city.two.code,)))
    with acting(SYSTEM):
        fresh = Organisation.objects.get(code="N2")
    assert fresh.path.startswith(city.west.path)
    assert (members(city.west, YESTERDAY), members(city.west, ON), members(city.east, ON)) == (2, 3, 5)


def test_a_founded_union_that_workers_have_asked_meanwhile_is_not_taken_from_under_them(city):
    order = city.carried_out(Line("split", city.joint.code, "", "青岚新联合工会", "N3", (city.two.code,)))
    with acting(SYSTEM):
        fresh = Organisation.objects.get(code="N3")
        code = codes.make(fresh, by=SYSTEM, at=AT)
    asked(code, at=AT)
    kept = city.taken_back(order)
    assert (kept.status, [each["code"] for each in kept.refusals]) == ("carried_out", ["somebody_came"])
