"""Officials come in with a password and a code; without either there is no office."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.urls import NoReverseMatch, reverse

from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from tests.factories import organisation
from tests.signing import (
    PASSWORD,
    SECRET,
    code_now,
    give_code,
    give_password,
    official,
    posting,
    sign_in,
    wrong_code,
)

pytestmark = pytest.mark.django_db
DESK = "/console/"
NEXT = "/accounts/next/"


@pytest.fixture
def office():
    with acting(system_actor("test")):
        return organisation()


def test_password_then_code_then_the_desk(client, office):
    posting(official(), office)

    assert give_password(client).url == reverse("mfa_authenticate")
    assert client.get(DESK).url.startswith(reverse("account_login"))
    assert give_code(client).url == NEXT
    assert client.get(NEXT).url == DESK
    assert client.get(DESK, follow=True).status_code == 200


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client):
    official()

    answers = [give_password(client, name, "wrong").content for name in ("lan", "nobody")]
    shown = [page.split(b'name="csrfmiddlewaretoken" value="')[0] for page in answers]
    assert shown[0] == shown[1]
    assert all("密码不对".encode() in page for page in answers)


def test_a_wrong_code_does_not_come_in(client, office):
    posting(official(), office)
    give_password(client)

    assert give_code(client, wrong_code()).status_code == 200
    assert client.get(DESK).status_code == 302


def test_a_code_works_once(client, office):
    posting(official(), office)
    sign_in(client)
    client.post(reverse("account_logout"))

    assert sign_in(client).status_code == 200  # the form again
    assert client.get(DESK).status_code == 302


def test_without_a_second_factor_one_is_sent_to_set_it_up_and_nothing_else_opens(client, office):
    posting(official(app=False), office)

    assert give_password(client).url == NEXT
    assert client.get(NEXT).url == reverse("mfa_activate_totp")
    assert client.get(DESK).url == NEXT
    assert client.get(reverse("account_offices")).url == NEXT


def test_setting_up_the_app_shows_the_secret_and_the_first_code_counts(client, office):
    posting(official(app=False), office)
    give_password(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret

    done = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})

    assert done.url == reverse("mfa_view_recovery_codes")
    assert len(client.get(done.url).context["unused_codes"]) == 10
    assert client.get(DESK, follow=True).status_code == 200


def test_the_secret_is_stored_wrapped(client):
    official()
    stored = Authenticator.objects.get().data["secret"]
    assert SECRET not in stored and stored


def test_a_code_on_paper_works_once_instead_of_the_app(client, office):
    account = official(app=False)
    posting(account, office)
    give_password(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    paper = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    client.post(reverse("account_logout"))

    give_password(client)
    assert give_code(client, paper).url == NEXT
    client.post(reverse("account_logout"))
    give_password(client)
    assert give_code(client, paper).status_code == 200


def test_moving_the_app_leaves_no_office_until_the_new_phone_is_set_up(client, office):
    posting(official(), office)
    sign_in(client)

    client.get(reverse("mfa_deactivate_totp"))
    moved = client.post(reverse("mfa_deactivate_totp"))

    assert moved.url == reverse("mfa_activate_totp")
    assert client.get(DESK).url == NEXT
    secret = client.get(moved.url).context["form"].secret
    client.post(moved.url, {"code": code_now(secret)})
    assert client.get(DESK, follow=True).status_code == 200


def test_a_password_may_be_changed_and_other_sessions_end(client, client_of_another_device, office):
    posting(official(), office)
    sign_in(client)
    client_of_another_device.cookies.update(client.cookies)
    new = "another long and made-up phrase"

    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), sent).url == reverse("mfa_index")

    assert client.get(DESK, follow=True).status_code == 200
    assert client_of_another_device.get(DESK).status_code == 302


@pytest.fixture
def client_of_another_device():
    from django.test import Client

    return Client()


def test_nobody_signs_up(client):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/accounts/signup/").status_code == 404


def test_a_disabled_account_is_out_with_the_next_request(client, office):
    account = official()
    posting(account, office)
    sign_in(client)
    assert client.get(DESK, follow=True).status_code == 200

    Account.objects.filter(pk=account.pk).update(is_active=False)

    assert client.get(DESK).url.startswith(reverse("account_login"))
    assert give_password(client).url == reverse("account_inactive")


def test_the_session_has_a_new_id_after_sign_in(client, office):
    posting(official(), office)
    give_password(client)
    before = client.session.session_key
    give_code(client)
    assert client.session.session_key != before


def test_the_session_has_a_new_id_after_setting_up_the_second_factor(client, office):
    posting(official(app=False), office)
    give_password(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    before = client.session.session_key
    client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert client.session.session_key != before


def test_signing_out_ends_the_session_and_only_a_post_does_it(client, office):
    posting(official(), office)
    sign_in(client)

    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(DESK, follow=True).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(DESK).status_code == 302


def test_the_pages_are_drawn_in_both_languages(client):
    assert "干部登录" in client.get(reverse("account_login")).content.decode()
    client.cookies["language"] = "en"
    assert "Sign in for officials" in client.get(reverse("account_login")).content.decode()


def test_a_password_is_hashed_a_million_times(real_iterations, settings):
    """Here a hash is made in one turn (``tests.conftest``); what is installed makes a million, in a way that lasts."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

    assert isinstance(get_hasher(), PBKDF2PasswordHasher)
    assert real_iterations >= 1_000_000
