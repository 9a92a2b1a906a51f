"""Units at their new places: the tree, its past, every copied path and the figures, by sets, in the current transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.core.ids import uuid7
from niangjia.registry.deltas import BY_DAY
from niangjia.registry.models.organisations import LINE_KINDS
from niangjia.registry.reorganisation.walk import copies


@dataclass(frozen=True)
class Placed:
    """One unit whose path, or that of the federation which leads it, changes."""

    id: str
    old_path: str
    new_path: str
    old_superior: str | None
    new_superior: str | None
    old_line: str | None  # ids
    new_line: str | None


# The paths of the federation that leads a unit, before and after, as ``Organisation.line_path`` gives them.
STAGE = """CREATE TEMP TABLE registry_placed (id uuid PRIMARY KEY, old_path text COLLATE "C" NOT NULL,
    new_path text COLLATE "C" NOT NULL, superior uuid, line_id uuid, old_line text COLLATE "C", new_line text COLLATE "C")
    ON COMMIT DROP"""
FILL = """INSERT INTO registry_placed (id, old_path, new_path, superior, line_id)
    SELECT * FROM unnest(%(ids)s::uuid[], %(old)s::text[], %(new)s::text[], %(superiors)s::uuid[], %(lines)s::uuid[])"""
LEADS = f"o.kind IN ({', '.join(repr(kind) for kind in sorted(LINE_KINDS))})"
# Units elsewhere keep their place, but a federation that leads them may be among those that move.
ELSEWHERE = f"""INSERT INTO registry_placed (id, old_path, new_path, superior, line_id)
    SELECT o.id, o.path, o.path, NULL, o.line_id FROM registry_organisation o JOIN registry_placed p ON p.id = o.line_id
    WHERE NOT {LEADS} AND NOT EXISTS (SELECT 1 FROM registry_placed q WHERE q.id = o.id)"""
OLD_LINES = f"""UPDATE registry_placed p SET old_line = CASE WHEN {LEADS} THEN o.path ELSE l.path END
    FROM registry_organisation o LEFT JOIN registry_organisation l ON l.id = o.line_id WHERE o.id = p.id"""
NEW_LINES = f"""UPDATE registry_placed p SET new_line = CASE WHEN {LEADS} THEN o.path ELSE l.path END
    FROM registry_organisation o LEFT JOIN registry_organisation l ON l.id = o.line_id WHERE o.id = p.id"""
TREE = """UPDATE registry_organisation o SET path = p.new_path, depth = length(p.new_path) / 4, line_id = p.line_id
    FROM registry_placed p WHERE o.id = p.id AND (o.path <> p.new_path OR o.line_id IS DISTINCT FROM p.line_id)"""
CHILDREN = """UPDATE registry_organisation o SET numchild = (SELECT count(*) FROM registry_organisation c
    WHERE c.path > o.path AND c.path < o.path || '~' AND c.depth = o.depth + 1) WHERE o.id = ANY(%(superiors)s::uuid[])"""
COPIES = """UPDATE {table} t SET path = p.new_path, line_path = p.new_line FROM registry_placed p
    WHERE t.path = p.old_path AND (p.old_path <> p.new_path OR p.old_line IS DISTINCT FROM p.new_line)"""
# What stood at the old place on each day stands at the new one from the effective day on; earlier days keep their sums.
DELTAS = f"""WITH stood AS (
        SELECT d.measure, p.id, p.old_path, p.new_path, p.old_line, p.new_line, d.region_code, d."group",
            greatest(d.day, %(since)s) AS day, sum(d.n) AS n
        FROM {BY_DAY} d JOIN registry_placed p ON d.path = p.old_path
        WHERE (p.old_path <> p.new_path OR p.old_line IS DISTINCT FROM p.new_line)
            AND d.line_path IS NOT DISTINCT FROM p.old_line
        GROUP BY d.measure, p.id, p.old_path, p.new_path, p.old_line, p.new_line, d.region_code, d."group", 9
        HAVING sum(d.n) <> 0)
    INSERT INTO registry_delta (measure, organisation_id, path, line_path, region_code, "group", day, n, source)
    SELECT measure, id, old_path, old_line, region_code, "group", day, -n, %(source)s FROM stood
    UNION ALL SELECT measure, id, new_path, new_line, region_code, "group", day, n, %(source)s FROM stood"""
CLEAR = "DROP TABLE registry_placed"


def place(placed: Iterable[Placed], *, since: date, source: UUID) -> None:
    """Put units at their new places, and all rows that carry their paths with them.

    Args:
        since: the first day of which the figures are those of the new place.
        source: the order, for the figures.
    """
    rows = list(placed)
    superiors = {each.old_superior for each in rows} | {each.new_superior for each in rows}
    params: dict[str, Any] = {
        "ids": [each.id for each in rows],
        "old": [each.old_path for each in rows],
        "new": [each.new_path for each in rows],
        "lines": [each.new_line for each in rows],
        "superiors": [each.new_superior for each in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute(FILL, params)
        cursor.execute(ELSEWHERE)
        cursor.execute(OLD_LINES)
        cursor.execute(TREE)
        cursor.execute(NEW_LINES)
        cursor.execute(CHILDREN, {"superiors": [each for each in superiors if each]})
        cursor.execute("ANALYZE registry_placed")
        for table in copies():
            cursor.execute(COPIES.format(table=table))
        cursor.execute(DELTAS, {"since": since, "source": source})
        cursor.execute(CLEAR)


CLOSE = """UPDATE registry_parenthood h SET to_on = %(on)s FROM unnest(%(ids)s::uuid[]) u(id)
    WHERE h.organisation_id = u.id AND h.to_on IS NULL AND h.from_on < %(on)s RETURNING h.organisation_id, h.id"""
# Founded on the day itself or later: nothing to close, the place of that day is the new one.
CORRECT = """UPDATE registry_parenthood h SET path = o.path FROM registry_organisation o
    WHERE o.id = ANY(%(ids)s::uuid[]) AND h.organisation_id = o.id AND h.to_on IS NULL AND h.path <> o.path"""
OPEN = """INSERT INTO registry_parenthood (id, organisation_id, parent_id, path, from_on, document_number)
    SELECT u.id, u.unit, u.superior, o.path, %(on)s, %(number)s
    FROM unnest(%(keys)s::uuid[], %(units)s::uuid[], %(superiors)s::uuid[]) u(id, unit, superior)
    JOIN registry_organisation o ON o.id = u.unit"""


def change_parenthoods(placed: Iterable[Placed], *, on: date, number: str) -> list[tuple[UUID, UUID]]:
    """Close the parenthoods of units that have moved and open new ones; return pairs (closed, opened)."""
    moved = {each.id: each.new_superior for each in placed if each.old_path != each.new_path}
    params: dict[str, Any] = {"ids": list(moved), "on": on, "number": number}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, params)
        closed = cursor.fetchall()
        params["keys"] = [uuid7() for _ in closed]
        params["units"] = [unit for unit, _ in closed]
        params["superiors"] = [moved[str(unit)] for unit, _ in closed]
        cursor.execute(OPEN, params)
        cursor.execute(CORRECT, params)
    return [(pk, key) for (_, pk), key in zip(closed, params["keys"], strict=True)]


def restore_parenthoods(pairs: Iterable[tuple[UUID, UUID]], placed: Iterable[Placed]) -> None:
    """Take back what ``change_parenthoods`` did, after the units are where they were."""
    both = list(pairs)
    params: dict[str, Any] = {
        "opened": [opened for _, opened in both],
        "closed": [closed for closed, _ in both],
        "ids": [each.id for each in placed],
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_parenthood WHERE id = ANY(%(opened)s::uuid[])", params)
        cursor.execute(
            "UPDATE registry_parenthood SET to_on = NULL WHERE id = ANY(%(closed)s::uuid[])", params
        )
        cursor.execute(CORRECT, params)


def as_kept(placed: Iterable[Placed]) -> list[dict[str, Any]]:
    """Return places as they are kept with the order."""
    return [asdict(each) for each in placed]


def back(kept: Iterable[dict[str, Any]]) -> list[Placed]:
    """Return kept places the other way round."""
    return [
        Placed(
            each["id"],
            each["new_path"],
            each["old_path"],
            each["new_superior"],
            each["old_superior"],
            each["new_line"],
            each["old_line"],
        )
        for each in kept
    ]
