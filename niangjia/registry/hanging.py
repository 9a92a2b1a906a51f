"""Everything that hangs on a person: every table with a column that names one, whichever feature it belongs to.

A model is found by its foreign key, as every model that inherits ``OfPerson`` has one: a later feature is covered by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from niangjia.registry.models import IdentityToken, Person

PRINTED = 'SELECT x.{key}::text, hash_record_extended(x, 0) FROM {table} x WHERE x."{column}" = %s ORDER BY 1'
MOVED = 'UPDATE {table} x SET "{column}" = %s WHERE x."{column}" = %s AND x.{key}::text = ANY(%s)'
COUNTED = 'SELECT count(*) FROM {table} x WHERE x."{column}" = %s'
MAY_READ = "SELECT has_table_privilege(current_user, %s, 'SELECT')"


@dataclass(frozen=True)
class Naming:
    """One column of one table that names a person."""

    model: type[Model]
    column: str

    @property
    def table(self) -> str:
        """Return the table's name."""
        return self.model._meta.db_table

    def said(self, statement: str) -> str:
        """Return a statement about this column."""
        key = self.model._meta.pk
        assert key is not None
        return statement.format(table=self.table, column=self.column, key=key.column)


def naming(model: type[Model], *, but: frozenset[type[Model]] = frozenset()) -> list[Naming]:
    """Return every column that names a row of ``model``, apart from those of the models in ``but``."""
    relations = [
        each
        for each in model._meta.get_fields(include_hidden=True)
        if each.auto_created and not each.concrete
    ]
    found: list[Any] = [each for each in relations if each.related_model not in but]
    return [Naming(each.related_model, each.field.column) for each in found]


def columns() -> list[Naming]:
    """Return the columns by which rows hang on a person; the tokens are no rows of their own."""
    return naming(Person, but=frozenset({IdentityToken}))


def prints(where: Naming, person: UUID) -> dict[str, int]:
    """Return the rows of one table that hang on ``person``, each with the hash of all that stands in it."""
    with connection.cursor() as cursor:
        cursor.execute(where.said(PRINTED), [person])
        return dict(cursor.fetchall())


def move(where: Naming, rows: Iterable[str], *, to: UUID, of: UUID) -> int:
    """Hang some rows on another person; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(where.said(MOVED), [to, of, list(rows)])
        return cursor.rowcount


def counts_to_see(person: UUID) -> dict[str, int]:
    """Return how many rows hang on ``person``, by model: of those tables and rows that the acting role may read."""
    counted = {}
    for where in columns():
        with connection.cursor() as cursor:
            cursor.execute(MAY_READ, [where.table])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(where.said(COUNTED), [person])
            counted[where.model._meta.label_lower] = cursor.fetchone()[0]
    return {label: n for label, n in counted.items() if n}
