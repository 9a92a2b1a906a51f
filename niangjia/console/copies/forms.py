"""What an official says before a list leaves the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.foundation.copies.models import Export

SHORTEST, LONGEST = 6, 200


class Ask(forms.Form):
    """The purpose, the kind of file, and whether numbers are to be whole."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=_("What is it for?"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The office above reads this. Name no person here."),
        error_messages={
            "required": _("Say in a few words what the list is for."),
            "min_length": _("Say in a few words what the list is for."),
        },
    )  # fmt: skip
    format = forms.ChoiceField(
        label=_("File"),
        choices=[
            (Export.Format.XLSX, _("Workbook (.xlsx)")),
            (Export.Format.CSV, _("Comma-separated text (.csv)")),
        ],
        initial=Export.Format.XLSX,
    )
    uncovered = forms.BooleanField(
        label=_("With whole names, numbers and phones"),
        required=False,
        help_text=_(
            "Only where the purpose cannot do without. It is written down for each person in the list."
        ),
    )

    def __init__(self, *args: Any, may_uncover: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_uncover:
            del self.fields["uncovered"]
