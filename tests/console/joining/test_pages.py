"""The reviewer's pages, as the application's own login: masked, scoped, and honest about who was first."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.joining import reviewing
from niangjia.joining.models import JoinCode
from niangjia.joining.states import Status
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, PHONE, SYSTEM, again, asked, reviewer, two_unions
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def place():
    return two_unions()


@pytest.fixture
def waiting(place):
    return asked(place[2][0])


def at_desk(office, role=Role.REVIEWER, name="lan"):
    client = Client()
    posting(official(name), office, role)
    sign_in(client, name)
    return client


def url(name, *args):
    return reverse(f"console:{name}", args=args)


def test_the_queue_shows_masks_and_one_event_for_the_page(place, waiting):
    client = at_desk(place[1][0])

    page = client.get(url("joining-queue")).content.decode()

    assert "测*员" in page and NUMBERS[0] not in page and PHONE not in page and "测试员" not in page
    with acting(SYSTEM):
        assert Event.objects.filter(name="joining.listed").count() == 1


@pytest.mark.parametrize(
    "query", ["?due=over", "?due=today", "?due=soon", "?due=later", "?due=paused", "?group=guard"]
)
def test_each_filter_counts_what_it_shows(place, waiting, query):
    page = at_desk(place[1][0]).get(url("joining-queue") + query)

    cut = next((each for each in page.context["segments"] if f"due={each.key}" in query), None)
    assert page.status_code == 200 and (cut is None or cut.n == len(page.context["rows"]))


def test_a_name_is_searched_for_without_standing_in_an_address(place, waiting):
    client = at_desk(place[1][0])

    assert len(client.post(url("joining-queue"), {"name": "测"}).context["rows"]) == 1
    assert len(client.post(url("joining-queue"), {"name": "无此"}).context["rows"]) == 0
    assert len(client.get(url("joining-queue"), {"name": "无此"}).context["rows"]) == 1
    plain = client.post(url("joining-queue"), {"name": "", "group": "guard"})
    assert (plain.status_code, plain.url) == (302, url("joining-queue") + "?due=&group=guard")


def test_another_office_gets_the_bytes_of_no_such_thing(place, waiting):
    client = at_desk(place[1][1])
    nothing = url("join-request", "01900000-0000-7000-8000-000000000000")
    addresses = [url("join-request", waiting.pk), nothing]
    seen = [client.get(address) for address in addresses]
    posted = [client.post(address + "contact/") for address in addresses]

    assert {answer.status_code for answer in (*seen, *posted)} == {404}
    assert len({CSRF.sub(b"", answer.content) for answer in (*seen, *posted)}) == 1
    assert "测*员" not in client.get(url("joining-queue")).content.decode()


def test_uncovering_needs_a_reason_and_leaves_it_in_the_audit(place, waiting):
    client = at_desk(place[1][0])
    address = url("join-request-unmask", waiting.pk)
    assert NUMBERS[0] not in client.post(address, {"reason": ""}).content.decode()

    opened = client.post(address, {"reason": "核对证件照片"})

    assert (
        NUMBERS[0] in opened.content.decode() and "no-store" in opened["Cache-Control"] and opened["Refresh"]
    )
    assert NUMBERS[0] not in client.get(url("join-request", waiting.pk)).content.decode()
    with acting(SYSTEM):
        assert Event.objects.get(name="secrets.read").facts["purpose"] == "核对证件照片"


def test_from_the_first_call_to_the_roll(place, waiting):
    client = at_desk(place[1][0])
    client.post(url("join-request-contact", waiting.pk))
    assert again(waiting).contacted_at

    client.post(url("join-request-approve", waiting.pk), {"approve-checked_by": "card_seen"})
    run_jobs()

    assert again(waiting).status == Status.JOINED


def test_a_step_without_its_choice_says_so_under_the_field(place, waiting):
    client = at_desk(place[1][0])

    for step in ("approve", "reject", "need-more"):
        page = client.post(url(f"join-request-{step}", waiting.pk), {})
        assert page.status_code == 200 and "errorlist" in page.content.decode()
    assert again(waiting).status == Status.PENDING


def test_asking_for_more_and_rejecting_with_a_reason(place, waiting):
    client = at_desk(place[1][0])
    client.post(url("join-request-need-more", waiting.pk), {"need_more-needs": ["card_photo", "name"]})
    assert again(waiting).needs == ["card_photo", "name"]

    other = asked(place[2][0], id_number=NUMBERS[1], phone="13800138001")
    client.post(url("join-request-reject", other.pk), {"reject-reason": "not_here"})
    assert (again(other).status, again(other).reason) == (Status.REJECTED, "not_here")


def test_the_second_of_two_reviewers_is_told(place, waiting):
    client = at_desk(place[1][0])
    with acting(reviewer(place[1][0])) as first:
        reviewing.reject(waiting, reason="not_here", by=first, at=AT)

    answer = client.post(
        url("join-request-approve", waiting.pk), {"approve-checked_by": "card_seen"}, follow=True
    )

    assert "said-error" in answer.content.decode() and again(waiting).status == Status.REJECTED


def test_a_leader_reads_and_does_not_decide(place, waiting):
    client = at_desk(place[1][0], Role.LEADER)

    assert client.get(url("join-request", waiting.pk)).status_code == 200
    assert (
        client.post(url("join-request-approve", waiting.pk), {"approve-checked_by": "card_seen"}).status_code
        == 404
    )


def test_a_step_without_its_token_is_refused(place, waiting):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = at_desk(place[1][0]).cookies

    assert strict.post(url("join-request-contact", waiting.pk)).status_code == 403


def test_a_code_is_made_printed_and_revoked(place):
    union, other = place[1]
    client = at_desk(union)
    made = client.post(url("join-codes"), {"union": union.pk, "label": "东门"})
    assert union.name in client.get(made.url).content.decode()

    with acting(SYSTEM):
        code = JoinCode.objects.get(label="东门")
        foreign = JoinCode.objects.get(organisation=other)
    client.post(url("join-code-revoke", code.pk))
    assert Client().get(reverse("mobile:join", args=[code.token])).status_code == 404
    assert client.post(url("join-code-revoke", foreign.pk)).status_code == 404
    assert client.post(url("join-codes"), {"union": other.pk}).status_code == 200
    with acting(SYSTEM):
        assert JoinCode.objects.filter(organisation=other).count() == 1


def test_the_database_itself_keeps_an_office_from_writing_another_unions_code(place):
    from django.db import DatabaseError

    _, (union, other), _ = place
    with pytest.raises(DatabaseError), acting(reviewer(union)):
        JoinCode.objects.filter(organisation=other).update(revoked_at=AT)


def test_only_the_common_superior_sees_who_is_elsewhere_and_decides(place):
    city, (union, other), (code, other_code) = place
    for made, office in ((code, union), (other_code, other)):
        each = asked(made)
        with acting(reviewer(office)) as by:
            reviewing.approve(each, checked_by="card_seen", by=by, at=AT)
        run_jobs()
    below, above = at_desk(other, name="wu"), at_desk(city, name="shi")

    assert "测*员" not in below.get(url("elsewhere")).content.decode()
    page = above.get(url("elsewhere"))
    case = page.context["rows"][0][0]
    assert union.name in page.content.decode()
    assert below.post(url("elsewhere-settle", case.pk), {"outcome": "moved"}).status_code == 404
    above.post(url("elsewhere-settle", case.pk), {"outcome": "moved"})
    run_jobs()
    assert again(each).status == Status.JOINED
