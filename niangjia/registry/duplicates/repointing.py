"""The open pairs of a record that is taken up become pairs of the survivor; taken apart, they are as they were.

Where the survivor and the third have a pair already, the other one lapses, and its event says why. What was found of the
record that was taken up holds until one of the two records changes (``FoundBy.FORMER``): the finder may see less in the one
record that is left, for the values that were not chosen are gone from it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet

from niangjia.foundation import audit, workflow
from niangjia.foundation.actors import Actor
from niangjia.registry.duplicates import finding, register
from niangjia.registry.duplicates.finding import WHY
from niangjia.registry.duplicates.states import CHART, FoundBy, Status
from niangjia.registry.models import Merge, Organisation, Pair, Person

# Of a pair, what is put aside; its place is worked out anew, since a reorganisation may have come between.
ASIDE = (
    "first", "second", "first_print", "second_print", "found_by", "decision", "weight", "reasons", "differs", "refused",
)  # fmt: skip
SAME_PAIR = "same_pair_exists"
Told = dict[str, Any]


def naming(person: UUID) -> QuerySet[Pair]:
    """Return the pairs that name a record."""
    return Pair.objects.filter(Q(first=person) | Q(second=person))


def superiors(ids: Collection[UUID], also: Collection[str] = ()) -> set[UUID]:
    """Return the organisations at which pairs of these records with others may come to lie: their paths are copied.

    Args:
        also: paths of unions at which one of these records will lie again.
    """
    pairs = Pair.objects.filter(Q(first__in=ids) | Q(second__in=ids))
    named = {key for pair in pairs.values_list("first", "second") for key in pair} | set(ids)
    paths = dict(Person.objects.filter(pk__in=named).values_list("pk", "path"))
    mine = {paths[key] for key in ids if key in paths} | set(also)
    met = {_common(one, other) for one in mine for other in paths.values()}
    above = Organisation.objects.filter(path__in=met).values_list("pk", flat=True)
    return set(above) | set(pairs.values_list("organisation_id", flat=True))


def lock(ids: Collection[UUID]) -> None:
    """Lock every pair that names one of these records, in the order in which a search writes them, and before people.

    A merge changes several: one after the other, it and a search could wait for each other.
    """
    named = Pair.objects.filter(Q(first__in=ids) | Q(second__in=ids)).order_by("first", "second")
    list(named.select_for_update().values_list("pk"))


def repoint(merged: Merge, survivor: Person, *, by: Actor, at: datetime) -> list[Told]:
    """Let the open pairs of the absorbed record be the survivor's; return what they were, to be put back.

    The finder is asked about the two records that are left, for which the third is opened.
    """
    waiting = naming(merged.absorbed).filter(status=Status.OPEN).exclude(pk=merged.pair_id)
    return [_repointed(pair, merged, survivor, by=by, at=at) for pair in waiting.order_by("first", "second")]


def _repointed(pair: Pair, merged: Merge, survivor: Person, *, by: Actor, at: datetime) -> Told:
    was = {name: _plain(getattr(pair, name)) for name in ASIDE}
    third = pair.second if pair.first == merged.absorbed else pair.first
    place = _place(survivor.pk, third)
    first, second = sorted((survivor.pk, third))
    if place is None or Pair.objects.filter(first=first, second=second).exists():
        why = {} if place is None else {"refused": SAME_PAIR}
        workflow.fire(pair, "lapse", machine=CHART, by=by, at=at, **why)
        return {"pair": str(pair.pk), "was": was, "lapsed": True}
    now = _as_found_now(pair, [first, second], by=by, at=at)
    Pair.objects.filter(pk=pair.pk).update(first=first, second=second, **now, **place)
    pair.refresh_from_db()
    facts = {"from": merged.absorbed, "to": survivor.pk, "merge": merged.pk}
    audit.record("pair.repointed", by=by, at=at, subject=pair, persons=[survivor.pk, third], facts=facts)
    return {"pair": str(pair.pk), "was": was, "lapsed": False}


def _as_found_now(pair: Pair, ids: list[UUID], *, by: Actor, at: datetime) -> Told:
    """Return what there is to say of these two: by the finder, or where it finds nothing by what was found before."""
    secrets = register.opened(ids, by=by, at=at)
    rows = register.plain_of(ids).join(secrets, on="id", how="inner", maintain_order="left")
    counts = finding.as_counts(pair.counts)
    pairs, _ = finding.pairs_among(rows, counts)
    told: Told = {"found_by": FoundBy.RULES}
    if not pairs.height:
        pairs = finding.pairs_told(rows, pl.DataFrame({"row": [1], "other": [0]}), counts, why="")
        before = [each for each in pair.reasons if each not in WHY.values()]
        told = {"found_by": FoundBy.FORMER, "reasons": [*before, WHY[FoundBy.FORMER]]}
    (printed, printed_too) = register.prints(rows)
    said = finding.with_differences(pairs, rows, register.facts_of(ids))
    row = said.row(0, named=True) if said.height else {"differs": pair.differs}
    found = {name: row[name] for name in ("decision", "weight", "reasons", "differs") if name in row}
    return {**found, **told, "first_print": printed, "second_print": printed_too}


def put_back(merged: Merge, *, by: Actor, at: datetime) -> int:
    """Let the pairs be the absorbed record's again, now that it is there; return how many could not be.

    What was decided about one since stands. One that is being merged at this moment stays with the survivor.
    """
    told = {UUID(each["pair"]): each for each in merged.pairs}
    rows = Pair.objects.filter(pk__in=told).order_by("first", "second")
    return sum(not _put_back(pair, told[pair.pk], merged, by=by, at=at) for pair in rows)


def _put_back(pair: Pair, told: Told, merged: Merge, *, by: Actor, at: datetime) -> bool:
    if pair.status not in (Status.OPEN, Status.GONE, Status.DIFFERENT):
        return False
    was = told["was"]
    place = _place(UUID(was["first"]), UUID(was["second"]))
    Pair.objects.filter(pk=pair.pk).update(**was, **(place or {}))
    pair.refresh_from_db()
    if place is not None and pair.status == Status.GONE:
        workflow.fire(pair, "come_back", machine=CHART, by=by, at=at, refused="")
    elif place is None and pair.status == Status.OPEN:
        workflow.fire(pair, "lapse", machine=CHART, by=by, at=at)
    if not told["lapsed"]:
        facts = {"from": merged.survivor, "to": merged.absorbed, "merge": merged.pk}
        audit.record("pair.put_back", by=by, at=at, subject=pair, persons=pair.person_ids, facts=facts)
    return True


def _place(one: UUID, other: UUID) -> Told | None:
    """Return where a pair of these two lies; None where one is gone, or nobody stands above both."""
    people = list(Person.objects.filter(pk__in=[one, other]).values_list("path", "line_path"))
    if len(people) < 2:
        return None
    (path, line), (path_too, line_too) = people
    above = Organisation.objects.filter(path=_common(path, path_too)).first()
    if above is None:
        return None
    return {
        "organisation": above,
        "path": above.path,
        "line_path": _common(line or "", line_too or "") or None,
    }


def _common(one: str, other: str) -> str:
    """Return the longest path that two have in common, by whole steps; empty where there is none."""
    step = Organisation.steplen
    for end in range(min(len(one), len(other)), 0, -step):
        if one[:end] == other[:end]:
            return one[:end]
    return ""


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
