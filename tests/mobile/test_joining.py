"""Joining through the pages, as the application's own login: nothing lost, nothing told, once each."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.foundation.acting import acting
from niangjia.joining import codes, reviewing
from niangjia.joining.models import JoinRequest, Submission
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import (
    NUMBERS,
    PHONE,
    SYSTEM,
    asked,
    fill_in,
    hand_in,
    key_in,
    letterbox,
    reviewer,
    two_unions,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def place():
    return two_unions()


@pytest.fixture
def box():
    with letterbox() as made:
        yield made


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.NIANGJIA_DEMO = True


def step(token, name):
    return reverse("mobile:join-step", args=[token, name])


def prove(client, box):
    client.post(reverse("mobile:join-code"), {"code": box.code})
    run_jobs()


def test_the_page_behind_the_code_names_the_union(client, place):
    _, (union, _), (code, _) = place

    assert union.name in client.get(reverse("mobile:join", args=[code.token])).content.decode()


def test_a_revoked_code_and_one_that_never_was_get_one_page(client, place):
    _, _, (code, _) = place
    with acting(SYSTEM):
        codes.revoke(code, by=SYSTEM, at=AT)

    addresses = [reverse("mobile:join", args=[token]) for token in (code.token, "x" * 22, code.token[:-1] + "~")]
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert client.post(step(code.token, "who"), {"name": "测试员"}).content == answers[0].content


def test_from_the_questions_to_the_waiting_page(client, place, box):
    _, (union, _), (code, _) = place

    assert hand_in(client, code.token).url == reverse("mobile:join-code")
    assert client.get(reverse("mobile:join-code")).status_code == 200
    run_jobs()
    prove(client, box)
    page = client.get(reverse("mobile:request")).content.decode()

    assert union.name in page and "审核" in page


def test_before_it_is_screened_the_page_says_that_it_has_arrived(client, place, box):
    _, _, (code, _) = place
    hand_in(client, code.token)
    client.post(reverse("mobile:join-code"), {"code": box.code})

    assert client.get(reverse("mobile:request")).status_code == 200


def test_what_was_typed_stays_where_a_mistake_is_said_and_the_number_is_covered_afterwards(client, place):
    _, _, (code, _) = place
    wrong = NUMBERS[0][:-1] + ("0" if NUMBERS[0][-1] != "0" else "1")
    page = client.post(step(code.token, "who"), {"name": "测试员", "id_number": wrong}).content.decode()
    assert 'value="测试员"' in page and f'value="{wrong}"' in page and "id_id_number_error" in page

    overview = fill_in(client, code.token).content.decode()
    assert NUMBERS[0] not in overview and "3699**********" + NUMBERS[0][-4:] in overview.replace("<i>", "").replace("</i>", "")
    back = client.get(step(code.token, "who")).content.decode()
    assert NUMBERS[0] not in back and 'value="测试员"' in back


def test_no_number_lies_readable_in_the_session(client, place):
    _, _, (code, _) = place
    fill_in(client, code.token)

    said = str(dict(client.session))
    assert NUMBERS[0] not in said and PHONE not in said and "测试员" not in said


def test_a_screen_that_comes_too_early_leads_to_the_first_open_question(client, place):
    _, _, (code, _) = place

    assert client.get(step(code.token, "overview")).url == step(code.token, "who")
    assert client.get(step(code.token, "nothing")).status_code == 404


def test_without_the_required_consents_one_does_not_get_on(client, place):
    _, _, (code, _) = place
    fill_in(client, code.token)

    page = client.post(step(code.token, "consents"), {"services": "on"}).content.decode()
    assert page.count("id_membership_error") and page.count("id_sensitive_id_error")


def test_somebody_under_age_reads_from_when_on(client, place):
    from niangjia.cli.synth.numbers import citizen_number

    _, _, (code, _) = place
    page = client.post(step(code.token, "who"), {"name": "小孩", "id_number": citizen_number("36990120150101001")})

    assert "16" in page.content.decode() and page.status_code == 200


def test_a_double_click_hands_in_once(client, place, box):
    _, _, (code, _) = place
    key = key_in(fill_in(client, code.token))

    answers = [client.post(reverse("mobile:join-hand-in", args=[code.token]), {"key": key}) for _ in range(2)]

    assert {answer.url for answer in answers} == {reverse("mobile:join-code")}
    with acting(SYSTEM):
        assert Submission.objects.count() == 1


def test_new_own_foreign_and_withdrawn_numbers_get_the_same_bytes(place, box):
    """What an applicant can see of four numbers, with a phone of their own: from the question to the waiting page."""
    _, (union, other), (code, other_code) = place
    member_here, member_there, withdrawn = (asked(made, id_number=number, phone=phone) for made, number, phone in (
        (code, NUMBERS[1], "13800138011"), (other_code, NUMBERS[2], "13800138012"), (code, NUMBERS[3], "13800138013")
    ))
    for waiting, where in ((member_here, union), (member_there, other)):
        with acting(reviewer(where)) as official:
            reviewing.approve(waiting, checked_by="card_seen", by=official, at=AT)
    run_jobs()
    with acting(SYSTEM):
        JoinRequest.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    waits = asked(code, id_number=NUMBERS[4], phone="13800138014")
    assert waits.status == "pending"

    seen = [what_is_seen(code.token, box, number) for number in NUMBERS[:5]]

    assert all(pages == seen[0] for pages in seen[1:])


def what_is_seen(token, box, number):
    client, pages = Client(), []
    # The phone is the applicant's own and the same each time, so only the number differs.
    answer = hand_in(client, token, number=number)
    pages.append((answer.status_code, answer.url))
    run_jobs()
    pages.append(client.get(reverse("mobile:join-code")).content)
    prove(client, box)
    pages.append(client.get(reverse("mobile:request")).content)
    with acting(SYSTEM):
        JoinRequest.objects.filter(phone_token=Submission.objects.order_by("-submitted_at")[0].phone_token).update(
            status="withdrawn"
        )
    from django.core.cache import cache

    cache.clear()
    return [masked_times(page) for page in pages]


def masked_times(page):
    if not isinstance(page, bytes):
        return page
    return re.sub(rb"\d\d:\d\d", b"", re.sub(rb'stroke-dasharray="[^"]+"', b"", CSRF.sub(b"", page)))


def test_after_the_limit_everybody_reads_the_same_and_nothing_is_lost(client, place, box):
    _, _, (code, _) = place
    answers = [hand_in(client, code.token, name=f"测试{'甲乙丙丁戊己'[n]}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert client.get(step(code.token, "overview")).status_code == 200


def test_a_form_without_its_token_is_refused(place):
    _, _, (code, _) = place
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(step(code.token, "who"), {"name": "测试员"}).status_code == 403


def waiting_client(client, code, box):
    hand_in(client, code.token)
    run_jobs()
    prove(client, box)
    with acting(SYSTEM):
        return JoinRequest.objects.select_related("organisation", "holder").get()


def test_an_answer_with_a_long_number_is_refused_and_kept(client, place, box):
    _, (union, _), (code, _) = place
    waiting = waiting_client(client, code, box)
    with acting(reviewer(union)) as official:
        reviewing.ask_for_more(waiting, ["name", "card_photo"], by=official, at=AT)

    page = client.post(reverse("mobile:request-answer"), {"name": "测试员", "answer": NUMBERS[0]}).content.decode()
    assert "id_answer_error" in page
    client.post(reverse("mobile:request-answer"), {"name": "测试员", "answer": "周一来站里"})
    with acting(SYSTEM):
        assert JoinRequest.objects.get().status == "pending"


def test_taking_it_back_is_asked_once(client, place, box):
    _, _, (code, _) = place
    waiting_client(client, code, box)

    assert client.get(reverse("mobile:request-withdraw")).status_code == 200
    client.post(reverse("mobile:request-withdraw"))
    assert "撤回" in client.get(reverse("mobile:request")).content.decode()


def test_the_card_and_the_page_that_checks_it(client, place, box):
    _, (union, _), (code, _) = place
    waiting = waiting_client(client, code, box)
    with acting(reviewer(union)) as official:
        reviewing.approve(waiting, checked_by="card_seen", by=official, at=AT)
    run_jobs()

    shown = client.get(reverse("mobile:card"))
    address = shown.context["address"]
    text = address.rsplit("/v/", 1)[1]
    stranger = Client()
    checked = stranger.get(f"/v/{text}").content.decode()

    assert "测*员" in checked and union.name in checked and "测试员" not in checked
    assert NUMBERS[0] not in checked and PHONE not in checked
    assert "测*员" not in stranger.get(f"/v/{text[:-5]}AAAA/").content.decode()


def test_the_mask_of_the_database_is_the_mask_of_the_house(place):
    from niangjia.core.masks import masked_name
    from niangjia.registry import cards
    from niangjia.registry.models import Membership
    from tests.factories import person, spell

    _, (union, _), _ = place
    for name in ("", "张", "张三", "张小三", "欧阳娜娜", "阿依努尔·买买提", "𠮷田三"):
        with acting(SYSTEM):
            held: Membership = spell(person(union, name=name), union)
            shown = cards.shown_by(cards.read(cards.issue(held, at=AT), at=AT))
        assert shown.name == masked_name(name)


def test_an_applicant_has_no_card_and_a_stranger_is_asked_to_sign_in(client, place):
    assert client.get(reverse("mobile:card")).url.startswith(reverse("mobile:sign-in"))
