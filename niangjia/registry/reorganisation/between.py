"""What lies at the common superior of two records: placed anew where an order has changed who that is."""

from __future__ import annotations

from django.db import connection

from niangjia.foundation.actors import Scope
from niangjia.registry.duplicates.states import Status

# A step of the tree at a time, as the search for pairs has it; a pair of two trees stays where it is.
SHARED = """(SELECT max(left(a.{column}, 4 * k)) FROM generate_series(1, length(a.{column}) / 4) k
    WHERE length(b.{column}) >= 4 * k AND left(a.{column}, 4 * k) = left(b.{column}, 4 * k))"""
PLACED = f"""UPDATE registry_pair r SET path = n.path, line_path = n.line_path, organisation_id = o.id
    FROM (SELECT p.id, {SHARED.format(column="path")} AS path, {SHARED.format(column="line_path")} AS line_path
        FROM registry_pair p JOIN registry_person a ON a.id = p.first JOIN registry_person b ON b.id = p.second
        WHERE p.status = ANY(%(undecided)s) AND ((a.path >= %(lo)s AND a.path < %(hi)s)
            OR (b.path >= %(lo)s AND b.path < %(hi)s))) n
    JOIN registry_organisation o ON o.path = n.path
    WHERE r.id = n.id AND (r.path, r.line_path) IS DISTINCT FROM (n.path, n.line_path)"""


def place_pairs(scope: Scope) -> None:
    """Let every undecided pair with a record in ``scope`` lie at the common superior of its two records."""
    undecided = [Status.OPEN.value, Status.DIFFERENT.value]
    with connection.cursor() as cursor:
        cursor.execute(PLACED, {"undecided": undecided, "lo": scope.lo, "hi": scope.hi})
