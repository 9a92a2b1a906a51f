"""The worker's answer to what the union asked for: one field for each point that can be put right here."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.core.codes import table
from niangjia.joining.answering import corrected_by
from niangjia.joining.models import JoinRequest
from niangjia.mobile.joining.forms import NameField, TextField
from niangjia.ui.words import code_name

# What has the shape of a card's number or a phone's: those are sealed, and may not stand in the clear in an answer.
LONG_NUMBER = re.compile(r"\d{11,}")


class Answer(forms.Form):
    """The fields that the request's needs call for, and a line in one's own words."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, join_request: JoinRequest) -> None:
        super().__init__(data)
        makers = {"name": _name, "group": _group, "workplace": _workplace}
        self.corrects = corrected_by(join_request)
        for column in self.corrects:
            self.fields[column] = makers[column](join_request)
        self.fields["answer"] = forms.CharField(
            label=_("What you want to tell the union"),
            required=False,
            max_length=400,
            help_text=_("For example when and where you can show your card. Type no ID number here."),
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean_answer(self) -> str:
        """Return the answer; numbers of cards and phones may not stand in it."""
        answer = str(self.cleaned_data["answer"]).strip()
        if LONG_NUMBER.search(answer.replace(" ", "")):
            raise ValidationError(
                gettext("Leave the long number out: it is kept apart, and under lock."), code="number"
            )
        return answer

    def corrections(self) -> dict[str, str]:
        """Return what was put right, by column."""
        return {column: self.cleaned_data[column] for column in self.corrects}


def _name(join_request: JoinRequest) -> forms.Field:
    help_text = _("As it stands on your ID card.")
    return NameField(
        label=_("Your name"), max_length=100, initial=join_request.name, help_text=help_text
    )


def _group(join_request: JoinRequest) -> forms.Field:
    choices = [(code.code, code_name(code.code, "worker_group")) for code in table("worker_group")]
    return forms.ChoiceField(label=_("What do you do?"), choices=choices, initial=join_request.group)


def _workplace(join_request: JoinRequest) -> forms.Field:
    label = _("Platform, company or station")
    help_text = _("No employer? Then type the town or street where you work.")
    return TextField(label=label, max_length=120, initial=join_request.workplace, help_text=help_text)
