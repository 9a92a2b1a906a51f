"""What workers type on a phone, checked and normalised."""

from __future__ import annotations

from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.core.codes import divisions, phones
from niangjia.core.days import day_of
from niangjia.core.identifiers import citizen, phone


class PhoneField(forms.CharField):
    """A mobile number of the mainland; clean gives its 11 digits."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value: str) -> str:
        """Return 11 digits, or say that there is no such number."""
        prefixes = phones.mobile_prefixes(demo=settings.NIANGJIA_DEMO)
        number = phone.checked_one(super().clean(value), prefixes=prefixes).phone_number
        if number is None:
            raise ValidationError(gettext("This is no mobile number of 11 digits. Check it."), code="phone")
        return number


class IdNumberField(forms.CharField):
    """An ID number; clean gives its 18 characters. Said wrong is only what the number itself shows."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "maxlength": "24"})

    def clean(self, value: str) -> str:
        """Return 18 characters, or say that no card can have this number."""
        typed = super().clean(value)
        if not typed:
            return ""
        checked = checked_number(typed)
        if checked.id_number is None:
            raise ValidationError(
                gettext("No ID card has this number. Check it against the card."), code="id_number"
            )
        return checked.id_number


def checked_number(number: str) -> citizen.Checked:
    """Return what an ID number says by itself: whether there can be one, of which kind, whose birth date and sex."""
    made_up = _made_up_counties() if settings.NIANGJIA_DEMO else ()
    return citizen.checked_one(number, on=day_of(timezone.now()), extra=made_up)


@cache
def _made_up_counties() -> frozenset[str]:
    frame = divisions.load(divisions.DEMO)
    return frozenset(frame.filter(frame["level"] == "county")["code"])


class AskPhone(forms.Form):
    """Which phone the code goes to."""

    phone = PhoneField(
        label=_("Your mobile number"), help_text=_("We send a code there, to see that it is yours.")
    )


class AskCode(forms.Form):
    """The code that came."""

    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=_("The code that came"),
        error_messages={"invalid": _("The code has six digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "8"}
        ),
    )


class AskNumber(forms.Form):
    """The ID number that opens one's own record for the first time."""

    id_number = IdNumberField(
        label=_("Your ID number"), help_text=_("18 characters. If the last one is X, type X.")
    )
