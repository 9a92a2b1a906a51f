"""A held row as a page shows it: the file at the left, those in question beside it, masked unless they were uncovered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.console.duplicates.shown import CODES, texts
from niangjia.console.duplicates.words import FIELDS
from niangjia.console.intake.shown import said as said_of
from niangjia.core.intake.lists import Form
from niangjia.core.masks import masked_name
from niangjia.foundation.actors import Actor
from niangjia.foundation.vault.reading import masked
from niangjia.intake import queries as intake
from niangjia.intake.words import form_of
from niangjia.registry import memberships, organisations, regions
from niangjia.registry.held import deciding, queries
from niangjia.registry.held.candidates import NUMBER
from niangjia.registry.held.keeping import SECRET
from niangjia.registry.held.refusals import REFUSALS
from niangjia.registry.held.states import Status
from niangjia.registry.models import HeldRow, Membership, Person
from niangjia.ui.dates import day_text
from niangjia.ui.words import code_name, counted, sentence

SHOWN = ("name", "id_number", "phone", "sex", "birth_on", "group", "ethnic", "education", "work_status", "hukou",
    "region", "employer", "roll")  # fmt: skip
WHY = {
    NUMBER: gettext_noop("has this ID number"),
    "likely": gettext_noop("has the same name, phone and birth date, and another ID number"),
}
ROLL_HELD, COMPARE = (
    "ROLL_HELD",
    gettext_noop("Somebody on the register may be this person: compare the two."),
)
Opened = Mapping[UUID, Mapping[str, str]]


@dataclass(frozen=True)
class Cell:
    """What one side says in one field; ``covered`` draws it as a mask, ``differs`` marks what the file would change."""

    text: str
    covered: bool
    differs: bool = False


@dataclass(frozen=True)
class Line:
    """One field, as the file says it and as each of those in question has it."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Choice:
    """One person whom the row may be about: why, and what "it is this person" would do."""

    person: Person
    name: str
    why: str
    then: str


@dataclass(frozen=True)
class Shown:
    """One held row, ready for the page."""

    row: HeldRow
    name: str
    file_name: str
    batch_id: UUID
    whys: list[tuple[str, str]]
    refused: str
    beside: str
    choices: list[Choice]
    lines: list[Line]
    why_not_new: str
    asks_for_union: bool
    is_open: bool


@dataclass(frozen=True)
class Around:
    """What the rows of one page have in common, asked for once."""

    files: dict[UUID, tuple[str, Form]]
    people: dict[UUID, Person]
    unions: dict[UUID, str]
    regions: dict[str, str]
    alike: dict[UUID, list[int]]


def shown(rows: list[HeldRow], *, by: Actor, opened: Opened | None = None) -> list[Shown]:
    """Return held rows as their page shows them."""
    around = _around(rows, by=by)
    return [_shown(row, around, opened) for row in rows if row.batch_id in around.files]


def _around(rows: list[HeldRow], *, by: Actor) -> Around:
    batches = intake.visible_to(by).filter(pk__in={row.batch_id for row in rows})
    unions = organisations.visible_to(by).filter(pk__in={row.union_id for row in rows if row.union_id})
    codes = {row.said["region"] for row in rows if row.said.get("region")}
    return Around(
        {each.pk: (each.file_name, form_of(each)) for each in batches},
        queries.candidates_of(rows, by=by),
        dict(unions.values_list("pk", "name")),
        regions.names_of(codes),
        queries.alike(rows, by=by),
    )


def _shown(row: HeldRow, around: Around, opened: Opened | None) -> Shown:
    file_name, form = around.files[row.batch_id]
    why = {each["id"]: each["why"] for each in row.candidates}
    people = [around.people[each] for each in row.person_ids if each in around.people]
    spells = {each.pk: memberships.open_primary_of(each) for each in people}
    refusal = deciding.why_not_new(row)
    return Shown(
        row=row,
        name=_name(row.said.get("name", ""), opened),
        file_name=file_name,
        batch_id=row.batch_id,
        whys=_whys(row, form),
        refused=_refused(row),
        beside=_beside(row, around),
        choices=[_choice(row, each, why[str(each.pk)], spells[each.pk], around, opened) for each in people],
        lines=list(_lines(row, people, spells, around, opened)),
        why_not_new=sentence(refusal) if refusal else "",
        asks_for_union=deciding.asks_for_union(row),
        is_open=row.status == Status.OPEN,
    )


def _name(name: str, opened: Opened | None) -> str:
    return name if opened is not None else masked_name(name)


def _whys(row: HeldRow, form: Form) -> list[tuple[str, str]]:
    """Return why the row is held; who reads this may know both sides, which the wording of the list's page may not tell."""
    return [
        (
            _(form.label_of(found["column"])),
            _(COMPARE) if found["code"] == ROLL_HELD else said_of(form, found["code"], found["params"]),
        )
        for found in row.findings
        if found["severity"] == "hold"
    ]


def _refused(row: HeldRow) -> str:
    """Return why the last decision was not carried out, empty where there was none."""
    found = REFUSALS.get(row.refused)
    return _(found.message) if found else ""


def _beside(row: HeldRow, around: Around) -> str:
    """Return which other rows of the list contradict this one, empty where none does."""
    others = [n for n in around.alike.get(row.alike, ()) if n != row.row] if row.alike else []
    if not others:
        return ""
    return _("Compare it with row %(rows)s of the same list.") % {"rows": _(", ").join(map(counted, others))}


def _choice(
    row: HeldRow,
    person: Person,
    why: str,
    spell: Membership | None,
    around: Around,
    opened: Opened | None,
) -> Choice:
    return Choice(person, _name(person.name, opened), _(WHY[why]), _then(row, spell, why, around))


def _then(row: HeldRow, spell: Membership | None, why: str, around: Around) -> str:
    """Return what "it is this person" would do beside taking what the row says."""
    said = []
    if why != NUMBER:
        said.append(_("The ID number on the register stands."))
    if spell is None and row.union_id is not None:
        said.append(
            _("Comes back onto the roll of %(union)s.") % {"union": around.unions.get(row.union_id, "")}
        )
    elif spell is not None and spell.organisation_id != row.union_id:
        said.append(
            _("Stays on the roll of %(union)s: a move needs a transfer.") % {"union": spell.organisation.name}
        )
    return " ".join(said)


def _lines(
    row: HeldRow,
    people: list[Person],
    spells: Mapping[UUID, Membership | None],
    around: Around,
    opened: Opened | None,
) -> Iterable[Line]:
    mine = _texts(row, around, (opened or {}).get(row.pk))
    theirs = [texts(each, (opened or {}).get(each.pk)) for each in people]
    unlike = {name for each in people for name in queries.unlike(row, each)}
    if any(spell is not None and spell.organisation_id != row.union_id for spell in spells.values()):
        unlike.add("roll")
    plain = set(SHOWN) - {*SECRET, "roll"}
    unlike |= {field for field in plain if any(_differs(mine[field], each[field]) for each in theirs)}
    for field in SHOWN:
        if mine[field] or any(each[field] for each in theirs):
            covered = opened is None and field in SECRET
            others = [Cell(each[field], covered) for each in theirs]
            yield Line(_(FIELDS[field]), [Cell(mine[field], covered, field in unlike), *others])


def _differs(mine: str, theirs: str) -> bool:
    """Tell whether the file says something else; a blank cell says nothing."""
    return bool(mine) and mine != theirs


def _texts(row: HeldRow, around: Around, opened: Mapping[str, str] | None) -> dict[str, str]:
    """Return what the file says in each field, masked unless ``opened`` is given."""
    said: dict[str, Any] = row.said
    secret = opened if opened is not None else masked(row, fields=SECRET)
    codes = {field: code_name(said.get("household" if field == "hukou" else field) or "", table)
        for field, table in CODES.items()}  # fmt: skip
    born = said.get("birth_on")
    union = around.unions.get(row.union_id, "") if row.union_id else said.get("union") or ""
    return {
        **codes,
        **{field: secret[field] for field in SECRET},
        "name": said.get("name", "") if opened is not None else masked_name(said.get("name", "")),
        "birth_on": day_text(date.fromisoformat(born)) if born else "",
        "region": around.regions.get(said.get("region") or "", ""),
        "employer": said.get("employer") or "",
        "roll": union,
    }
