"""Scope as a range over a copied path: what every ``visible_to`` of a scoped table is made of."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from niangjia.foundation.actors import Actor, Scope

M = TypeVar("M", bound=Model)


def within(rows: QuerySet[M], actor: Actor, *, person: str | None = None) -> QuerySet[M]:
    """Return the rows that lie in the actor's scope.

    Args:
        rows: of a model with ``path`` and ``line_path``.
        actor: an office sees its subtree, a federation's office its line, the system all, others nothing.
        person: the column by which a worker sees the own rows; None shows a worker nothing.
    """
    if actor.is_system:
        return rows
    if actor.scope is not None:
        return within_scope(rows, actor.scope)
    if person and actor.person_id is not None:
        return rows.filter(**{person: actor.person_id})
    return rows.none()


def within_scope(rows: QuerySet[M], scope: Scope) -> QuerySet[M]:
    """Return the rows whose place lies in ``scope``."""
    column = "line_path" if scope.line else "path"
    return rows.filter(**{f"{column}__gte": scope.lo, f"{column}__lt": scope.hi})
