"""The unions that the rows of a list may name, and whether each lies in the scope of the office that hands it in."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from niangjia.foundation.actors import Scope
from niangjia.registry.models import Organisation

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


def scope_of(office: Organisation) -> Scope:
    """Return what the office may write to."""
    return Scope.below(office.path, line=office.leads_a_line)


def _is_in(scope: Scope, union: Organisation) -> bool:
    return scope.holds(union.line_path if scope.line else union.path)
