"""What allauth asks of us: closed sign-up, our words, our limits, and where one goes next."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows import reauthentication
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.foundation.accounts import secrets, sessions
from niangjia.foundation.accounts.models import Account
from niangjia.ui import errors, traces

LIMITS = frozenset({"too_many_login_attempts", "rate_limited"})
SAID_AFTERWARDS = {
    "account/messages/password_changed.txt": _("Your password is changed. Other devices were signed out."),
}


class Limited:
    """Answers every limit in one wording, with the page for it; the counter lies on the ledger and stays."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error of a form, or leave for the page of limits."""
        if code in LIMITS:
            traces.limited(context.request, at=timezone.now())
            raise ImmediateHttpResponse(errors.too_many(context.request))
        return super().validation_error(code, *args)  # type: ignore[misc]


class AccountAdapter(Limited, DefaultAccountAdapter):
    """Sign-in with a name and a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "The sign-in name or the password is not right. Check both and try again."
        ),
        "incorrect_password": _("The password is not right. Check it and try again."),
        "enter_current_password": _("The password that you have now is not right. Check it and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: an office gives accounts out."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead on to what is still missing, and from there to the office's first page."""
        return reverse("account_next_step")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the page of the account."""
        return reverse("mfa_index")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the first page of all."""
        return resolve_url("mobile:home")

    def login(self, request: HttpRequest, user: Account) -> None:
        """Sign in; having just shown every factor counts as having confirmed it is you."""
        super().login(request, user)
        reauthentication.reauthenticate_by_password(request)
        factors = "password and code" if sessions.has_second_factor(request.session) else "password"
        traces.signed_in(user, factors=factors, at=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        """Sign out."""
        traces.signed_out(request.user, why="choice", at=timezone.now())
        super().logout(request)

    def set_password(self, user: Account, password: str) -> None:
        """Let a new password hold."""
        super().set_password(user, password)
        traces.password_changed(user, at=timezone.now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace without the name that was typed: people type passwords there."""
        traces.sign_in_failed(at=timezone.now())

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say only what the next page does not show by itself."""
        said = SAID_AFTERWARDS.get(message_template or "")
        if said:
            messages.success(request, str(said))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: accounts have no e-mail address."""


class SecondFactorAdapter(Limited, DefaultMFAAdapter):
    """The second factor: codes of an app, and codes on paper for the day the phone is lost."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "The code is not right, or was used already. Wait for the next one and try again."
        ),
    }

    def get_totp_label(self, user: Account) -> str:
        """Return what the app shows beside the code."""
        return str(user.sign_in_name)

    def build_totp_svg(self, url: str) -> str:
        """Return the picture that the app scans, on white ground also where the page is dark."""
        drawn = BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", border=3, light="#fff")
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Wrap a secret before it is stored."""
        return secrets.wrap(text, bound_to=secrets.SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Unwrap a stored secret."""
        return secrets.unwrap(encrypted_text, bound_to=secrets.SECOND_FACTOR)
