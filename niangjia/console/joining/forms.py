"""What a reviewer chooses or types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.core.codes import table
from niangjia.joining.reviewing import NOT_CHECKED
from niangjia.registry.models import Organisation
from niangjia.ui.words import code_name

CHOOSE = _("Choose one from the list.")


def choices_of(name: str, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return a code table as choices, in the reader's language; not what needs an adapter that is not set up."""
    standing = [code.code for code in table(name) if code.code not in without and "adapter" not in code.flags]
    return [(code, code_name(code, name)) for code in standing]


class Listed(forms.Form):
    """A form whose one field offers a code table."""

    use_required_attribute = False
    field, codes, without = "", "", frozenset[str]()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = choices_of(self.codes, without=self.without)
        self.fields[self.field].choices = choices  # type: ignore[attr-defined]


class ConfirmPhone(Listed):
    """How the phone was confirmed."""

    field, codes = "how", "confirmation_method"
    how = forms.ChoiceField(label=_("How you confirmed the phone"), error_messages={"required": CHOOSE})


class NeedMore(Listed):
    """Everything that is missing, named once."""

    field, codes = "needs", "need_more_reason"
    needs = forms.MultipleChoiceField(
        label=_("What is missing? Name it all at once."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one point.")},
    )


class Approve(Listed):
    """How the identity was checked."""

    field, codes, without = "checked_by", "identity_check", frozenset({NOT_CHECKED})
    checked_by = forms.ChoiceField(
        label=_("How you checked the identity"),
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE},
    )


class Reject(Listed):
    """Why not."""

    field, codes = "reason", "reject_reason"
    reason = forms.ChoiceField(
        label=_("Why not? The worker reads it."),
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE},
    )


class MakeCode(forms.Form):
    """For which union a code is made, and where it will hang."""

    use_required_attribute = False
    union = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("Union that it leads to"), empty_label=None
    )
    label = forms.CharField(
        label=_("Where it will hang"),
        max_length=60,
        required=False,
        help_text=_("For you alone, for example: door of the east station."),
    )

    def __init__(self, data: Any = None, *, unions: Any) -> None:
        super().__init__(data)
        self.fields["union"].queryset = unions  # type: ignore[attr-defined]
