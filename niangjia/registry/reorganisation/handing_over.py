"""Members, posts and whatever else belongs to a union that ends or is split: to the receiver, each remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Greatest

from niangjia.core.ids import as_uuids, uuid7s
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.notices.models import Notice
from niangjia.registry.models import (
    Carried,
    Employer,
    Officer,
    Organisation,
    Posting,
    ReorganisationOrder,
)
from niangjia.registry.reorganisation.following import all_following

CHANNEL, REASON = "reorganisation", "12"
SPELLS, POSTS, OFFICERS, NOTICES, EMPLOYERS = (
    "registry_membership",
    "registry_posting",
    "registry_officer",
    "notices_notice",
    "registry_employer",
)


@dataclass(frozen=True)
class Going:
    """What goes from one union to another.

    Attributes:
        employers: None for everybody, else those whose members go.
        with_posts: whether posts go along; they end with a union that ends in any case.
    """

    before: Organisation
    after: Organisation
    employers: tuple[UUID, ...] | None = None
    with_posts: bool = False

    @property
    def ends(self) -> bool:
        """Tell whether the union ends."""
        return self.employers is None


WHO = """SELECT m.id FROM registry_membership m WHERE m.path = %(path)s AND m.organisation_id = %(before)s
    AND m.to_on IS NULL AND (%(employers)s::uuid[] IS NULL OR m.person_id IN (
        SELECT p.id FROM registry_person p WHERE p.path = %(path)s AND p.employer_id = ANY(%(employers)s::uuid[])))
    ORDER BY m.id FOR UPDATE"""
REMEMBER = """INSERT INTO registry_carried (order_id, what, row_id, from_organisation, to_organisation, successor)
    SELECT %(order)s, 'registry_membership', u.closed, %(before)s, %(after)s, u.opened
    FROM unnest(%(closed)s::uuid[], %(opened)s::uuid[]) u(closed, opened)"""
MINE = """registry_carried c WHERE c.order_id = %(order)s AND c.what = 'registry_membership'
    AND c.from_organisation = %(before)s AND c.to_organisation = %(after)s"""
CLOSE = f"""UPDATE registry_membership m SET to_on = greatest(m.from_on, %(on)s), closed_at = %(at)s,
    end_reason = '{REASON}', status = 'transferred' FROM {MINE} AND m.id = c.row_id"""
# With the status that the closed one had; the name is the one of today.
OPEN = f"""INSERT INTO registry_membership (id, person_id, organisation_id, path, line_path, kind, status, is_retained,
    name_then, "group", region_code, from_on, channel, end_reason, opened_at)
    SELECT c.successor, m.person_id, %(after)s, %(new_path)s, %(new_line)s, m.kind, s.status, m.is_retained, p.name, m."group",
        %(region)s, greatest(m.from_on, %(on)s), '{CHANNEL}', '', %(at)s
    FROM registry_carried c JOIN registry_membership m ON m.id = c.row_id JOIN registry_person p ON p.id = m.person_id
    JOIN unnest(%(closed)s::uuid[], %(statuses)s::text[]) s(id, status) ON s.id = m.id
    WHERE c.order_id = %(order)s AND c.what = 'registry_membership' AND c.from_organisation = %(before)s
        AND c.to_organisation = %(after)s"""
PERSONS = f"""UPDATE registry_person p SET organisation_id = %(after)s, path = %(new_path)s, line_path = %(new_line)s
    FROM registry_membership m, {MINE} AND m.id = c.{{spell}} AND m.kind = 'primary'
    AND p.id = m.person_id"""
CONSENTS = f"""UPDATE registry_consent t SET organisation_id = %(after)s, path = %(new_path)s, line_path = %(new_line)s
    FROM registry_membership m, {MINE} AND m.id = c.{{spell}} AND m.kind = 'primary' AND t.person_id = m.person_id"""
DELTAS = f"""WITH went AS (SELECT m."group", m.from_on AS day, count(*) AS n FROM registry_membership m, {MINE}
        AND m.id = c.successor AND m.kind = 'primary' AND NOT m.is_retained GROUP BY m."group", m.from_on)
    INSERT INTO registry_delta (measure, organisation_id, path, line_path, region_code, "group", day, n, source)
    SELECT 'members', %(before)s, %(path)s, %(line)s, %(old_region)s, "group", day, -n * %(sign)s, %(order)s FROM went
    UNION ALL SELECT 'members', %(after)s, %(new_path)s, %(new_line)s, %(region)s, "group", day, n * %(sign)s, %(order)s FROM went"""
ABOUT = """SELECT m.person_id FROM registry_membership m JOIN registry_carried c ON m.id = c.row_id
    WHERE c.order_id = %s AND c.what = 'registry_membership'"""


def hand_over(order: ReorganisationOrder, going: Going, *, by: Actor, at: datetime) -> int:
    """Let members and what belongs to a union go to the receiver; return how many spells went."""
    n = _spells(order, going, at=at)
    if going.ends:
        _posts(order, going, on=order.effective_on)
        _officers(order, going, on=order.effective_on)
        _rest(order, going)
    return n


def _params(order: ReorganisationOrder, going: Going, at: datetime) -> dict[str, Any]:
    before, after = going.before, going.after
    return {
        "order": order.pk,
        "on": order.effective_on,
        "at": at,
        "before": before.pk,
        "path": before.path,
        "line": before.line_path,
        "old_region": before.region_id,
        "after": after.pk,
        "new_path": after.path,
        "new_line": after.line_path,
        "region": after.region_id,
        "employers": list(going.employers) if going.employers is not None else None,
    }


def _spells(order: ReorganisationOrder, going: Going, *, at: datetime) -> int:
    params = _params(order, going, at)
    with connection.cursor() as cursor:
        cursor.execute(WHO, params)
        closed = [pk for (pk,) in cursor.fetchall()]
        if not closed:
            return 0
        cursor.execute("SELECT id, status FROM registry_membership WHERE id = ANY(%s)", [closed])
        statuses = dict(cursor.fetchall())
        params |= {
            "closed": closed,
            "opened": as_uuids(uuid7s(len(closed), at)),
            "statuses": [statuses[pk] for pk in closed],
        }
        for statement in (REMEMBER, CLOSE, OPEN):
            cursor.execute(statement, params)
        for statement in (PERSONS, CONSENTS):
            cursor.execute(statement.format(spell="row_id"), params)
        cursor.execute(DELTAS, params | {"sign": 1})
    return len(closed)


def record_whom(order: ReorganisationOrder, event: str, *, by: Actor, at: datetime) -> None:
    """Write one event, with a narrow row for everybody whose spell was closed and opened."""
    audit.record_bulk(event, by=by, at=at, subject=order, persons_from=(ABOUT, [order.pk]))


def _posts(order: ReorganisationOrder, going: Going, *, on: date) -> None:
    """End the posts; where they go along, whoever holds none of that role at the receiver gets one."""
    kept = []
    for post in Posting.objects.filter(organisation=going.before, to_on__isnull=True):
        Posting.objects.filter(pk=post.pk).update(to_on=max(on, post.from_on + timedelta(days=1)))
        same = {"account_id": post.account_id, "organisation": going.after, "role": post.role, "to_on": None}
        successor = None
        if going.with_posts and not Posting.objects.filter(**same).exists():
            named = {"title": post.title, "shown_name": post.shown_name}
            successor = Posting.objects.create(**same, **named, from_on=max(on, post.from_on)).pk
        kept.append(_carried(order, going, POSTS, post.pk, successor))
    Carried.objects.bulk_create(kept)


def _officers(order: ReorganisationOrder, going: Going, *, on: date) -> None:
    """End what the officers of the union held: whoever is to hold a post of the receiver is elected there."""
    held = Officer.objects.filter(organisation=going.before, to_on__isnull=True)
    kept = [_carried(order, going, OFFICERS, pk) for pk in held.values_list("pk", flat=True)]
    held.update(to_on=Greatest("from_on", Value(on)))
    Carried.objects.bulk_create(kept)


def _rest(order: ReorganisationOrder, going: Going) -> None:
    """Hand over what each feature said, covered employers, and what nobody has read yet."""
    before, after = going.before.pk, going.after
    kept = []
    for each in all_following():
        went = each.hand_over(going.before, after)
        kept += [_carried(order, going, each.name, pk) for pk in went]
    for what, rows, column in _own(before):
        keys = list(rows.values_list("pk", flat=True))
        rows.model.objects.filter(pk__in=keys).update(**{column: after.pk})
        kept += [_carried(order, going, what, pk) for pk in keys]
    Carried.objects.bulk_create(kept)


def _own(union: UUID) -> Iterable[tuple[str, Any, str]]:
    """Return what of this layer and the one below belongs to a union: table, its rows, and the column that names it."""
    yield EMPLOYERS, Employer.objects.filter(covered_by=union), "covered_by_id"
    yield NOTICES, Notice.objects.filter(organisation_id=union, read_at__isnull=True), "organisation_id"


def _carried(
    order: ReorganisationOrder, going: Going, what: str, pk: UUID, successor: UUID | None = None
) -> Carried:
    both = {"from_organisation": going.before.pk, "to_organisation": going.after.pk}
    return Carried(order=order, what=what, row_id=pk, successor=successor, **both)


DROP = f"DELETE FROM registry_membership m USING {MINE} AND m.id = c.successor"
REOPEN = """UPDATE registry_membership m SET to_on = NULL, closed_at = NULL, end_reason = '', status = s.status,
    "group" = s."group" FROM (SELECT unnest(%(closed)s::uuid[]) AS id, unnest(%(statuses)s::text[]) AS status,
        unnest(%(groups)s::text[]) AS "group") s WHERE m.id = s.id"""
OPENED = f'SELECT c.row_id, m.status, m."group" FROM registry_membership m, {MINE} AND m.id = c.successor'


def hand_back(order: ReorganisationOrder, going: Going, *, by: Actor, at: datetime) -> None:
    """Take back what ``hand_over`` did: figures, spells, persons, posts and the rest that is still where it went."""
    params = _params(order, going, at) | {"sign": -1}
    with connection.cursor() as cursor:
        cursor.execute(OPENED, params)
        rows = cursor.fetchall()
        params |= {
            "closed": [pk for pk, _, _ in rows],
            "statuses": [status for _, status, _ in rows],
            "groups": [group for _, _, group in rows],
        }
        cursor.execute(DELTAS, params)
        for statement in (DROP, REOPEN):
            cursor.execute(statement, params)
        there = params | {"after": params["before"], "new_path": params["path"], "new_line": params["line"]}
        there |= {"old_region": params["region"]}
        mine = MINE.replace("%(after)s", "%(receiver)s")
        for statement in (PERSONS, CONSENTS):
            back = statement.replace(MINE, mine).format(spell="row_id")
            cursor.execute(back, there | {"receiver": params["after"]})
    if going.ends:
        _posts_back(order, going)
        keys = [kept.row_id for kept in _kept(order, going, OFFICERS)]
        Officer.objects.filter(pk__in=keys).update(to_on=None)
        _rest_back(order, going)


def _posts_back(order: ReorganisationOrder, going: Going) -> None:
    for kept in _kept(order, going, POSTS):
        if kept.successor:
            Posting.objects.filter(pk=kept.successor, to_on__isnull=True).delete()
        Posting.objects.filter(pk=kept.row_id).update(to_on=None)


def _rest_back(order: ReorganisationOrder, going: Going) -> None:
    for each in all_following():
        keys = {kept.row_id for kept in _kept(order, going, each.name)}
        each.hand_over(going.after, going.before, only=keys)
    for what, rows, column in _own(going.after.pk):
        keys = {kept.row_id for kept in _kept(order, going, what)}
        rows.filter(pk__in=keys).update(**{column: going.before.pk})


def _kept(order: ReorganisationOrder, going: Going, what: str) -> list[Carried]:
    both = {"from_organisation": going.before.pk, "to_organisation": going.after.pk}
    return list(Carried.objects.filter(order=order, what=what, **both))
