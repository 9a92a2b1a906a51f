"""The questions of joining, one form for each screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from niangjia.core import text
from niangjia.core.codes import by_code, table
from niangjia.core.codes.consents import consent_text
from niangjia.core.days import day_of
from niangjia.core.masks import masked_number
from niangjia.foundation import parameters
from niangjia.mobile.forms import IdNumberField, PhoneField, checked_number
from niangjia.ui.words import code_name

# Sharing and location are asked when a service needs them, not here.
ASKED_PURPOSES = ("membership", "sensitive_id", "services", "contact", "statistics")


class TextField(forms.CharField):
    """A line of text; clean gives it as it is stored, or says what may not stand in it."""

    is_name = False

    def clean(self, value: str) -> str:
        """Return the text with even width and spaces."""
        tidy = text.tidied_name if self.is_name else text.tidied
        stored = pl.select(tidy(pl.lit(super().clean(value), dtype=pl.String))).item()
        if not stored:
            return str(super().clean(""))
        found = pl.select(text.unwanted(pl.lit(stored))).item()
        if found:
            raise ValidationError(gettext(text.MESSAGES[found]), code=found)
        return str(stored)


class NameField(TextField):
    """A person's name, as it stands on the card."""

    is_name = True

    def clean(self, value: str) -> str:
        """Return the name; a number is none."""
        name = super().clean(value)
        if any(sign.isdigit() for sign in name):
            raise ValidationError(gettext("A name has no digits. Type it as it stands on the card."), code="name")
        return name


class Question(forms.Form):
    """One screen. ``draft_values`` is what was answered here before."""

    use_required_attribute = False  # our own sentence under the field says what is missing, in the page's language

    def __init__(self, data: Any = None, *, draft_values: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(draft_values))


class Who(Question):
    """Name and ID number. A number given before is shown masked, and stands unless another is typed."""

    name = NameField(
        label=_("Your name"),
        max_length=100,
        help_text=_("As it stands on your ID card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name as it stands on your ID card.")},
    )
    id_number = IdNumberField(
        label=_("Your ID number"),
        help_text=_("18 characters. If the last one is X, type X."),
        error_messages={"required": _("Type the ID number from your card.")},
    )

    def __init__(self, data: Any = None, *, draft_values: Mapping[str, Any]) -> None:
        super().__init__(data, draft_values=draft_values)
        self.kept_number = self.initial.pop("id_number", "")
        if self.kept_number:
            field = self.fields["id_number"]
            field.required = False
            field.widget.attrs["placeholder"] = masked_number(self.kept_number)

    def clean_id_number(self) -> str:
        """Return the number of somebody who is old enough to work."""
        number = self.cleaned_data["id_number"] or self.kept_number
        on = day_of(timezone.now())
        oldest = parameters.at(on).minimum_age
        born = checked_number(number).born_on
        if born is not None and _age(born, on) < oldest:
            sentence = gettext("You can join from the age of %(age)s.")
            raise ValidationError(sentence % {"age": oldest}, code="under_age")
        return str(number)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class Phone(Question):
    """The phone that will be proven with a code."""

    phone = PhoneField(
        label=_("Mobile number, 11 digits"),
        error_messages={"required": _("Type your mobile number.")},
    )


class Group(Question):
    """The group of workers."""

    group = forms.ChoiceField(
        label=_("What do you do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what comes closest.")},
    )

    def __init__(self, data: Any = None, *, draft_values: Mapping[str, Any]) -> None:
        super().__init__(data, draft_values=draft_values)
        codes = [code.code for code in table("worker_group")]
        self.fields["group"].choices = [(code, code_name(code, "worker_group")) for code in codes]  # type: ignore[attr-defined]


class Work(Question):
    """Where one works."""

    workplace = TextField(
        label=_("Platform, company or station"),
        max_length=120,
        help_text=_("No employer? Then type the town or street where you work."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Type a company, a station or a town.")},
    )


class Consents(Question):
    """One box for each purpose, none of them ticked ahead."""

    def __init__(self, data: Any = None, *, draft_values: Mapping[str, Any]) -> None:
        super().__init__(data, draft_values=draft_values)
        on = day_of(timezone.now())
        for purpose in ASKED_PURPOSES:
            self.fields[purpose] = _box(purpose, on)

    def versions(self) -> dict[str, str]:
        """Return the version of the text for each purpose that was agreed to."""
        on = day_of(timezone.now())
        return {
            purpose: consent_text(purpose, on).version
            for purpose in ASKED_PURPOSES
            if self.cleaned_data[purpose]
        }


def _box(purpose: str, on: date) -> forms.BooleanField:
    said = consent_text(purpose, on)
    required = "required" in by_code("consent_purpose")[purpose].flags
    return forms.BooleanField(
        label=code_name(purpose, "consent_purpose"),
        help_text=said.zh if (get_language() or "").startswith("zh") else said.en,
        required=required,
        error_messages={"required": gettext("Without this the union cannot take you in. Tick it if you agree.")},
    )


QUESTIONS: dict[str, type[Question]] = {
    "who": Who,
    "phone": Phone,
    "group": Group,
    "work": Work,
    "consents": Consents,
}
STEPS = tuple(QUESTIONS)
