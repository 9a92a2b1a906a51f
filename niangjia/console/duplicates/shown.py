"""A pair as a page shows it: two records side by side, masked unless they were uncovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from niangjia.console.duplicates.words import FIELDS
from niangjia.core.codes import by_code
from niangjia.core.masks import masked_name
from niangjia.foundation.vault.reading import masked
from niangjia.registry import memberships
from niangjia.registry.duplicates.fields import FIELDS as CHOOSABLE
from niangjia.registry.duplicates.fields import SECRET
from niangjia.registry.models import Membership, Person
from niangjia.ui.dates import day_text
from niangjia.ui.words import code_name

CODES = {
    "sex": "sex",
    "group": "worker_group",
    "ethnic": "ethnic",
    "education": "education",
    "work_status": "work_status",
    "hukou": "hukou",
}
Opened = Mapping[UUID, Mapping[str, str]]


@dataclass(frozen=True)
class Side:
    """What one record says in one field. ``covered`` draws it as a mask, ``chosen`` ticks it."""

    side: str
    text: str
    covered: bool
    chosen: bool


@dataclass(frozen=True)
class Line:
    """One field of both records; ``choice`` tells that one has to be chosen."""

    field: str
    label: str
    sides: tuple[Side, ...]
    choice: bool
    error: str


def lines(
    persons: Sequence[Person], form: Any, *, opened: Opened | None, differs: Sequence[str]
) -> list[Line]:
    """Return the fields in which at least one of the records says something, those to choose first."""
    told = [texts(person, (opened or {}).get(person.pk)) for person in persons]
    shown = [field for field in CHOOSABLE if any(each[field] for each in told)]
    shown.sort(key=lambda field: field not in differs)
    return [_line(field, told, form, covered=opened is None) for field in shown]


def _line(field: str, told: Sequence[Mapping[str, str]], form: Any, *, covered: bool) -> Line:
    bound = form[field] if form is not None and field in form.fields else None
    chosen = bound.value() if bound is not None else None
    sides = tuple(
        Side(side, each[field], covered and field in ("id_number", "phone"), chosen == side)
        for side, each in zip(("first", "second"), told, strict=False)
    )
    error = bound.errors[0] if bound is not None and bound.errors else ""
    return Line(field, _(FIELDS[field]), sides, bound is not None, error)


def texts(person: Person, opened: Mapping[str, str] | None) -> dict[str, str]:
    """Return what a record says in each field, masked unless ``opened`` is given: then of secrets only those in it."""
    secret = opened if opened is not None else masked(person, fields=SECRET)
    spell = memberships.open_primary_of(person)
    codes = {field: code_name(getattr(person, field), table) for field, table in CODES.items()}
    return {
        **codes,
        **{field: secret.get(field, "") for field in SECRET},
        "id_number": secret["id_number"] + _kind(person),
        "sex": codes["sex"] if person.sex != "0" else "",
        "name": person.name if opened is not None else masked_name(person.name),
        "birth_on": day_text(person.birth_on) if person.birth_on else "",
        "region": person.region.name if person.region else "",
        "employer": person.employer.name if person.employer else "",
        "roll": _roll(spell),
    }


def _kind(person: Person) -> str:
    """Return the kind of document behind the number, where it is not the usual one."""
    if person.id_kind not in by_code("id_kind") or person.id_kind == "citizen":
        return ""
    return f" ({code_name(person.id_kind, 'id_kind')})"


def _roll(spell: Membership | None) -> str:
    if spell is None:
        return ""
    return _("%(union)s, since %(day)s") % {
        "union": spell.organisation.name,
        "day": day_text(spell.from_on),
    }
