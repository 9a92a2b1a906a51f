"""A worker mends the own row by a link to the phone in it: proven, once, in time, and no answer tells who is known."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from niangjia.core.roles import Role
from niangjia.foundation.accounts import phones
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.models import Event
from niangjia.foundation.notices import sms
from niangjia.intake.mending import answering, asking, sending
from niangjia.intake.mending.answering import Corrected
from niangjia.intake.mending.links import text_of
from niangjia.intake.models import RepairAnswer, RepairTask
from niangjia.registry.held import deciding
from niangjia.registry.models import Consent, Person
from tests.intake.holding import (
    AT,
    decided,
    held,
    line,
    number,
    person,
    phone,
    unions_below,
    waiting,
    written,
)
from tests.intake.rosters import SYSTEM, clerk_of, fresh, load_city, undone
from tests.intake.test_rosters import number_is_list, results
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]
AGREED = {"membership": "1", "sensitive_id": "1"}


class Kept:
    """A gateway that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))


@pytest.fixture
def gateway():
    with sms.serving(Kept()) as kept:
        yield kept


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def union(city):
    return unions_below(city)[0]


def slip(n):
    """Return the n-th number with a wrong check character."""
    right = number(n)
    return right[:-1] + ("0" if right[-1] != "0" else "1")


def batch_with_a_slip(city, union, n=5, **said):
    return written(city, line(n, union, name="张五丰", **({"number": slip(n)} | said)), name=f"slip{n}.csv")


def ask(city, at=AT):
    clerk = clerk_of(city)
    with acting(clerk):
        n = asking.ask([row.pk for row in asking.askable(by=clerk)], by=clerk, at=at)
    run_jobs(now=lambda: at)
    return n


def tasks():
    with acting(SYSTEM):
        return list(RepairTask.objects.order_by("pk"))


@contextmanager
def worker(n):
    """Act as whoever has proven the n-th phone."""
    account = phones.prove_phone(phone(n), at=AT)
    by = Actor(role=Role.APPLICANT, account_id=account.pk)
    with acting(by):
        yield by


def answered(task, n, *, of=None, name="", at=AT):
    """Answer a task from the n-th phone with the number of ``of``, to be taken in; tell whether the link asked for anything."""
    with worker(n) as by:
        found = answering.asked(text_of(task.pk), at=at)
        if found is not None:
            answering.answer(found, Corrected(name, number(of or n), AGREED), by=by, at=at)
    return found is not None


def answer(task, n, *, at=AT, **said):
    """Answer a task, and have the answer taken in."""
    is_asked = answered(task, n, at=at, **said)
    if is_asked:
        run_jobs(now=lambda: at)
    return is_asked


def test_a_slip_is_mended_by_phone_and_taken_in_by_the_clerk(city, union, gateway):
    batch = batch_with_a_slip(city, union)
    assert batch.counts["refused"] == 1 and waiting(city) == []

    assert ask(city) == 1
    ((to, text),) = gateway.sent
    (task,) = tasks()
    assert to == phone(5) and union.name in text and f"/r/{text_of(task.pk)}/" in text
    assert slip(5) not in text and phone(5) not in text and "张" not in text
    assert answer(task, 5)

    (row,) = waiting(city)
    assert [each["code"] for each in row.findings] == ["ROW_MENDED"]
    assert fresh(batch).counts == {"new": 0, "changed": 0, "same": 0, "held": 1, "refused": 0}
    decided(city, (row, "new"))
    assert results(fresh(batch)) == {2: "new"}
    with acting(SYSTEM):
        made = Person.objects.get()
        assert made.name == "张五丰" and made.birth_on is not None
        given = dict(Consent.objects.filter(person=made).values_list("purpose", "text_version"))
        assert given == AGREED
        assert RepairTask.objects.get().consents == {}
        kept = RepairAnswer.objects.get()
        assert (bytes(kept.sealed), kept.name, kept.consents) == (b"", "", {})
    assert number_is_list(city) == 1


def test_what_the_worker_sees_is_the_same_whether_the_number_is_known_or_not(city, union, gateway):
    written(city, line(1, union, name="张一丰"))
    batch_with_a_slip(city, union, 5)
    batch_with_a_slip(city, union, 7)
    ask(city)
    first, second = tasks()
    assert answer(first, 5, of=1) and answer(second, 7)
    known, new = waiting(city)
    assert known.person_ids == [person("张一丰").pk] and new.person_ids == []
    assert deciding.why_not_new(known) is not None and deciding.why_not_new(new) is None


def test_a_link_answers_to_its_own_phone_alone_once_and_in_time(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    late = AT + timedelta(days=7)
    with worker(8):
        assert answering.asked(text_of(task.pk), at=AT) is None  # another phone
    with worker(5):
        assert answering.asked("made-up", at=AT) is None
        assert answering.asked(text_of(task.pk), at=late) is None
        assert answering.asked(text_of(task.pk), at=late - timedelta(seconds=1)) is not None
    assert answer(task, 5)
    assert not answer(task, 5)


GUARDS = {
    "another phone": ("a.phone_token = t.phone_token", 8, AT),
    "out of time": ("t.expires_at > now", 5, AT + timedelta(days=7)),
    "not sent": ("t.status = 'sent'", 5, AT),
    "answered": ("NOT EXISTS (SELECT 1 FROM intake_repairanswer r WHERE r.task_id = t.id)", 5, AT),
}


@contextmanager
def without(guard):
    """Take one condition out of the function that answers a link, and put it back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('intake_repair_asked'::regproc)")
        ((whole,),) = cursor.fetchall()
        assert guard in whole
        cursor.execute(whole.replace(guard, "true"))
        try:
            yield
        finally:
            cursor.execute(whole)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", GUARDS)
def test_each_condition_of_a_link_holds_alone_and_is_missed(name, city, union, gateway):
    guard, n, at = GUARDS[name]
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    if name == "not sent":
        with acting(SYSTEM):
            RepairTask.objects.update(status="unsent")
    if name == "answered":
        with worker(5) as by:
            answering.answer(
                answering.asked(text_of(task.pk), at=AT), Corrected("", number(5), AGREED), by=by, at=AT
            )
    with worker(n):
        assert answering.asked(text_of(task.pk), at=at) is None
    with without(guard), worker(n):
        assert answering.asked(text_of(task.pk), at=at) is not None


def test_two_answers_at_once_are_one(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    with worker(5) as by:
        found = answering.asked(text_of(task.pk), at=AT)
        for n in (5, 7):
            answering.answer(found, Corrected("", number(n), AGREED), by=by, at=AT)
    run_jobs(now=lambda: AT)
    with acting(SYSTEM):
        assert RepairAnswer.objects.count() == 1
    (row,) = waiting(city)
    decided(city, (row, "new"))
    with acting(SYSTEM):
        assert Person.objects.count() == 1


def test_a_worker_reads_no_task_and_no_answer(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    for model in (RepairTask, RepairAnswer):
        with worker(5), pytest.raises(DatabaseError), transaction.atomic():
            model.objects.exists()


def test_a_phone_gets_no_more_links_in_a_day_than_it_should_bear(city, union, gateway):
    for n in (5, 7, 9):
        batch_with_a_slip(city, union, n, phone=phone(5))
    assert ask(city) == 3
    assert len(gateway.sent) == 2
    assert sorted((task.status, task.refused) for task in tasks()) == [
        ("sent", ""), ("sent", ""), ("unsent", "repair_too_many_links"),
    ]  # fmt: skip
    assert ask(city, at=AT + timedelta(days=1, seconds=1)) == 1
    assert len(gateway.sent) == 3


def test_without_the_limit_the_phone_would_get_them_all(city, union, gateway, monkeypatch):
    for n in (5, 7, 9):
        batch_with_a_slip(city, union, n, phone=phone(5))
    monkeypatch.setattr(sending, "DAY", timedelta(0))
    ask(city)
    assert len(gateway.sent) == 3


class Slow(Kept):
    """A gateway in whose time something happens."""

    def __init__(self, happens) -> None:
        super().__init__()
        self.happens, self.depths = happens, []

    def send(self, phone: str, text: str) -> None:
        super().send(phone, text)
        self.depths.append(len(connection.savepoint_ids))
        self.happens()


def test_nothing_is_locked_while_a_message_goes_out_and_what_was_withdrawn_stays_so(city, union):
    batch_with_a_slip(city, union)
    depth = len(connection.savepoint_ids)
    with sms.serving(Slow(lambda: withdraw(city, tasks()[0].row_id))) as gateway:
        ask(city)
    assert gateway.depths == [depth] and len(gateway.sent) == 1
    (task,) = tasks()
    assert (task.status, task.sent_at) == ("withdrawn", None)
    assert not answer(task, 5)


def test_of_links_to_one_phone_that_go_out_at_once_the_first_asked_for_go(city, union, gateway):
    for n in (5, 7, 9):
        batch_with_a_slip(city, union, n, phone=phone(5))
    clerk = clerk_of(city)
    with acting(clerk):
        asking.ask([row.pk for row in asking.askable(by=clerk)], by=clerk, at=AT)
    last = tasks()[-1]
    sending.send(last.pk, by=SYSTEM, now=lambda: AT)  # its job is the quickest
    assert gateway.sent == [] and tasks()[-1].refused == "repair_too_many_links"
    run_jobs(now=lambda: AT)
    assert len(gateway.sent) == 2


def test_a_row_has_one_live_link(city, union, gateway):
    batch_with_a_slip(city, union)
    assert ask(city) == 1
    assert ask(city) == 0
    with acting(SYSTEM):
        assert sending.expire(by=SYSTEM, at=AT + timedelta(days=7)) == 1
    assert ask(city, at=AT + timedelta(days=7)) == 1


def withdraw(city, row_id, role=Role.CLERK):
    by = replace(clerk_of(city), role=role)
    with acting(by):
        return asking.withdraw(row_id, by=by, at=AT)


def test_a_link_is_withdrawn_and_opens_to_nothing_and_another_can_be_sent(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    assert withdraw(city, task.row_id)
    assert not answer(task, 5) and not withdraw(city, task.row_id)
    assert [each.status for each in tasks()] == ["withdrawn"] and waiting(city) == []
    assert ask(city) == 1
    assert answer(tasks()[-1], 5)
    assert len(waiting(city)) == 1
    with acting(SYSTEM):
        assert Event.objects.filter(name="repair-task.withdraw").count() == 1


def test_a_link_that_is_withdrawn_before_it_is_sent_is_not_sent(city, union, gateway):
    batch_with_a_slip(city, union)
    clerk = clerk_of(city)
    with acting(clerk):
        asking.ask([row.pk for row in asking.askable(by=clerk)], by=clerk, at=AT)
    assert withdraw(city, tasks()[0].row_id)
    run_jobs(now=lambda: AT)
    assert gateway.sent == []


def test_an_answer_that_waits_when_the_link_is_withdrawn_changes_nothing(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    assert answered(task, 5)
    assert withdraw(city, task.row_id)
    run_jobs(now=lambda: AT)
    assert waiting(city) == [] and tasks()[0].status == "withdrawn"
    with acting(SYSTEM):
        assert bytes(RepairAnswer.objects.get().sealed) == b""


def test_neither_a_leader_nor_another_office_withdraws_a_link(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    with pytest.raises(asking.NotForThisRole):
        withdraw(city, task.row_id, Role.LEADER)
    assert not withdraw(unions_below(city)[1], task.row_id)
    assert answer(task, 5)


def test_without_scope_and_row_security_another_office_would_withdraw_it(city, union, gateway, monkeypatch):
    """The control: the scope of the query taken out, row security still hides the link; both out, it is gone."""
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    other = unions_below(city)[1]
    monkeypatch.setattr(asking, "visible_to", lambda by: RepairTask.objects.all())
    assert not withdraw(other, task.row_id)
    with acting(SYSTEM):
        assert asking.withdraw(task.row_id, by=clerk_of(other), at=AT)
    assert [each.status for each in tasks()] == ["withdrawn"]


def test_of_a_link_that_has_ended_no_phone_is_kept_once_it_counts_for_no_limit(city, union, gateway):
    batch_with_a_slip(city, union, 5)
    batch_with_a_slip(city, union, 7)
    ask(city)
    withdraw(city, tasks()[0].row_id)
    day = timedelta(days=1)
    for at, phones_left in ((AT + day - timedelta(seconds=1), 2), (AT + day, 1), (AT + 7 * day, 0)):
        with acting(SYSTEM):
            sending.expire(by=SYSTEM, at=at)
        assert sum(task.phone_token is not None for task in tasks()) == phones_left


def test_rows_that_the_worker_cannot_mend_or_cannot_be_reached_about_are_not_asked_for(city, union, gateway):
    written(
        city,
        line(5, union, number=slip(5), phone="123"),  # the phone itself is wrong
        line(7, union, number=slip(7), phone=""),
        line(9, union, name="张九丰"),
    )
    assert ask(city) == 0 and gateway.sent == []


def test_a_held_row_whose_cells_contradict_each_other_can_be_asked_about_too(city, union, gateway):
    batch = written(city, line(5, union, name="张五丰", sex="女"))
    assert ask(city) == 1
    assert answer(tasks()[0], 5)
    (row,) = waiting(city)
    assert [each["code"] for each in row.findings] == ["ROW_MENDED"]
    assert fresh(batch).counts["held"] == 1


def test_an_answer_to_a_row_that_was_decided_meanwhile_changes_nothing(city, union, gateway):
    written(city, line(5, union, name="张五丰", sex="女"))
    ask(city)
    (task,) = tasks()
    (row,) = waiting(city)
    decided(city, (row, "out"))
    assert answer(task, 5)
    assert [each.status for each in tasks()] == ["expired"]
    with acting(SYSTEM):
        assert not Person.objects.exists()
        assert bytes(RepairAnswer.objects.get().sealed) == b""


def test_a_row_without_its_answer_can_only_be_mended_or_left(city, union, gateway):
    batch = batch_with_a_slip(city, union)
    (row,) = held(batch)
    assert row.status == "returned"
    assert waiting(city) == []
    assert deciding.why_not_new(row).code == "held_needs_mending"


def test_an_undo_keeps_who_has_agreed_and_takes_unanswered_rows_away(city, union, gateway):
    batch = written(
        city,
        line(5, union, name="张五丰", number=slip(5)),
        line(7, union, name="张七丰", number=slip(7)),
    )
    ask(city)
    assert answer(tasks()[0], 5)
    (row,) = waiting(city)
    decided(city, (row, "new"))
    batch = undone(city, batch)
    assert batch.kept_counts == {"in_use": 1}  # a consent names them
    assert sorted(each.status for each in held(batch)) == ["done", "lapsed"]
    assert answer(tasks()[1], 7)
    assert tasks()[1].status == "expired"


def test_no_name_number_or_phone_lies_readable_in_tasks_answers_jobs_or_the_audit(city, union, gateway):
    batch_with_a_slip(city, union)
    ask(city)
    (task,) = tasks()
    assert answered(task, 5)
    with acting(SYSTEM), connection.cursor() as cursor:
        whole = ""
        for table in ("intake_repairtask", "intake_repairanswer", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            whole += cursor.fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM procrastinate_jobs t")
        whole += cursor.fetchone()[0] or ""
    assert not [
        secret for secret in (number(5), slip(5), phone(5), "张五丰", text_of(task.pk)) if secret in whole
    ]
    assert Account.objects.count() >= 1
