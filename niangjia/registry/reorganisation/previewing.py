"""The preview of an order: what it comes to, counted before anything is written, or all that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import polars as pl

from niangjia.core.reorganisation.checking import ordered, reordered
from niangjia.core.reorganisation.orders import ENDING, Kind, Outcome
from niangjia.core.reorganisation.refusals import Refused
from niangjia.foundation import parameters
from niangjia.registry.models import Membership, OrderLine, Organisation, Parenthood, ReorganisationOrder
from niangjia.registry.reorganisation.following import all_following, shown_following
from niangjia.registry.reorganisation.trees import Read, Tree, read, tree_of

FEWEST_DRIFT = 20  # members: in a small unit a share is nobody


@dataclass(frozen=True)
class Preview:
    """What an order comes to as things stand.

    Attributes:
        told: as it is kept with the order; empty where something is refused.
    """

    tree: Tree
    read: Read
    outcome: Outcome
    told: dict[str, Any]

    @property
    def refusals(self) -> tuple[Refused, ...]:
        """Return all that is wrong, by line."""
        return self.outcome.refusals


def counted_names() -> tuple[str, ...]:
    """Return what is counted, in the order in which it is shown."""
    return (
        "persons",
        "spells",
        "posts",
        "officers",
        *(each.name for each in shown_following()),
        "clocks",
        "batches",
    )


def preview(order: ReorganisationOrder, *, on: date) -> Preview:
    """Return the preview of ``order`` on the day ``on``; nothing is written."""
    office = Organisation.objects.select_related("line").get(pk=order.organisation_id)
    tree = tree_of(office)
    lines = list(OrderLine.objects.filter(order=order))
    said = read(lines, tree)
    outcome = reordered(tree.units, said.lines, said.parts)
    more = [*said.refusals, *_dates(order, said, tree, outcome, on=on), *_clashes(said, tree), *_codes(said)]
    if not lines:
        more.append(Refused(0, "no_lines"))
    if office.ended_on is not None:
        more.append(Refused(0, "moved_on"))
    if more:
        outcome = Outcome(outcome.units.clear(), ordered([*outcome.refusals, *more]))
    told = {} if outcome.refusals else _told(tree, said, outcome)
    return Preview(tree, said, outcome, told)


def _dates(
    order: ReorganisationOrder, said: Read, tree: Tree, outcome: Outcome, *, on: date
) -> list[Refused]:
    """A unit cannot leave a place before it came there, and closed months stay as they are."""
    back = parameters.at(on).reorganisation_back_days
    effective = order.effective_on
    found = []
    if effective < on - timedelta(days=back):
        found.append(Refused(0, "closed_past", {"days": back, "on": (on - timedelta(days=back)).isoformat()}))
    rooted = {
        unit: line
        for line, unit in said.lines.filter(pl.col("kind") != Kind.SPLIT).select("line", "unit").rows()
    }
    rooted |= {unit: line for line, unit in said.parts.select("line", "unit").rows()}
    came = Parenthood.objects.filter(organisation__in=rooted, to_on__isnull=True, from_on__gte=effective)
    for unit, since in came.values_list("organisation", "from_on"):
        named = {"unit": tree.rows[str(unit)].name, "on": effective.isoformat(), "since": since.isoformat()}
        found.append(Refused(rooted[str(unit)], "too_early", named))
    return found + _targets_before_they_were(said, tree, effective)


def _targets_before_they_were(said: Read, tree: Tree, effective: date) -> list[Refused]:
    """Nothing can come to a unit on a day before it was founded."""
    rows = said.lines.drop_nulls("target").select("line", "target").iter_rows()
    found = []
    for line, target in rows:
        unit = tree.rows[target]
        if unit.established_on > effective:
            since = unit.established_on.isoformat()
            named = {"unit": unit.name, "on": effective.isoformat(), "since": since}
            found.append(Refused(line, "too_early", named))
    return found


def _clashes(said: Read, tree: Tree) -> list[Refused]:
    found = []
    ending = said.lines.filter(pl.col("kind").is_in([kind.value for kind in ENDING]))
    for line, unit, target in ending.select("line", "unit", "target").iter_rows():
        for each in all_following():
            n = each.clashes(UUID(unit), UUID(target)) if each.clashes else 0
            if n:
                named = {"unit": tree.rows[unit].name, "target": tree.rows[target].name, "n": n}
                found.append(Refused(line, "asked_twice", named))
    return found


def _codes(said: Read) -> list[Refused]:
    """Codes are taken far beyond the office's own tree."""
    splits = said.lines.filter(kind=Kind.SPLIT.value)
    taken = set(Organisation.objects.filter(code__in=splits["code"].to_list()).values_list("code", flat=True))
    rows = splits.select("line", "code").iter_rows()
    return [Refused(line, "code_taken", {"code": code}) for line, code in rows if code in taken]


def _told(tree: Tree, said: Read, outcome: Outcome) -> dict[str, Any]:
    lines = [_line(tree, said, row) for row in said.lines.iter_rows(named=True)]
    names = counted_names()
    return {
        "print": _print(tree, said),
        "lines": lines,
        "counts": {name: sum(line["counts"][name] for line in lines) for name in ("units", *names)},
        "branches": _branches(tree, said, outcome),
        "units": _units(tree, said, outcome),
    }


def _line(tree: Tree, said: Read, row: dict[str, Any]) -> dict[str, Any]:
    """Return one line with what it moves: everything below a unit, or what is a unit's own."""
    line, unit, kind = row["line"], tree.rows[row["unit"]], row["kind"]
    superior = _superior(tree, unit)
    moving = _moving(tree, said, line, unit, kind)
    counts = {name: int(moving[name].sum()) for name in counted_names()} | {"units": moving.height}
    if kind == Kind.SPLIT:
        going = _going(said, line, row["unit"])
        counts |= {"persons": counts["persons"] + going, "spells": counts["spells"] + going}
    return {
        "line": line,
        "kind": kind,
        "unit": unit.name,
        "code": unit.code,
        "target": tree.rows[row["target"]].name if row["target"] else superior.name,
        "superior": superior.name,
        "name": row["name"] or "",
        "counts": counts,
        "posts": _posts(unit) if kind in (Kind.MERGE, Kind.DISSOLVE) else [],
    }


def _moving(tree: Tree, said: Read, line: int, unit: Organisation, kind: str) -> pl.DataFrame:
    here = pl.col("path")
    if kind == Kind.SPLIT:
        parts = said.parts.filter(line=line)["unit"].to_list()
        below = [here.str.starts_with(tree.rows[part].path) for part in parts]
        return tree.counts.filter(pl.any_horizontal(below)) if below else tree.counts.clear()
    return tree.counts.filter(here == unit.path if kind == Kind.DISSOLVE else here.str.starts_with(unit.path))


def going_of(said: Read, line: int, unit: str) -> Any:
    """Return the open spells at a unit of members whom a split's named employers employ."""
    employers = said.employers.filter(line=line)["employer"].to_list()
    return Membership.objects.filter(organisation_id=unit, to_on__isnull=True, person__employer__in=employers)


def _going(said: Read, line: int, unit: str) -> int:
    return int(going_of(said, line, unit).count())


def _posts(unit: Organisation) -> list[str]:
    """Return who holds a post there: the names that they are shown under."""
    posts = unit.postings.filter(to_on__isnull=True).order_by("pk")
    return [f"{post.shown_name or post.title or '—'} ({post.role})" for post in posts]


def _superior(tree: Tree, unit: Organisation) -> Organisation:
    return tree.by_path[unit.path[: -Organisation.steplen]]


def _branches(tree: Tree, said: Read, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the members by what stands right below the office, before and after; the office's own roll comes first."""
    after = dict(zip(tree.counts["id"], tree.counts["members"], strict=True))
    for line, unit, target, kind, new in said.lines.select(
        "line", "unit", "target", "kind", "new"
    ).iter_rows():
        if kind in ENDING:
            after[target] += after[unit]
            after[unit] = 0
        elif new:
            going = int(
                going_of(said, line, unit).filter(kind=Membership.Kind.PRIMARY, is_retained=False).count()
            )
            after[new], after[unit] = going, after[unit] - going
    depth = len(tree.office.path) + Organisation.steplen
    rows = outcome.units.select(
        "id", before=pl.col("path").str.slice(0, depth), after=pl.col("new_path").str.slice(0, depth)
    ).with_columns(
        n=pl.Series([after.get(pk, 0) for pk in outcome.units["id"]], dtype=pl.Int64),
        was=pl.Series(
            [*tree.counts["members"].to_list(), *[0] * (outcome.units.height - tree.counts.height)],
            dtype=pl.Int64,
        ),
    )
    was = dict(rows.drop_nulls("before").group_by("before").agg(pl.col("was").sum()).rows())
    now = dict(rows.group_by("after").agg(pl.col("n").sum()).rows())
    named = {pk: row.name for pk, row in tree.rows.items()}
    named |= dict(said.lines.drop_nulls("new").select("new", "name").rows())
    names = {row.path: row.name for row in tree.rows.values()}
    names |= {path: named[pk] for pk, path in outcome.units.select("id", "new_path").iter_rows()}
    return [
        {"name": names[path], "before": was.get(path, 0), "after": now.get(path, 0)}
        for path in sorted(was.keys() | now.keys())
    ]


def _units(tree: Tree, said: Read, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the units that get another superior, are founded or end: their superiors before and after."""
    names = {pk: row.name for pk, row in tree.rows.items()} | dict(
        said.lines.drop_nulls("new").select("new", "name").rows()
    )
    found = []
    for pk, superior, ends, founded in outcome.units.select("id", "superior", "ends", "founded").iter_rows():
        row = tree.rows.get(pk)
        before = str(_superior(tree, row).pk) if row is not None and pk != str(tree.office.pk) else None
        if ends is None and founded is None and before == superior:
            continue
        found.append(
            {
                "name": names[pk],
                "before": names[before] if before else "",
                "after": "" if ends is not None else names[superior],
                "ends": ends is not None,
                "founded": founded is not None,
            }
        )
    return found


def _print(tree: Tree, said: Read) -> str:
    """Return a print of every unit that the order names, as it stands: of another tree it is another."""

    def facts(pk: str | None) -> list[Any] | None:
        row = tree.rows.get(pk or "")
        return [str(row.pk), row.path, row.kind, row.level] if row else None

    named = [
        [row["line"], row["kind"], facts(row["unit"]), facts(row["target"]), row["name"], row["code"]]
        for row in said.lines.iter_rows(named=True)
    ]
    parts = [[line, facts(unit)] for line, unit in said.parts.iter_rows()]
    ends = [
        [
            facts(str(row.pk))
            for row in tree.rows.values()
            if row.path[: -Organisation.steplen] == tree.rows[unit].path
        ]
        for unit in said.lines.filter(pl.col("kind").is_in([kind.value for kind in ENDING]))["unit"].to_list()
    ]
    text = json.dumps([named, parts, said.employers.rows(), ends], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stale(signed: dict[str, Any], now: Preview, *, on: date) -> tuple[Refused, ...]:
    """Return why what was signed cannot be carried out as things stand now; nothing where it can."""
    if now.refusals:
        return now.refusals
    if signed["print"] != now.told["print"]:
        return (Refused(0, "moved_on"),)
    before, after = signed["counts"]["spells"], now.told["counts"]["spells"]
    if abs(after - before) > max(FEWEST_DRIFT, before * parameters.at(on).reorganisation_drift):
        return (Refused(0, "counts_moved", {"before": before, "now": after}),)
    return ()
