"""The unions that the rows of a list may name, and whether each lies in the scope of the office that hands it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import polars as pl
from django.db.models import Q, QuerySet

from niangjia.core.codes.unions import KEEP_A_ROLL
from niangjia.foundation.actors import Scope
from niangjia.registry.models import Organisation

# Among the options of a list of members: a name → the union that a clerk says it means, and the names that told none.
SAID, UNFOUND = "unions_said", "unions_unfound"
LISTED = {
    "id": pl.String,
    "code": pl.String,
    "name": pl.String,
    "path_text": pl.String,
    "in_scope": pl.Boolean,
}


def listed(scope: Scope) -> pl.DataFrame:
    """Return every union with whether it is in scope, as ``core.intake.unions.match`` takes them."""
    there = list(Organisation.objects.filter(ended_on__isnull=True).select_related("line").order_by("path"))
    names_by_path = {each.path: each.name for each in there}
    rows = [
        (str(each.pk), each.credit_code, each.name, path_text(each.path, names_by_path), _is_in(scope, each))
        for each in there
    ]
    return pl.DataFrame(rows, schema=LISTED, orient="row")


def path_text(path: str, names: Mapping[str, str]) -> str:
    """Return the names from the top down to ``path``, parted by "/"."""
    steps = range(Organisation.steplen, len(path) + 1, Organisation.steplen)
    return "/".join(names.get(path[:end], "") for end in steps)


def with_a_roll(scope: Scope) -> QuerySet[Organisation]:
    """Return the living unions in scope that have members of their own."""
    path = "line__path" if scope.line else "path"
    there = Organisation.objects.filter(ended_on__isnull=True, kind__in=KEEP_A_ROLL)
    return there.filter(**{f"{path}__gte": scope.lo, f"{path}__lt": scope.hi}).order_by("path")


def meant(said: Collection[str], scope: Scope) -> dict[str, Organisation]:
    """Return the unions with a roll that are meant by their codes or full names: a code goes before a name.

    A name that several unions bear means none of them.
    """
    named: dict[str, list[Organisation]] = {}
    coded: dict[str, list[Organisation]] = {}
    for each in with_a_roll(scope).filter(Q(code__in=said) | Q(credit_code__in=said) | Q(name__in=said)):
        named.setdefault(each.name, []).append(each)
        coded |= {code: [each] for code in (each.code, each.credit_code) if code}
    found = named | coded
    return {each: found[each][0] for each in said if len(found.get(each, ())) == 1}


class Placed(Protocol):
    """An office, or what copies its place: a federation that leads a line stands at the end of its own."""

    @property
    def path(self) -> str:
        """Where it stands."""

    @property
    def line_path(self) -> str | None:
        """Where the federation stands that leads it."""


def scope_of(office: Placed) -> Scope:
    """Return what the office may write to."""
    return Scope.below(office.path, line=office.line_path == office.path)


def _is_in(scope: Scope, union: Organisation) -> bool:
    return scope.holds(union.line_path if scope.line else union.path)
