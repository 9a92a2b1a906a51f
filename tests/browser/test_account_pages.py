"""The pages that guard an official's account: password, code app, codes on paper, "is it you"; and what is said of mistakes."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.accounts.sessions import METHODS
from tests.browser.test_journey import send
from tests.browser.test_other_pages import browser, by_phone, city, desk, window  # noqa: F401 fixtures
from tests.joiners import NUMBERS, PHONE, asked, letterbox
from tests.signing import PASSWORD, code_now, give_password, official, posting, sign_in, wrong_code

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
LONG_NAME = "ouyang.yiersansiwuliuqibajiushi.yiersansiwuliuqibajiushi"
NEW_PASSWORD = "another long and made-up phrase"


def with_app(name: str, office) -> Client:
    """Return the session of somebody who has just set the app up, so that there are codes on paper."""
    client = Client()
    posting(official(name, app=False), office, Role.CLERK)
    give_password(client, name)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer.status_code == 302
    return client


def test_the_password_and_the_codes_on_paper(window, city):  # noqa: F811
    client = with_app(LONG_NAME, city[1][0])
    window(
        client,
        {
            "paper-codes": reverse("mfa_view_recovery_codes"),
            "paper-codes-new": reverse("mfa_generate_recovery_codes"),
            "sign-out": reverse("account_logout"),
            "password": reverse("account_change_password"),
        },
    )

    def change(page):
        for field, words in (
            ("oldpassword", PASSWORD),
            ("password1", NEW_PASSWORD),
            ("password2", NEW_PASSWORD),
        ):
            page.fill(f"#id_{field}", words)
        send(page)
        assert page.url.endswith(reverse("mfa_index"))

    window(client, {"password-changed": reverse("account_change_password")}, first=change)


def test_the_app_is_set_up_and_moved_to_another_phone(window, city):  # noqa: F811
    client = desk("lan", city[1][0], Role.CLERK)
    window(client, {"app-move": reverse("mfa_deactivate_totp")})

    def move(page):
        send(page)
        assert page.url.endswith(reverse("mfa_activate_totp"))

    window(client, {"app-again": reverse("mfa_deactivate_totp")}, first=move)


def test_is_it_you(window, city):  # noqa: F811
    client = desk("lan", city[1][0], Role.CLERK)
    session = client.session
    session[METHODS] = [record | {"at": record["at"] - 86_400} for record in session[METHODS]]
    session.save()
    asks_first = client.get(reverse("mfa_deactivate_totp"))
    assert asks_first.status_code == 302
    for_password = f"{reverse('account_reauthenticate')}?next={reverse('mfa_deactivate_totp')}"
    window(
        client,
        {
            "confirm": asks_first.url,
            "confirm-password": for_password,
            "confirm-code": reverse("mfa_reauthenticate"),
        },
    )


def filled(**fields: str):
    """Return an act that fills the form in and sends it."""

    def act(page):
        for field, words in fields.items():
            page.fill(f"#id_{field}", words)
        send(page)
        assert page.locator(".errorlist").count()

    return act


def test_mistakes_at_the_door_are_said(window, city):  # noqa: F811
    official("lan")
    wrong_password = filled(login="lan", password="not the phrase at all")
    window(None, {"sign-in-mistake": reverse("account_login")}, first=wrong_password)
    half = Client()
    give_password(half, "lan")
    window(half, {"second-factor-mistake": reverse("mfa_authenticate")}, first=filled(code=wrong_code()))
    sign_in(half, "lan")
    wrong_change = filled(oldpassword="not the phrase", password1="123456", password2="654321")
    window(half, {"password-mistake": reverse("account_change_password")}, first=wrong_change)
    fresh = Client()
    official("fresh", app=False)
    give_password(fresh, "fresh")
    window(fresh, {"set-up-mistake": reverse("mfa_activate_totp")}, first=filled(code="000000"))
    window(None, {"phone-mistake": reverse("mobile:sign-in")}, first=filled(phone="12345"))
    waiting = Client()
    with letterbox() as box:
        waiting.post(reverse("mobile:sign-in"), {"phone": PHONE})
    wrong = f"{(int(box.code) + 1) % 1_000_000:06}"
    window(waiting, {"phone-code-mistake": reverse("mobile:sign-in-code")}, first=filled(code=wrong))


def test_what_does_not_exist_and_what_is_not_yours_look_alike(window, city):  # noqa: F811
    _, unions, (mine, other) = city
    asked(mine, id_number=NUMBERS[1])
    theirs = asked(other, id_number=NUMBERS[2], phone="13800138001")
    foreign = reverse("console:join-request", args=[theirs.pk])
    nothing = reverse("console:join-request", args=[uuid4()])
    clerk, worker = desk("lan", unions[0], Role.CLERK), by_phone()
    organiser = desk("some", unions[0], Role.ORGANISER)
    asks = [
        (clerk, foreign),
        (clerk, nothing),
        (organiser, nothing),
        (worker, foreign),
        (worker, "/no/"),
        (clerk, reverse("mobile:card")),
    ]
    pages = [client.get(address) for client, address in asks]
    assert {page.status_code for page in pages} == {404}
    window(
        clerk,
        {"not-theirs": foreign, "not-there": nothing, "desk-at-the-workers": reverse("mobile:card")},
        status=404,
    )
    window(worker, {"worker-at-the-desk": reverse("console:board"), "worker-nowhere": "/no/"}, status=404)


def test_a_form_that_was_open_too_long_and_a_limit(window, city):  # noqa: F811
    def too_long(page):
        page.context.clear_cookies(name="csrftoken")
        page.fill("#id_phone", PHONE)
        send(page)
        assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 403

    def once_more(page):
        page.fill("#id_phone", PHONE)
        send(page)
        assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 429

    window(None, {"open-too-long": reverse("mobile:sign-in")}, first=too_long)
    with letterbox():
        for _ in range(3):
            Client().post(reverse("mobile:sign-in"), {"phone": PHONE})
        window(None, {"limit": reverse("mobile:sign-in")}, first=once_more)
