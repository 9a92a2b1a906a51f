"""A step is taken once, by the right role, and leaves its event in the same transaction."""

from __future__ import annotations

import pytest
from django.db import transaction

from niangjia.core.roles import Role
from niangjia.core.statemachine import Machine, NoSuchStep, Step
from niangjia.foundation import events, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.foundation.audit.models import Event
from niangjia.registry.models import Membership
from tests.factories import AT, ON, organisation, person, spell

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")
CHART = Machine(
    Step("leave", "active", "exited", role=Role.CLERK),
    Step("note", "active", "active", role=(Role.CLERK, Role.SYSTEM)),
    name="spell",
)


@pytest.fixture
def union():
    with acting(SYSTEM):
        return organisation()


@pytest.fixture
def member(union):
    with acting(SYSTEM):
        return spell(person(union), union)


def clerk(union) -> Actor:
    return Actor(role=Role.CLERK, organisation_id=union.pk, scope=Scope.below(union.path))


def events_of(member):
    with acting(SYSTEM):
        return list(Event.objects.filter(subject_id=member.pk).order_by("seq"))


def test_a_step_sets_the_status_and_its_facts_and_is_audited_about_the_person(union, member):
    with acting(clerk(union)) as by:
        workflow.fire(member, "leave", machine=CHART, by=by, at=AT, to_on=ON, end_reason="1")
    with acting(SYSTEM):
        kept = Membership.objects.get(pk=member.pk)
    assert (kept.status, kept.to_on, member.status) == ("exited", ON, "exited")
    (event,) = events_of(member)
    assert (event.name, event.role) == ("spell.leave", "clerk")
    assert event.facts == {"from": "active", "to": "exited", "to_on": str(ON), "end_reason": "1"}


def test_words_of_people_stay_out_of_the_audit(union, member):
    with acting(clerk(union)) as by:
        workflow.fire(
            member, "note", machine=CHART, by=by, at=AT, name_then="王小明 said so", channel="online"
        )
    (event,) = events_of(member)
    assert event.facts == {"from": "active", "to": "active", "channel": "online"}


def test_the_second_of_two_is_told_and_nothing_happens_twice(union, member):
    with acting(SYSTEM):
        second = Membership.objects.get(pk=member.pk)
    with acting(clerk(union)) as by:
        workflow.fire(member, "leave", machine=CHART, by=by, at=AT)
        with pytest.raises(workflow.MovedOn):
            workflow.fire(second, "leave", machine=CHART, by=by, at=AT)
    assert [event.name for event in events_of(member)] == ["spell.leave"]


@pytest.mark.parametrize(
    ("event", "role", "refusal"),
    [
        ("leave", Role.LEADER, workflow.RoleNeeded),
        ("leave", None, workflow.RoleNeeded),
        ("dance", Role.CLERK, NoSuchStep),
    ],
)
def test_what_the_chart_does_not_give_is_refused_and_leaves_no_event(union, member, event, role, refusal):
    by = Actor(role=role, organisation_id=union.pk, scope=Scope.below(union.path))
    with acting(clerk(union)), pytest.raises(refusal):
        workflow.fire(member, event, machine=CHART, by=by, at=AT)
    assert member.status == "active"
    assert events_of(member) == []


def test_who_waits_for_a_step_is_told_in_its_transaction_and_can_undo_it(union, member, monkeypatch):
    told = []
    monkeypatch.setattr(events, "_handlers", events.defaultdict(list))
    events.on("spell.note", lambda row, *, by, at: told.append(row.pk))
    with acting(clerk(union)) as by:
        workflow.fire(member, "note", machine=CHART, by=by, at=AT)
    assert told == [member.pk]

    def object_to_it(row, *, by, at):
        raise ValueError

    events.on("spell.leave", object_to_it)
    with acting(clerk(union)) as by, pytest.raises(ValueError), transaction.atomic():
        workflow.fire(member, "leave", machine=CHART, by=by, at=AT)
    with acting(SYSTEM):
        assert Membership.objects.get(pk=member.pk).status == "active"
    assert [event.name for event in events_of(member)] == ["spell.note"]
