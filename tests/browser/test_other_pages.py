"""The pages beside the journeys: signing in, one's account, empty desks, refusals; nothing is wrong with any at either width."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from niangjia.core.roles import Role
from niangjia.foundation import notices
from niangjia.foundation.acting import acting
from niangjia.joining import codes, reviewing
from tests.browser.looking import look
from tests.browser.test_pieces import CHROMIUM, NARROW
from tests.factories import AT
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, PHONE, SYSTEM, again, asked, letterbox, reviewer, two_unions
from tests.signing import give_password, official, posting, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Act = Callable[[Page], None]
LANGUAGES = ("zh-hans", "en")
LONG = "青岚市滨江新区快递物流与网约配送行业工会联合会第十二片区分会"


@pytest.fixture(scope="module")
def browser():
    """A chromium of this module."""
    if not CHROMIUM.exists():
        pytest.skip("not run: chromium is missing, so nobody looked at these pages")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        yield (launched := playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments))
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def city(settings):
    """A city with a union of a very long name, another one, and their codes."""
    settings.NIANGJIA_DEMO = True
    city, unions, made = two_unions()
    with acting(SYSTEM):
        unions[0].name = LONG
        unions[0].save()
    return city, unions, made


@pytest.fixture(params=LANGUAGES)
def window(request, browser, live_server, settings):
    """Opens a page as the holder of a session, does ``first`` there if that is given, and looks at what stands there."""
    settings.NIANGJIA_PUBLIC_URL = live_server.url

    def see(
        client: Client | None, addresses: dict[str, str], *, status: int = 200, first: Act | None = None
    ) -> None:
        context = browser.new_context(viewport={"width": NARROW, "height": 812})
        cookies = {"language": request.param}
        if client is not None and "sessionid" in client.cookies:
            cookies["sessionid"] = client.cookies["sessionid"].value
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        for name, address in addresses.items():
            answer = page.goto(live_server.url + address)
            assert answer is not None and answer.status == status, (name, answer and answer.status)
            if first is not None:
                first(page)
            look(page, f"{request.param}.{name}")
        context.close()

    return see


def desk(name: str, office, role: Role, *more) -> Client:
    client, account = Client(), official(name)
    posting(account, office, role)
    for other, other_role in more:
        posting(account, other, other_role)
    sign_in(client, name)
    return client


def by_phone() -> Client:
    """Return the session of the worker behind ``PHONE``."""
    client = Client()
    with letterbox() as box:
        client.post(reverse("mobile:sign-in"), {"phone": PHONE})
        client.post(reverse("mobile:sign-in-code"), {"code": box.code})
    return client


def test_signing_in_and_what_is_refused(window, city):
    window(
        None,
        {
            "sign-in": reverse("account_login"),
            "phone": reverse("mobile:sign-in"),
            "home": reverse("mobile:home"),
            "closed": reverse("account_inactive"),
        },
    )
    waiting = Client()
    with letterbox():
        waiting.post(reverse("mobile:sign-in"), {"phone": PHONE})
    window(waiting, {"phone-code": reverse("mobile:sign-in-code")})
    gone = reverse("mobile:join", args=["x" * 22])
    with acting(SYSTEM):
        codes.revoke(city[2][1], by=SYSTEM, at=AT)
    revoked = reverse("mobile:join", args=[city[2][1].token])
    answers = {Client().get(address).status_code for address in (gone, revoked)}
    window(None, {"no-such-code": gone, "revoked-code": revoked}, status=answers.pop())
    assert not answers
    window(None, {"no-such-page": "/no-such-page/"}, status=404)
    half = Client()
    official("half")
    give_password(half, "half")
    window(half, {"second-factor": reverse("mfa_authenticate")})


def test_ones_account_and_ones_offices(window, city):
    _, unions, _ = city
    client = desk("two", unions[0], Role.CLERK, (unions[1], Role.REVIEWER))
    places = {"offices": reverse("account_offices"), "account": reverse("mfa_index")}
    window(client, places | {"home-half-way": reverse("mobile:home")})
    one = desk("one", unions[0], Role.CLERK)
    window(one, {"home-official": reverse("mobile:home")})
    assert reverse("mobile:request") not in one.get(reverse("mobile:home")).content.decode()
    fresh = Client()
    account = official("fresh", app=False)
    posting(account, unions[0])
    give_password(fresh, "fresh")
    window(fresh, {"set-up": reverse("mfa_activate_totp")})


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_the_desks_of_those_who_see_no_roll(window, city, role):
    client = desk("some", city[0], role)
    window(client, {f"desk-{role}": reverse("console:home"), f"notices-{role}": reverse("console:notices")})
    window(client, {f"no-right-{role}": reverse("console:board")}, status=404)


def test_the_superiors_pages_with_a_late_request_a_notice_and_a_case(window, city):
    top, unions, made = city
    with acting(SYSTEM):
        notices.tell_office(top.pk, "join_request_late", at=AT)
    for code, union in zip(made, unions, strict=True):  # the same worker, accepted by both
        accepted = asked(code)
        with acting(reviewer(union)) as by:
            reviewing.approve(accepted, checked_by="card_seen", by=by, at=AT)
        run_jobs()
    long_ago = AT - timedelta(days=14)
    asked(
        made[0],
        at=long_ago,
        id_number=NUMBERS[5],
        name="欧阳一二三四五六七八九十",
        workplace=(LONG * 4)[:120],
    )
    client = desk("lead", top, Role.CLERK)
    queue = client.get(reverse("console:joining-queue")).context
    assert (queue["elsewhere"], {cut.key: cut.n for cut in queue["segments"]}["over"]) == (1, 1)
    window(
        client,
        {
            "queue-late": reverse("console:joining-queue"),
            "board-full": reverse("console:board"),
            "board-early": reverse("console:board") + "?on=2020-01-01",
            "members-full": reverse("console:members"),
            "notices": reverse("console:notices"),
            "codes": reverse("console:join-codes"),
            "elsewhere": reverse("console:elsewhere"),
            "rosters": reverse("console:intake"),
        },
    )


def test_a_worker_who_was_not_accepted_and_reads_why(window, city):
    _, unions, made = city
    waiting = again(asked(made[0], id_number=NUMBERS[3]))
    with acting(reviewer(unions[0])) as by:
        from niangjia.core.codes import by_code

        reviewing.reject(waiting, reason=next(iter(by_code("reject_reason"))), by=by, at=AT)
    run_jobs()
    window(
        by_phone(),
        {
            "rejected": reverse("mobile:request"),
            "notices-worker": reverse("mobile:notices"),
            "home-worker": reverse("mobile:home"),
            "first-link": reverse("mobile:first-link"),
        },
    )
