"""An office's tree and an order's lines, from the tables into the columns of ``core.reorganisation``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import Count

from niangjia.core.ids import uuid7
from niangjia.core.reorganisation.orders import LINES, PARTS, UNITS, Kind
from niangjia.core.reorganisation.refusals import Refused
from niangjia.core.reorganisation.steps import step_number
from niangjia.foundation.clocks.models import Clock
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import OVER, Status
from niangjia.registry.models import Employer, Membership, Officer, OrderLine, Organisation, Person, Posting
from niangjia.registry.reorganisation.following import shown_following

# The last step ever used right below each unit of a range.
STEPS = """SELECT left(path, length(path) - 4) AS above, max(right(path, 4)) FROM (
    SELECT path FROM registry_organisation WHERE path > %(lo)s AND path < %(hi)s UNION ALL
    SELECT path FROM registry_parenthood WHERE path > %(lo)s AND path < %(hi)s) every GROUP BY 1"""
FINISHED = (Status.COMMITTED, *OVER)


@dataclass(frozen=True)
class Tree:
    """The office and everything below it.

    Attributes:
        rows: by id.
        units: of ``UNITS``, the office first.
        counts: (id, path, persons, members, posts, officers, batches, what follows …, clocks): a unit's own.
    """

    office: Organisation
    rows: dict[str, Organisation]
    units: pl.DataFrame
    counts: pl.DataFrame

    @cached_property
    def by_path(self) -> dict[str, Organisation]:
        """Return the units by their path."""
        return {row.path: row for row in self.rows.values()}

    @cached_property
    def _living(self) -> dict[str, list[str]]:
        """Return code or name → ids of the living units; a code goes before a name."""
        coded: dict[str, list[str]] = {}
        named: dict[str, list[str]] = defaultdict(list)
        for pk, row in self.rows.items():
            if row.ended_on is None:
                coded |= {code: [pk] for code in (row.code, row.credit_code) if code}
                named[row.name].append(pk)
        return named | coded

    def find(self, said: str, *, also_office: bool) -> str | None:
        """Return the id of the living unit with this code or name; None where there is none, or more than one."""
        found = self._living.get(said.strip(), [])
        if len(found) != 1 or (found[0] == str(self.office.pk) and not also_office):
            return None
        return found[0]


def tree_of(office: Organisation) -> Tree:
    """Return the tree of ``office`` as it stands in this transaction."""
    below = Organisation.objects.filter(path__gte=office.path, path__lt=office.scope.hi).select_related(
        "line"
    )
    rows = {str(row.pk): row for row in below.order_by("path")}
    counts = _counts(office, list(rows.values()))
    steps = _steps(office)
    units = pl.DataFrame(
        {
            "id": list(rows),
            "path": [row.path for row in rows.values()],
            "kind": [row.kind for row in rows.values()],
            "level": [row.level for row in rows.values()],
            "code": [row.code for row in rows.values()],
            "name": [row.name for row in rows.values()],
            "ended": [row.ended_on is not None for row in rows.values()],
            "people": counts["bound"],
            "rosters": counts["open_batches"],
            "last_step": [step_number(steps.get(row.path, "")) for row in rows.values()],
        },
        schema=UNITS,
    )
    return Tree(office, rows, units, counts)


def _steps(office: Organisation) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(STEPS, {"lo": office.path, "hi": office.scope.hi})
        return dict(cursor.fetchall())


def _counts(office: Organisation, rows: list[Organisation]) -> pl.DataFrame:
    ids = [row.pk for row in rows]
    here = {"path__gte": office.scope.lo, "path__lt": office.scope.hi}
    open_spells = Membership.objects.filter(**here, to_on__isnull=True)
    batches = Batch.objects.filter(**here)
    by_name: dict[str, dict[UUID, int]] = {
        "persons": _by_unit(Person.objects.filter(**here)),
        "members": _by_unit(open_spells.filter(kind=Membership.Kind.PRIMARY, is_retained=False)),
        "spells": _by_unit(open_spells),
        "posts": _by_unit(Posting.objects.filter(organisation__in=ids, to_on__isnull=True)),
        "officers": _by_unit(Officer.objects.filter(**here, to_on__isnull=True)),
        "batches": _by_unit(batches),
        "open_batches": _by_unit(batches.exclude(status__in=FINISHED)),
    }
    bound = dict(by_name["spells"])
    clocks: dict[UUID, int] = {}
    for each in shown_following():
        by_name[each.name] = found = each.counts(ids, office.scope)
        if each.needs_roll:
            bound = {unit: bound.get(unit, 0) + found.get(unit, 0) for unit in bound.keys() | found.keys()}
        if each.waits:
            clocks = _clocks(each.rows(), each.columns[0], ids, clocks)
    columns = by_name | {"bound": bound, "clocks": clocks}
    return pl.DataFrame(
        {"id": [str(pk) for pk in ids], "path": [row.path for row in rows]}
        | {name: pl.Series([of.get(pk, 0) for pk in ids], dtype=pl.Int64) for name, of in columns.items()}
    )


def _by_unit(rows: Any) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("organisation_id").annotate(n=Count("pk")))


def _clocks(rows: Any, column: str, ids: list[UUID], before: dict[UUID, int]) -> dict[UUID, int]:
    """Return by union how many clocks run for its rows, added to ``before``."""
    subjects = dict(rows.filter(**{f"{column}__in": ids}).values_list("pk", column))
    running = Clock.objects.filter(subject_id__in=list(subjects), ended_at__isnull=True)
    for subject in running.values_list("subject_id", flat=True):
        before[subjects[subject]] = before.get(subjects[subject], 0) + 1
    return before


@dataclass(frozen=True)
class Read:
    """An order's lines as columns, and what in them is nothing here.

    Attributes:
        employers: (line, employer): whose members go to what a split founds.
    """

    lines: pl.DataFrame
    parts: pl.DataFrame
    employers: pl.DataFrame
    refusals: tuple[Refused, ...]


def read(lines: Iterable[OrderLine], tree: Tree) -> Read:
    """Return lines as columns; a line that names what is not there is refused and left out."""
    rows: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    employers: list[dict[str, Any]] = []
    refused: list[Refused] = []
    for line in lines:
        unit = tree.find(line.unit, also_office=False)
        target = tree.find(line.target, also_office=True) if line.target else None
        children = {said: tree.find(said, also_office=False) for said in line.parts}
        firms = {said: _employer(said, unit) for said in line.employers}
        wrong = [Refused(line.number, "unknown_unit", {"said": line.unit})] if unit is None else []
        if target is None and (line.target or line.kind != Kind.SPLIT):
            wrong.append(Refused(line.number, "unknown_target", {"said": line.target}))
        wrong += [
            Refused(line.number, "unknown_unit", {"said": said})
            for said, at in children.items()
            if at is None
        ]
        wrong += [
            Refused(line.number, "unknown_employer", {"said": said})
            for said, at in firms.items()
            if at is None
        ]
        if line.kind == Kind.SPLIT and not children and not firms:
            wrong.append(Refused(line.number, "nothing_to_split"))
        refused += wrong
        if wrong:
            continue
        new = str(uuid7()) if line.kind == Kind.SPLIT else None
        named = {"name": line.new_name, "code": line.new_code} if new else {}
        rows.append(
            {"line": line.number, "kind": line.kind, "unit": unit, "target": target, "new": new, **named}
        )
        parts += [{"line": line.number, "unit": at} for at in children.values()]
        employers += [{"line": line.number, "employer": str(at)} for at in firms.values()]
    return Read(
        pl.DataFrame(rows, schema=LINES),
        pl.DataFrame(parts, schema=PARTS),
        pl.DataFrame(employers, schema={"line": pl.Int64, "employer": pl.String}),
        tuple(refused),
    )


def _employer(said: str, unit: str | None) -> UUID | None:
    """Return the employer of this code or name that has members at the unit."""
    if unit is None:
        return None
    text = said.strip()
    here = Person.objects.filter(organisation_id=unit, employer__isnull=False).values("employer_id")
    found = Employer.objects.filter(pk__in=here)
    by_code = found.filter(credit_code=text) if len(text) == 18 else found.none()
    keys = list((by_code or found.filter(name=text)).values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None
