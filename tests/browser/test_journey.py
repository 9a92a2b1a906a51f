"""One worker's way from the poster to a card that a stranger checks, with the officials who let it happen."""

from __future__ import annotations

import os

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.joining.models import JoinRequest
from tests.browser.looking import look, note
from tests.browser.test_pieces import CHROMIUM, NARROW
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, PHONE, SYSTEM, letterbox, two_unions
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Browser:
    """A chromium; its event loop would make Django refuse the database in this thread, which only runs one thing at a time."""
    if not CHROMIUM.exists():
        pytest.skip("not run: chromium is missing, so nobody walked the way in a browser")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        yield (launched := playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments))
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Walk:
    """One run of the journey: the language, with or without script, and who walks."""

    def __init__(self, browser: Browser, site: str, language: str, script: bool) -> None:
        self.browser, self.site, self.language, self.script = browser, site, language, script
        self.complaints: list[str] = []
        self.city, (self.union, self.other), (self.code, _) = two_unions()
        self.worker = self.window()

    def window(self, session: str = "") -> Page:
        """Return a window of its own, signed in where ``session`` is given."""
        context: BrowserContext = self.browser.new_context(
            java_script_enabled=self.script, viewport={"width": NARROW, "height": 812}
        )
        cookies = {"language": self.language, **({"sessionid": session} if session else {})}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.site} for name, value in cookies.items()]
        )
        page = context.new_page()
        # A 404 that the walk asks for on purpose is no complaint.
        page.on("console", lambda said: self.complaints.append(said.text) if "404" not in said.text else None)
        return page

    def desk(self, name: str, office, role: Role = Role.REVIEWER) -> Page:
        """Return the window of an official."""
        client = Client()
        posting(official(name), office, role)
        sign_in(client, name)
        return self.window(client.cookies["sessionid"].value)

    def go(self, page: Page, route: str, *args: object) -> None:
        """Open a page by its name."""
        answer = page.goto(self.site + reverse(route, args=args))
        assert answer is not None and answer.status < 400, (route, answer and answer.status)

    def look(self, page: Page, name: str) -> None:
        """Look at the page, where there is script to look with."""
        assert (name, self.complaints) == (name, [])
        if self.script:
            look(page, f"{self.language}.{name}")
        else:
            note(page)


def send(page: Page) -> None:
    """Press the page's main button, and wait for what comes."""
    with page.expect_navigation():
        page.locator("main .btn-primary").first.click()


@pytest.fixture(
    params=[("zh-hans", True), ("en", True), ("zh-hans", False), ("en", False)],
    ids=lambda p: f"{p[0]}-{'script' if p[1] else 'plain'}",
)
def walk(request, browser, live_server, settings):
    """A fresh city for each language, with and without script."""
    settings.NIANGJIA_DEMO = True
    settings.NIANGJIA_PUBLIC_URL = live_server.url
    language, script = request.param
    with letterbox() as box:
        walking = Walk(browser, live_server.url, language, script)
        walking.box = box
        yield walking
        for context in browser.contexts:
            context.close()


def test_from_the_poster_to_a_card_that_a_stranger_checks(walk):
    the_union_prints_its_code(walk)
    the_worker_fills_in_and_hands_in(walk)
    the_phone_is_proven_and_the_worker_waits(walk)
    the_other_office_sees_nothing(walk)
    the_reviewer_asks_for_more_and_the_worker_answers(walk)
    the_leader_sees_nobody_yet(walk)
    the_reviewer_takes_the_worker_in(walk)
    the_board_counts_the_member(walk)
    the_card_is_shown_and_checked(walk)


def the_union_prints_its_code(walk):
    walk.reviewer = walk.desk("lan", walk.union)
    walk.go(walk.reviewer, "console:joining-queue")
    walk.look(walk.reviewer, "queue-empty")
    walk.go(walk.reviewer, "console:join-codes")
    walk.look(walk.reviewer, "codes")
    walk.go(walk.reviewer, "console:join-code-poster", walk.code.pk)
    walk.look(walk.reviewer, "poster")
    assert walk.union.name in walk.reviewer.content()
    walk.go(walk.reviewer, "console:elsewhere")
    walk.look(walk.reviewer, "elsewhere-empty")


def the_worker_fills_in_and_hands_in(walk):
    page = walk.worker
    page.goto(walk.site + reverse("mobile:join", args=["x" * 22]))
    walk.go(page, "mobile:join", walk.code.token)
    assert walk.union.name in page.content()
    walk.look(page, "landing")
    send(page)
    send(page)
    walk.look(page, "who-mistake")
    page.fill("#id_name", "测试员")
    page.fill("#id_id_number", NUMBERS[0])
    walk.look(page, "who")
    send(page)
    page.fill("#id_phone", PHONE)
    walk.look(page, "phone")
    send(page)
    page.check("input[value=courier]")
    walk.look(page, "group")
    send(page)
    page.fill("#id_workplace", "青岚东站")
    walk.look(page, "work")
    send(page)
    page.check("#id_membership")
    page.check("#id_sensitive_id")
    walk.look(page, "consents")
    send(page)
    assert NUMBERS[0] not in page.content()
    walk.look(page, "overview")
    send(page)


def the_phone_is_proven_and_the_worker_waits(walk):
    page = walk.worker
    walk.look(page, "code")
    page.fill("#id_code", walk.box.code)
    send(page)
    walk.look(page, "taken-in")
    run_jobs()
    walk.go(page, "mobile:request")
    assert walk.union.name in page.content()
    walk.look(page, "waiting")
    walk.go(page, "mobile:request-withdraw")
    walk.look(page, "withdraw")
    walk.go(page, "mobile:home")
    walk.look(page, "home")
    with acting(SYSTEM):
        walk.request = JoinRequest.objects.get()


def the_other_office_sees_nothing(walk):
    other = walk.other_desk = walk.desk("wu", walk.other)
    walk.go(other, "console:joining-queue")
    assert "测*员" not in other.content()
    answer = other.goto(walk.site + reverse("console:join-request", args=[walk.request.pk]))
    assert answer.status == 404


def the_reviewer_asks_for_more_and_the_worker_answers(walk):
    desk = walk.reviewer
    walk.go(desk, "console:joining-queue")
    assert "测*员" in desk.content()
    walk.look(desk, "queue")
    walk.go(desk, "console:join-request", walk.request.pk)
    walk.look(desk, "request")
    form = desk.locator("form[action$='/need-more/']")
    desk.locator("details:has(form[action$='/need-more/']) > summary").click()
    form.locator("input[value=work_proof]").check()
    form.locator("input[value=employer]").check()
    walk.look(desk, "request-need-more")
    with desk.expect_navigation():
        form.locator("button").click()
    walk.look(desk, "request-asked")
    walk.go(walk.worker, "mobile:request")
    walk.look(walk.worker, "needs")
    walk.worker.fill("#id_answer", "周一带工牌来")
    send(walk.worker)
    walk.look(walk.worker, "answered")


def the_reviewer_takes_the_worker_in(walk):
    desk = walk.reviewer
    walk.go(desk, "console:join-request", walk.request.pk)
    with desk.expect_navigation():
        desk.locator("form[action$='/contact/'] button").click()
    desk.fill("#id_reason", "核对证件照片")
    with desk.expect_navigation():
        desk.locator("form[action$='/unmask/'] button").click()
    assert NUMBERS[0] in desk.content()
    walk.look(desk, "request-open")
    walk.go(desk, "console:join-request", walk.request.pk)
    desk.locator("form[action$='/approve/'] input[value=card_seen]").check()
    with desk.expect_navigation():
        desk.locator("form[action$='/approve/'] button").click()
    walk.go(walk.worker, "mobile:request")
    walk.look(walk.worker, "approved")
    run_jobs()
    walk.go(desk, "console:join-request", walk.request.pk)
    walk.look(desk, "request-joined")
    walk.go(walk.worker, "mobile:request")
    walk.look(walk.worker, "joined")


def the_leader_sees_nobody_yet(walk):
    walk.leader = walk.desk("leader", walk.city, Role.LEADER)
    assert counted(walk) == 0
    walk.look(walk.leader, "board-empty")


def the_board_counts_the_member(walk):
    """One member more on the board, and that member in the list that the number opens; not for the other office."""
    assert counted(walk) == 1
    walk.look(walk.leader, "board")
    with walk.leader.expect_navigation():
        walk.leader.locator("main .strip a.num").first.click()
    assert "测*员" in walk.leader.content()
    walk.look(walk.leader, "members")
    walk.go(walk.other_desk, "console:members")
    assert "测*员" not in walk.other_desk.content()
    walk.look(walk.other_desk, "members-empty")


def counted(walk) -> int:
    walk.go(walk.leader, "console:board")
    return int(walk.leader.locator("main .strip dd").first.inner_text())


def the_card_is_shown_and_checked(walk):
    walk.go(walk.worker, "mobile:card")
    walk.look(walk.worker, "card")
    if walk.script:
        with walk.worker.expect_response(lambda answer: "/me/card/" in answer.url):
            walk.worker.evaluate("htmx.trigger('.code', 'renew')")
    with acting(SYSTEM):
        joined = JoinRequest.objects.select_related("membership").get()
    from django.utils import timezone

    from niangjia.registry import cards

    text = cards.issue(joined.membership, at=timezone.now())
    stranger = walk.window()
    walk.go(stranger, "mobile:verify", text)
    assert "测*员" in stranger.content() and walk.union.name in stranger.content()
    assert NUMBERS[0] not in stranger.content()
    walk.look(stranger, "verify")
    walk.go(stranger, "mobile:verify", text[:-6] + "AAAAAA")
    assert "测*员" not in stranger.content()
    walk.look(stranger, "verify-not")
