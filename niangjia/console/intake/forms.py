"""What a clerk hands in, and which column holds what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from niangjia.console.units import unit_input
from niangjia.core.codes import table
from niangjia.core.intake.lists import Asked, Form
from niangjia.foundation.actors import Scope
from niangjia.registry.kinds import unions
from niangjia.ui.words import code_name, counted

KINDS = ".xlsx,.csv"
MIB = 1024 * 1024


class Upload(forms.Form):
    """A list of one kind, and what its kind asks."""

    use_required_attribute = False
    roster = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": KINDS}),
        error_messages={
            "required": _("Choose a file first."),
            "missing": _("Choose a file first."),
            "empty": _("The file is empty. Fill in the template and upload it again."),
        },
    )

    def __init__(self, *args: Any, form: Form, on: date, most_mib: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most_mib = most_mib
        self.asked = [each.name for each in form.asked]
        told = gettext("An .xlsx workbook or a .csv text with headings, at most %(most)s MiB.")
        self.fields["roster"].help_text = told % {"most": most_mib}
        for each in form.asked:
            self.fields[each.name] = _field_of(each, on)

    @property
    def answers(self) -> list[BoundField]:
        """What the kind asks, beside the file."""
        return [self[name] for name in self.asked]

    @property
    def options(self) -> dict[str, Any]:
        """What was answered, as the batch keeps it."""
        told = {name: self.cleaned_data[name] for name in self.asked}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}

    def clean_roster(self) -> UploadedFile[Any]:
        """Return the file, unless it is larger than the figure of today allows."""
        roster: UploadedFile[Any] = self.cleaned_data["roster"]
        if (roster.size or 0) > self.most_mib * MIB:
            told = gettext("The file is larger than %(most)s MiB. Split it, and upload the parts.")
            raise forms.ValidationError(told % {"most": self.most_mib})
        return roster


def _field_of(asked: Asked, on: date) -> forms.Field:
    """Return the field by which one thing is asked, with the codes that stand on the day ``on``."""
    shared: dict[str, Any] = {
        "label": gettext(asked.label),
        "help_text": gettext(asked.help) if asked.help else "",
        "required": False,
    }
    if asked.is_day:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared)
    if not asked.table:
        return forms.BooleanField(**shared)
    codes = [(code.code, code_name(code.code, asked.table)) for code in table(asked.table) if code.stands(on)]
    return forms.ChoiceField(choices=[("", gettext("as the rows say")), *codes], **shared)


class Mapping(forms.Form):
    """For each field of a list the column that holds it."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, form: Form, headings: Sequence[str], mapping: dict[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        columns = [("", gettext("not in this file")), *_columns(headings)]
        for field in form.fields:
            self.fields[field.name] = forms.ChoiceField(
                label=gettext(field.label),
                choices=columns,
                required=field.is_needed,
                initial=str(mapping[field.name]) if field.name in mapping else "",
                error_messages={"required": _("Such a list cannot do without it. Choose its column.")},
            )

    def clean(self) -> dict[str, Any]:
        """Refuse one column for two fields."""
        taken: dict[str, str] = {}
        for name, column in list(self.cleaned_data.items()):
            if column and taken.setdefault(column, name) != name:
                self.add_error(name, gettext("This column is chosen twice. Each column holds one thing."))
        return self.cleaned_data

    @property
    def mapping(self) -> dict[str, int]:
        """The fields that have a column."""
        return {name: int(column) for name, column in self.cleaned_data.items() if column}


class Unions(forms.Form):
    """Which union each name in a list means: of those that told none, and of those that were explained before."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, unfound: Sequence[dict[str, Any]], said: dict[str, str], scope: Scope, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.scope, self.unfound, self.before = scope, unfound, said
        rows = {each["text"]: each["rows"] for each in unfound}
        self.texts = [*rows, *(text for text in said if text not in rows)]
        known = unions.with_a_roll(scope).filter(pk__in=said.values()).values_list("pk", "code", "name")
        names = {str(pk): (code, name) for pk, code, name in known}
        for text in self.texts:
            code, name = names.get(said.get(text, ""), ("", ""))
            self.fields[field_of(text)] = forms.CharField(
                label=gettext("“%(name)s”") % {"name": text} if text else gettext("Rows without a union"),
                help_text=_found_in(rows.get(text), name),
                initial=code,
                required=False,
                max_length=200,
                widget=unit_input(),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what is no union of the office."""
        typed = {name: value.strip() for name, value in self.cleaned_data.items() if value.strip()}
        self.meant = unions.meant(set(typed.values()), self.scope)
        for name, value in typed.items():
            if value not in self.meant:
                self.add_error(
                    name, gettext("No union of your office with members has this code or full name.")
                )
        return self.cleaned_data

    @property
    def said(self) -> dict[str, UUID]:
        """The names that mean a union; of what was not asked, because the list was checked anew meanwhile, what was said before."""
        found = {}
        for text in self.texts:
            value = self.cleaned_data.get(field_of(text), "").strip()
            if value in self.meant:
                found[text] = self.meant[value].pk
            elif field_of(text) not in self.data and text in self.before:
                found[text] = UUID(self.before[text])
        return found


def field_of(text: str) -> str:
    """Return the name of the field that asks what ``text`` means: of the text itself, whatever stands before it."""
    return f"union-{blake2b(text.encode(), digest_size=6).hexdigest()}"


def _found_in(rows: int | None, name: str) -> str:
    """Return what stands below the field of one name: how many rows it holds up, else which union it means."""
    if rows is None:
        return name
    told = ngettext("%(rows)s row is held for it.", "%(rows)s rows are held for it.", rows)
    return told % {"rows": counted(rows)}


def _columns(headings: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns as choices: their letter, and their heading."""
    return [(str(k), f"{letters(k)} {heading}".strip()) for k, heading in enumerate(headings)]


def letters(column: int) -> str:
    """Return how a spreadsheet program names a column, counted from 0: A, …, Z, AA."""
    name, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
