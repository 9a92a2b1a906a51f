"""From what a phone handed in to the roll: each step once, each clock as promised, and nobody learns who is known."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from niangjia.core.statemachine import NoSuchStep
from niangjia.foundation import clocks
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY
from niangjia.foundation.clocks.models import Clock
from niangjia.foundation.idempotency import KeyReused
from niangjia.foundation.notices.models import Notice
from niangjia.foundation.workflow import MovedOn
from niangjia.joining import answering, queries, registration, reviewing, submitting
from niangjia.joining.models import Elsewhere, JoinRequest, Submission
from niangjia.joining.states import Status
from niangjia.registry.models import Consent, Membership, Person, PersonLogin
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM, again, asked, facts, reviewer, two_unions, worker

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def place():
    return two_unions()


def approve(join_request, union, *, at=AT):
    with acting(reviewer(union)) as official:
        reviewing.approve(join_request, checked_by="card_seen", by=official, at=at)
    run_jobs(now=lambda: at)


def test_a_request_becomes_a_member_with_spell_consents_and_login(place):
    _, (union, _), (code, _) = place
    waiting = asked(code)

    approve(waiting, union)

    with acting(SYSTEM):
        spell = Membership.objects.get()
        assert (spell.organisation_id, spell.channel) == (union.pk, "online")
        assert set(Consent.objects.values_list("purpose", flat=True)) == {"membership", "sensitive_id"}
        assert PersonLogin.objects.get().account_id == waiting.account_id
    assert again(waiting).status == Status.JOINED


def test_the_same_key_twice_is_one_hand_in_and_other_facts_are_refused(place):
    _, _, (code, _) = place
    key = uuid4()
    with acting(NOBODY) as nobody:
        first = submitting.submit(facts(), code=code, key=key, by=nobody, at=AT)
        second = submitting.submit(facts(), code=code, key=key, by=nobody, at=AT)
        with pytest.raises(KeyReused):
            submitting.submit(facts(name="另一人"), code=code, key=key, by=nobody, at=AT)

    with acting(SYSTEM):
        assert first == second
        assert Submission.objects.count() == 1


def test_screening_twice_makes_one_request_and_empties_what_was_handed_in(place):
    _, _, (code, _) = place
    asked(code)
    asked(code)

    with acting(SYSTEM):
        assert JoinRequest.objects.count() == 1
        assert {bytes(each.sealed) for each in Submission.objects.all()} == {b""}


def test_another_phone_with_the_same_number_waits_for_a_request_of_its_own(place):
    _, _, (code, _) = place
    first, second = asked(code), asked(code, phone="13800138001")

    assert first.pk != second.pk
    for waiting in (first, second):
        with acting(worker(waiting)) as who:
            assert queries.latest_of_worker(by=who).pk == waiting.pk


def test_the_second_of_two_reviewers_is_told_and_nothing_happens_twice(place):
    _, (union, _), (code, _) = place
    first = asked(code)
    second = again(first)
    approve(first, union)

    with pytest.raises(MovedOn), acting(reviewer(union)) as official:
        reviewing.reject(second, reason="not_here", by=official, at=AT)
    late = again(first)
    with pytest.raises(NoSuchStep), acting(reviewer(union)) as official:
        reviewing.approve(late, checked_by="card_seen", by=official, at=AT)

    with acting(SYSTEM):
        assert Membership.objects.count() == 1


def test_registering_twice_opens_one_spell(place):
    _, (union, _), (code, _) = place
    waiting = asked(code)
    approve(waiting, union)

    with acting(SYSTEM):
        registration.register(waiting.pk, by=SYSTEM, at=AT)
        assert (Membership.objects.count(), Person.objects.count()) == (1, 1)


def test_nobody_is_taken_in_with_an_unproven_phone_or_an_unchecked_identity(place):
    _, (union, _), (code, _) = place
    waiting = asked(code, proven=False)

    with acting(reviewer(union)) as official:
        with pytest.raises(reviewing.PhoneNotConfirmed):
            reviewing.approve(waiting, checked_by="card_seen", by=official, at=AT)
        with pytest.raises(reviewing.IdentityNotChecked):
            reviewing.approve(waiting, checked_by="none", by=official, at=AT)
        reviewing.confirm_phone(waiting, "phone_call", by=official, at=AT)
        reviewing.approve(waiting, checked_by="card_seen", by=official, at=AT)


def test_a_phone_proven_after_the_approval_still_opens_the_record(place):
    _, (union, _), (code, _) = place
    waiting = asked(code, proven=False)
    with acting(reviewer(union)) as official:
        reviewing.confirm_phone(waiting, "phone_call", by=official, at=AT)
    approve(again(waiting), union)

    from niangjia.foundation.accounts import phones
    from niangjia.joining import jobs

    with acting(NOBODY):
        account = phones.prove_phone(facts().phone, at=AT)
        jobs.prove.defer(submission=waiting.pk, account=account.pk, phone=account.phone_token)
    run_jobs(now=lambda: AT)

    with acting(SYSTEM):
        assert PersonLogin.objects.get().account_id == account.pk


def test_asking_for_more_stops_the_clock_and_the_answer_lets_it_go_on(place):
    _, (union, _), (code, _) = place
    waiting, later = asked(code), AT + timedelta(days=2)
    with acting(reviewer(union)) as official:
        reviewing.ask_for_more(waiting, ["name", "card_photo"], by=official, at=AT)
        before = clocks.due_of([waiting.pk], "joining_decide")[waiting.pk]
        assert before.paused_at == AT
    with acting(worker(waiting)) as who:
        answering.complete(waiting, {"name": "测试源", "group": "guard"}, "", by=who, at=later)

    with acting(SYSTEM):
        after = clocks.due_of([waiting.pk], "joining_decide")[waiting.pk]
        assert after.paused_at is None and after.due_at > before.due_at
        assert not clocks.due_of([waiting.pk], "need_more_days")
    assert (again(waiting).name, again(waiting).group) == ("测试源", "courier")


def test_an_answer_that_says_nothing_is_refused(place):
    _, (union, _), (code, _) = place
    waiting = asked(code)
    with acting(reviewer(union)) as official:
        reviewing.ask_for_more(waiting, ["card_photo"], by=official, at=AT)

    with acting(worker(waiting)) as who, pytest.raises(answering.NothingAnswered):
        answering.complete(waiting, {}, "", by=who, at=AT)


def run_out(name, waiting):
    """Let one clock run out as the sweeper does."""
    from niangjia.foundation.clocks import sweeping

    with acting(SYSTEM):
        due = Clock.objects.get(name=name, subject_id=waiting.pk).due_at
        sweeping._handlers[name](waiting.pk, by=SYSTEM, at=due)
        sweeping._handlers[name](waiting.pk, by=SYSTEM, at=due)


def told(office):
    with acting(SYSTEM):
        return list(Notice.objects.filter(organisation_id=office.pk).values_list("code", flat=True))


def test_after_five_working_days_the_union_above_is_told_after_ten_it_holds_the_request(place):
    city, (union, _), (code, _) = place
    waiting = asked(code)

    run_out("joining_remind_superior", waiting)
    assert "join_request_late" in told(city) and again(waiting).holder_id == union.pk

    run_out("joining_superior_decides", waiting)
    assert told(city).count("join_request_handed_up") == 1 and again(waiting).holder_id == city.pk
    approve(again(waiting), city)
    assert again(waiting).status == Status.JOINED


def test_without_an_answer_the_request_lapses(place):
    _, (union, _), (code, _) = place
    waiting = asked(code)
    with acting(reviewer(union)) as official:
        reviewing.ask_for_more(waiting, ["card_photo"], by=official, at=AT)

    run_out("need_more_days", waiting)

    assert again(waiting).status == Status.WITHDRAWN


def test_what_lapsed_and_what_was_taken_back_are_told_apart(place):
    _, (union, _), (code, _) = place
    for number, lapses in ((NUMBERS[0], True), (NUMBERS[1], False)):
        waiting = asked(code, id_number=number)
        with acting(reviewer(union)) as official:
            reviewing.ask_for_more(waiting, ["card_photo"], by=official, at=AT)
        if lapses:
            clocks.sweep(by=SYSTEM, at=AT + timedelta(days=60))
        else:
            asked_again = again(waiting)
            with acting(worker(waiting)) as who:
                answering.withdraw(asked_again, by=who, at=AT)
        with acting(SYSTEM):
            found = queries.get(waiting.pk, by=SYSTEM)
            assert (found.status, queries.has_lapsed(found)) == (Status.WITHDRAWN, lapses)


def test_who_withdrew_can_ask_again(place):
    _, _, (code, _) = place
    waiting = asked(code)
    with acting(worker(waiting)) as who:
        answering.withdraw(waiting, by=who, at=AT)

    assert asked(code).pk != waiting.pk


def elsewhere_case(place):
    city, (union, other), (code, other_code) = place
    approve(asked(code), union)
    moving = asked(other_code)
    approve(moving, other)
    return city, moving


def test_a_member_of_another_union_is_put_before_the_common_superior_and_neither_union_sees_that(place):
    city, moving = elsewhere_case(place)
    _, (union, other), _ = place

    assert again(moving).status == Status.APPROVED
    for office, seen in ((city, 1), (union, 0), (other, 0)):
        with acting(reviewer(office)) as official:
            assert queries.elsewhere_open(by=official).count() == seen


@pytest.mark.parametrize(
    ("outcome", "where", "status"), [("moved", 1, Status.JOINED), ("stays", 0, Status.REJECTED)]
)
def test_the_common_superior_decides_once(place, outcome, where, status):
    city, moving = elsewhere_case(place)
    with acting(reviewer(city)) as official:
        case = queries.elsewhere_open(by=official).get()
        registration.settle(case, outcome, by=official, at=AT)
    with pytest.raises(registration.AlreadySettled), acting(reviewer(city)) as official:
        registration.settle(case, "stays", by=official, at=AT)
    run_jobs(now=lambda: AT)

    with acting(SYSTEM):
        assert Membership.objects.get(to_on__isnull=True).organisation_id == place[1][where].pk
        assert Elsewhere.objects.get().outcome == outcome
    assert again(moving).status == status


def test_another_office_sees_neither_request_nor_queue(place):
    _, (_, other), (code, _) = place
    asked(code)

    with acting(reviewer(other)) as official:
        assert not queries.awaiting_review(by=official).exists()
        assert not JoinRequest.objects.exists()  # the database itself says so


def test_every_number_is_made_up():
    assert all(number.startswith("369901") for number in NUMBERS)


def test_the_longest_texts_that_the_form_takes_are_kept_whole(place):
    _, _, (code, _) = place
    name, workplace = "阿" * 50, "青岚" * 60

    kept = asked(code, name=name, workplace=workplace)

    assert (kept.name, kept.workplace) == (name, workplace)
