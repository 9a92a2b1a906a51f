"""The board, and the members that a figure of it counts, to be taken out: what makes the number and opens the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import DateField, QuerySet, Value
from django.utils.translation import gettext

from niangjia.core.codes import code_name, table
from niangjia.core.errors import Invalid
from niangjia.core.intake.fields import MEMBERS as FIELDS
from niangjia.core.roles import ROLL_READERS
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.tables import Asked, Cell, Column, Reading, Row, Table
from niangjia.insight.board import branches
from niangjia.insight.slices import rows_of, slice_of
from niangjia.registry.exports import known_persons, shown_name, shown_secrets
from niangjia.registry.models import Membership, Organisation, Person

# In the order of the template for intake, under the headings that intake knows.
WIDTHS = {"name": 14, "id_kind": 18, "id_number": 22, "phone": 16, "sex": 6, "born_on": 12, "ethnic": 10, "group": 16,
    "employer": 34, "employer_code": 22, "union": 34, "union_code": 22, "joined_on": 12, "region": 10, "education": 10,
    "work_status": 10, "household": 12}  # fmt: skip
LABELS = {field.name: field.label for field in FIELDS}
STATE, UNTIL = gettext_noop("State"), gettext_noop("Until")


class DayNeeded(Invalid):
    """A list of members stands for a day."""

    code = "day_needed"
    message = gettext_noop("Say for which day the list is meant.")


def _day(asked: Asked) -> date:
    try:
        return date.fromisoformat(asked.get("on", ""))
    except ValueError:
        raise DayNeeded from None


def _rows(asked: Asked, by: Actor) -> QuerySet[Membership]:
    return rows_of(slice_of(asked, on=_day(asked), by=by), by=by)


def _cells(spells: Sequence[Membership], reading: Reading) -> list[Row]:
    known = known_persons([spell.person_id for spell in spells], reading)
    secrets = shown_secrets(list(known.values()), reading)
    states = {status: str(label) for status, label in Membership.Status.choices}
    rows = []
    for spell in spells:
        person = known.get(spell.person_id)
        said = _of_person(person, secrets[person.pk], reading) if person else {}
        told = said | _of_spell(spell, person, reading)
        cells = [*(told.get(name) for name in WIDTHS), states[spell.status], spell.to_on]
        rows.append(Row(cells, spell.person_id))
    return rows


def _of_spell(spell: Membership, person: Person | None, reading: Reading) -> dict[str, Cell]:
    return {
        "name": shown_name(person.name if person else spell.name_then, reading),
        "group": code_name(spell.group, "worker_group", reading.language),
        "union": spell.organisation.name,
        "union_code": spell.organisation.credit_code,
        "joined_on": spell.from_on,
    }


def _of_person(person: Person, secrets: tuple[str, str], reading: Reading) -> dict[str, Cell]:
    language = reading.language
    return {
        "id_kind": code_name(person.id_kind, "id_kind", language),
        "id_number": secrets[0],
        "phone": secrets[1],
        "sex": code_name(person.sex, "sex", language),
        "born_on": person.birth_on if reading.uncovered else None,
        "ethnic": code_name(person.ethnic, "ethnic", language),
        "employer": person.employer.name if person.employer else None,
        "employer_code": person.employer.credit_code if person.employer else None,
        "region": person.region_id,
        "education": code_name(person.education, "education", language),
        "work_status": code_name(person.work_status, "work_status", language),
        "household": code_name(person.hukou, "hukou", language),
    }


MEMBERS = Table(
    name="members",
    label=gettext_noop("Members"),
    roles=ROLL_READERS,
    columns=(*(Column(LABELS[name], width) for name, width in WIDTHS.items()), Column(STATE, 10), Column(UNTIL, 12)),
    rows=_rows,
    cells=_cells,
    takes=("on", "under", "alone", "group", "since"),
    has_secrets=True,
)  # fmt: skip

GROUPS = tuple(code.code for code in table("worker_group"))
OWN_ROLL, STOOD_THEN = gettext_noop("on its own roll"), gettext_noop("stood here then")


def _branches(asked: Asked, by: Actor) -> QuerySet[Organisation]:
    on = _day(asked)
    keys = [row.organisation.pk for row in branches(by=by, on=on)]
    counted_on = Value(on, output_field=DateField())
    return Organisation.objects.filter(pk__in=keys).annotate(counted_on=counted_on)


def _figures(found: Sequence[Organisation], reading: Reading) -> list[Row]:
    if not found:
        return []
    on: date = found[0].counted_on  # type: ignore[attr-defined]
    asked, rows = {each.pk for each in found}, []
    for row in branches(by=reading.by, on=on):
        if row.organisation.pk in asked:
            part = OWN_ROLL if row.alone else "" if row.stands else STOOD_THEN
            of_group = [row.by_group.get(group, 0) for group in (*GROUPS, "")]
            about: list[Cell] = [
                on,
                row.organisation.name,
                row.organisation.code,
                gettext(part) if part else "",
            ]
            rows.append(Row([*about, row.total, *of_group]))
    return rows


BOARD = Table(
    name="board",
    label=gettext_noop("Members by branch and group"),
    roles=ROLL_READERS,
    columns=(
        Column(gettext_noop("Day"), 12),
        Column(gettext_noop("Branch"), 34),
        Column(gettext_noop("Union's code"), 20),
        Column(gettext_noop("Which part"), 14),
        Column(gettext_noop("All groups"), 10),
        *(Column(group, 12, table="worker_group") for group in GROUPS),
        Column(gettext_noop("Not recorded"), 12),
    ),
    rows=_branches,
    cells=_figures,
    order=("code",),
    takes=("on",),
)
