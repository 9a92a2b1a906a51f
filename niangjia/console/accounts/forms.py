"""allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.translation import gettext_lazy as _

PASSWORD = _("Password")
NEW_PASSWORD_HELP = _("At least 12 characters, not only digits, and not one that many people use.")


class OurWords:
    """Labels and help instead of allauth's; no placeholder, since it goes away when one types."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class Code(OurWords):
    """The field of a code from the app: a keypad of digits, filled in by the phone where it can."""

    labels = {"code": _("Code")}
    helps = {"code": _("Six digits from your app. A code on paper has eight.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "12"}
        self.fields["code"].widget.attrs.update(attrs)  # type: ignore[attr-defined]


class SignIn(OurWords, account.LoginForm):
    """Sign-in name and password."""

    labels = {"login": _("Sign-in name"), "password": PASSWORD}


class ConfirmByPassword(OurWords, account.ReauthenticateForm):
    """The password once more."""

    labels = {"password": PASSWORD}


class ChangePassword(OurWords, account.ChangePasswordForm):
    """The password now, and the new one twice."""

    labels = {
        "oldpassword": _("Password now"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    helps = {"password1": NEW_PASSWORD_HELP}


class ShowCode(Code, second_factor.AuthenticateForm):
    """The code at sign-in."""


class ConfirmByCode(Code, second_factor.ReauthenticateForm):
    """The code once more."""


class SetUpApp(Code, ActivateTOTPForm):
    """The first code, which proves that the app has the secret."""

    helps = {"code": _("Six digits. They change every 30 seconds.")}
