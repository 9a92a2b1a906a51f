"""What of this layer can be taken out as a list; and who above is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.codes import code_name
from niangjia.core.masks import masked_name, masked_number, masked_phone
from niangjia.core.roles import ROLL_READERS
from niangjia.core.words import gettext_noop
from niangjia.foundation import notices, vault
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.models import Export
from niangjia.foundation.copies.tables import Asked, Cell, Column, Reading, Row, Table
from niangjia.registry import organisations, persons
from niangjia.registry.models import Organisation, Person

SECRETS = ("id_number", "phone")


def tell_superior(row: Export, *, by: Actor, at: datetime) -> None:
    """Tell the office above that a list was taken out; how many rows and why stands on its page."""
    office = Organisation.objects.get(pk=row.organisation_id)
    superior = organisations.parent_of(office)
    if superior is not None:
        notices.tell_office(superior.pk, "export_below", at=at, subject=row.pk)


def known_persons(keys: Sequence[Any], reading: Reading) -> Mapping[Any, Person]:
    """Return the persons of a page by key, without those whose record the reader may not see any more."""
    return persons.visible_to(reading.by).select_related("employer").in_bulk(list(keys))


def shown_name(name: str, reading: Reading) -> str:
    """Return a name, covered unless the reader asked for whole ones."""
    return name if reading.uncovered else masked_name(name)


def shown_secrets(rows: Sequence[Any], reading: Reading) -> dict[UUID, tuple[str, str]]:
    """Return number and phone of sealed rows of one table by their keys, covered unless the reader asked for whole ones."""
    if not rows:
        return {}
    messages, keys = [bytes(row.secrets) for row in rows], [row.pk for row in rows]
    opened = vault.open_many(
        messages, table=rows[0]._meta.db_table, row_ids=[key.bytes for key in keys], fields=SECRETS
    )
    numbers, phones = (opened[name] for name in SECRETS)
    if not reading.uncovered:
        numbers, phones = [masked_number(each) for each in numbers], [masked_phone(each) for each in phones]
    return dict(zip(keys, zip(numbers, phones, strict=True), strict=True))


def _organisations(asked: Asked, by: Actor) -> QuerySet[Organisation]:
    return organisations.visible_to(by).select_related("line")


def _cells(rows: Sequence[Organisation], reading: Reading) -> list[Row]:
    names = _names_above(rows, reading.by)
    return [Row(_organisation(each, names, reading.language)) for each in rows]


def _organisation(each: Organisation, names: Mapping[str, str], language: str) -> list[Cell]:
    return [
        each.code,
        each.credit_code or "",
        each.name,
        code_name(each.kind, "union_kind", language),
        code_name(each.level, "union_level", language),
        names.get(each.path[: -Organisation.steplen], ""),
        each.line.name if each.line else "",
        each.region_id,
        each.established_on,
        each.ended_on,
    ]


def _names_above(rows: Sequence[Organisation], by: Actor) -> dict[str, str]:
    above = {each.path[: -Organisation.steplen] for each in rows}
    return dict(organisations.visible_to(by).filter(path__in=above).values_list("path", "name"))


ORGANISATIONS = Table(
    name="organisations",
    label=gettext_noop("Unions"),
    roles=ROLL_READERS,
    columns=(
        Column(gettext_noop("Union's code"), 20),
        Column(gettext_noop("Credit code"), 22),
        Column(gettext_noop("Name"), 36),
        Column(gettext_noop("Kind of union")),
        Column(gettext_noop("Level")),
        Column(gettext_noop("The union above"), 36),
        Column(gettext_noop("Industry federation"), 30),
        Column(gettext_noop("Region"), 12),
        Column(gettext_noop("Established on"), 12),
        Column(gettext_noop("Ended on"), 12),
    ),
    rows=_organisations,
    cells=_cells,
    order=("path",),
)
