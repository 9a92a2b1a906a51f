"""What a clerk types into an order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.console.units import unit_input
from niangjia.intake.orders import CAPS, LONGEST, parted
from niangjia.registry.models import OrderLine
from niangjia.registry.reorganisation.actions import Line

KINDS = ".xlsx,.csv"
MIB = 1024 * 1024
SPLIT, MOST_NAMED = OrderLine.Kind.SPLIT.value, 4_000


class Draft(forms.Form):
    """A new order."""

    use_required_attribute = False
    document_number = forms.CharField(
        label=_("Number of the document"),
        max_length=80,
        help_text=_("As on the paper that orders it."),
        error_messages={"required": _("Write the number of the document.")},
    )
    effective_on = forms.DateField(
        label=_("Effective from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On this day it is carried out; today or earlier, as soon as it is signed."),
        error_messages={"required": _("Choose the day."), "invalid": _("Write the day as 2026-11-24.")},
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class OneLine(forms.Form):
    """One more line."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("Kind of change"),
        choices=OrderLine.Kind.choices,
        error_messages={"required": _("Choose what to do.")},
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=LONGEST,
        widget=unit_input(),
        help_text=_("Its code or full name; what is split stays, what is merged or dissolved ends."),
        error_messages={"required": _("Name the unit.")},
    )
    target = forms.CharField(
        label=_("New superior, or who takes over"),
        max_length=LONGEST,
        required=False,
        widget=unit_input(),
        help_text=_("A split may leave it blank: the new unit stands beside the old one."),
    )
    new_name = forms.CharField(label=_("Name of the new unit"), max_length=LONGEST, required=False)
    new_code = forms.CharField(label=_("Code of the new unit"), max_length=40, required=False)
    parts = forms.CharField(
        label=_("Child units that go along"),
        required=False,
        max_length=MOST_NAMED,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )
    employers = forms.CharField(
        label=_("Employers whose members go along"),
        required=False,
        max_length=MOST_NAMED,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: full name or credit code."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of line needs."""
        said = self.cleaned_data
        if said.get("kind") == SPLIT:
            for name in ("new_name", "new_code"):
                if not said.get(name):
                    self.add_error(name, gettext("A split needs it."))
        elif said.get("kind") and not said.get("target"):
            self.add_error("target", gettext("Name the unit that takes it over."))
        return said

    @property
    def line(self) -> Line:
        """The line as it was typed."""
        said = self.cleaned_data
        is_split = said["kind"] == SPLIT
        return Line(
            kind=said["kind"],
            unit=said["unit"],
            target=said["target"],
            new_name=said["new_name"] if is_split else "",
            new_code=said["new_code"] if is_split else "",
            parts=parted(said["parts"]) if is_split else (),
            employers=parted(said["employers"]) if is_split else (),
        )


class File(forms.Form):
    """Many lines at once."""

    use_required_attribute = False
    lines = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": KINDS}),
        help_text=_("An .xlsx workbook or a .csv text with the headings of the template."),
        error_messages={
            "required": _("Choose a file first."),
            "missing": _("Choose a file first."),
            "empty": _("The file is empty. Fill in the template and upload it again."),
        },
    )

    def clean_lines(self) -> UploadedFile[Any]:
        """Return the file, unless it is larger than an order can be."""
        lines: UploadedFile[Any] = self.cleaned_data["lines"]
        if (lines.size or 0) > CAPS.file_mib * MIB:
            told = gettext("The file is larger than %(most)s MiB. Split it, and upload the parts.")
            raise forms.ValidationError(told % {"most": CAPS.file_mib})
        return lines
