"""What a clerk chooses between two records, and by what the queue is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.console.duplicates.words import FIELDS
from niangjia.registry.duplicates.fields import WITHOUT_SUGGESTION
from niangjia.registry.models import Person

SIDES = (("first", _("Record 1")), ("second", _("Record 2")))


class Choose(forms.Form):
    """For each field that differs, whose value stands. What a clerk has to look up in the papers has no suggestion."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, differs: Sequence[str], persons: Sequence[Person]) -> None:
        newer = "second" if persons[-1].changed_at >= persons[0].changed_at else "first"
        initial = {field: newer for field in differs if field not in WITHOUT_SUGGESTION}
        super().__init__(data, initial=initial)
        for field in differs:
            self.fields[field] = forms.ChoiceField(
                label=FIELDS[field],
                choices=SIDES,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose whose value stands."),
                    "invalid_choice": _("Choose one of the two."),
                },
            )
