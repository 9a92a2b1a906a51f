"""The members that a figure counts, to be taken out: the same slice that makes the number and opens the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from niangjia.core.codes import code_name
from niangjia.core.errors import Invalid
from niangjia.core.intake.fields import MEMBERS as FIELDS
from niangjia.core.roles import ROLL_READERS
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.tables import Asked, Cell, Column, Reading, Row, Table
from niangjia.insight.slices import rows_of, slice_of
from niangjia.registry.exports import known_persons, shown_name, shown_secrets
from niangjia.registry.models import Membership, Person

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


def _rows(asked: Asked, by: Actor) -> QuerySet[Membership]:
    try:
        on = date.fromisoformat(asked.get("on", ""))
    except ValueError:
        raise DayNeeded from None
    return rows_of(slice_of(asked, on=on, by=by), by=by)


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
