"""Forms that more than one desk uses."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class Unmask(forms.Form):
    """Why the covered values are looked at."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why do you need them?"),
        min_length=4,
        max_length=100,
        help_text=_("The worker can read this sentence. Write no name and no number in it."),
        error_messages={
            "required": _("Say in a few words why you need them."),
            "min_length": _("Say in a few words why you need them."),
        },
    )
