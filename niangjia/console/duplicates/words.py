"""How pairs are spoken of: reasons, fields, tables, and what a taken back merge left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.registry.duplicates.finding import MESSAGES
from niangjia.registry.duplicates.parting import CAME, CHANGED, CORRECTED, IN_THE_WAY, LEFT
from niangjia.registry.duplicates.refusals import REFUSALS
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Pair
from niangjia.ui.words import counted

FIELDS = {
    "name": gettext_noop("Name"),
    "id_number": gettext_noop("ID number"),
    "earlier_numbers": gettext_noop("Earlier ID numbers"),
    "phone": gettext_noop("Phone"),
    "address": gettext_noop("Address"),
    "sex": gettext_noop("Sex"),
    "birth_on": gettext_noop("Born"),
    "group": gettext_noop("Group"),
    "ethnic": gettext_noop("Ethnic group"),
    "education": gettext_noop("Education"),
    "work_status": gettext_noop("Work status"),
    "hukou": gettext_noop("Household registration"),
    "region": gettext_noop("Region"),
    "employer": gettext_noop("Employer"),
    "roll": gettext_noop("Roll"),
}
# Columns of the record that are not spoken of by their own name.
SPOKEN = {
    "name_key": "name",
    "id_kind": "id_number",
    "checked_by": "id_number",
    "region_id": "region",
    "employer_id": "employer",
}
TABLES = {
    "registry.membership": gettext_noop("Spells on a roll"),
    "registry.consent": gettext_noop("Consents"),
    "registry.personlogin": gettext_noop("Sign-ins of the worker"),
    "joining.joinrequest": gettext_noop("Join requests"),
    "joining.elsewhere": gettext_noop("Cases between two unions"),
    "registry.pair": gettext_noop("Pairs with other records"),
    "registry.officer": gettext_noop("Posts in unions"),
}
WHY = {
    CORRECTED: gettext_noop("corrected since, keeps its present value"),
    CHANGED: gettext_noop("changed since, went back with the change"),
    CAME: gettext_noop("came since, stays with the record that was left"),
    IN_THE_WAY: gettext_noop("stays closed: touched since, or a newer one is open"),
    LEFT: gettext_noop("is no longer there"),
}
LOOKS = {
    Status.OPEN: "waiting",
    Status.MERGING: "changed",
    Status.MERGED: "done",
    Status.UNMERGING: "changed",
    Status.DIFFERENT: "off",
}
DECISIONS = {"same": gettext_noop("Almost surely one person"), "likely": gettext_noop("Likely one person")}


@dataclass(frozen=True)
class Told:
    """A thing by its name, how many of it, and what became of it."""

    what: str
    n: str
    why: str


def reasons(pair: Pair) -> list[str]:
    """Return why the two may be one, in sentences."""
    return [_(MESSAGES[code]) for code in pair.reasons]


def fields(names: Iterable[str]) -> list[str]:
    """Return fields by their names."""
    return [_(FIELDS[name]) for name in names]


def refusal_of(pair: Pair) -> str:
    """Return why the last attempt was given up, empty where there was none."""
    found = REFUSALS.get(pair.refused)
    return _(found.message) if found else ""


def hanging(counts: Mapping[str, int]) -> list[Told]:
    """Return what hangs on a record, by name and number."""
    return [Told(_(TABLES[label]), counted(n), "") for label, n in counts.items()]


def kept(told: Iterable[Mapping[str, Any]]) -> list[Told]:
    """Return what was not as the merge left it when it was taken back, and what became of it."""
    lines: dict[tuple[str, str], int] = {}
    for each in told:
        name = SPOKEN.get(each["what"], each["what"])
        what = FIELDS.get(name) or TABLES.get(name) or gettext_noop("Joining date")
        why = WHY[each["why"]]
        key = _(what), _(why)
        lines[key] = 1 if each["why"] == CORRECTED else lines.get(key, 0) + each["n"]
    return [Told(what, counted(n), why) for (what, why), n in lines.items()]
