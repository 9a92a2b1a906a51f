"""Lists that can be taken out: each is declared beside what it reads, and made known in ``config/wiring.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model, QuerySet

from niangjia.core.errors import NotFound
from niangjia.core.roles import Role
from niangjia.foundation.actors import Actor

Cell = str | int | date | None
Asked = Mapping[str, str]
Key = tuple[Any, ...]


class Reading(NamedTuple):
    """For whom rows are read, whether numbers and names are whole, and in which language codes are named."""

    by: Actor
    uncovered: bool
    language: str


class Row(NamedTuple):
    """One line of an export, and whom it is about, if anybody."""

    cells: Sequence[Cell]
    person: UUID | None = None


@dataclass(frozen=True)
class Column:
    """One column: its heading (an English msgid, or a code of ``table``) and how wide it is, in characters."""

    heading: str
    width: int = 14
    table: str = ""


@dataclass(frozen=True)
class Table:
    """One list.

    Attributes:
        label: an English msgid.
        roles: who may take it out at all, of those who may see it.
        rows: the query, of what was asked and for whom; it starts at ``visible_to``.
        order: the fields of an index of ``rows`` that tell each row apart; ``path`` is the actor's own column of paths.
        cells: of one page of ``rows``.
        takes: what may be asked, of the texts in an address.
        has_secrets: whether there is anything in it to uncover.
    """

    name: str
    label: str
    roles: frozenset[Role]
    columns: Sequence[Column]
    rows: Callable[[Asked, Actor], QuerySet[Any]]
    cells: Callable[[Sequence[Any], Reading], Sequence[Row]]
    order: tuple[str, ...] = ("path", "pk")
    takes: tuple[str, ...] = ()
    has_secrets: bool = False

    def asked(self, told: Mapping[str, Any]) -> dict[str, str]:
        """Return what of ``told`` this list can be narrowed to."""
        return {name: str(told[name]) for name in self.takes if told.get(name)}

    def page(self, asked: Asked, after: Key | None, size: int, *, by: Actor) -> list[Model]:
        """Return at most ``size`` rows that come after the one with the key ``after``."""
        rows = self.rows(asked, by)
        fields = self._fields(rows.model, by)
        if after is not None:
            rows = rows.filter(**{f"{fields[0]}__gte": after[0]})
            rows = rows.exclude(**_up_to(fields, after))
        return list(rows.order_by(*fields)[:size])

    def key_of(self, row: Model, *, by: Actor) -> Key:
        """Return the key of a row: see ``page``."""
        return tuple(getattr(row, field) for field in self._fields(type(row), by))

    def _fields(self, model: type[Model], by: Actor) -> tuple[str, ...]:
        """Return the order of the rows: of an office that leads a line by that line, where they lie in one."""
        has_line = any(field.name == "line_path" for field in model._meta.concrete_fields)
        by_line = has_line and by.scope is not None and by.scope.line
        return tuple("line_path" if field == "path" and by_line else field for field in self.order)


def _up_to(fields: tuple[str, ...], key: Key) -> dict[str, Any]:
    """Return the condition of the rows that have been read, among those that begin as the last one did."""
    return {**dict(zip(fields[:-1], key[:-1], strict=True)), f"{fields[-1]}__lte": key[-1]}


_tables: dict[str, Table] = {}


def register(declared: Table) -> None:
    """Make a list known under its name."""
    _tables[declared.name] = declared


def table(name: str) -> Table:
    """Return one list.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in _tables:
        raise NotFound
    return _tables[name]


def names() -> tuple[str, ...]:
    """Return the names of all lists."""
    return tuple(_tables)
