"""The two guards behind every page, each looked at alone: the queries, and row security under them.

A page shows too much only where both are out; so a test of pages would not see that one of them is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.core.roles import Role
from niangjia.foundation import notices
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies import queries as copies
from niangjia.foundation.plans import queries as plans
from niangjia.insight import figures
from niangjia.intake import remembering
from niangjia.intake.mending import asking
from niangjia.joining import codes
from niangjia.joining import queries as joining
from niangjia.registry import doubts, memberships, officers, persons
from niangjia.registry.duplicates import queries as duplicates
from niangjia.registry.held import queries as held
from niangjia.registry.postings import actor_for
from niangjia.registry.reorganisation import queries as orders
from tests.joiners import SYSTEM
from tests.matrix.asking import undone
from tests.matrix.expected import DECIDES_ELSEWHERE, PLACES, SEES, SUPERIOR
from tests.matrix.world import World

Rows = dict[Any, str]  # key → where it lies

WORKERS = {"applicant": None, "other applicant": None, "member": "union", "other member": "sibling"}


def things(world: World) -> dict[str, Rows]:
    """Return by table what lies where."""
    at_union = {
        "moved": "cousin",
        "left": "union",
        f"{SUPERIOR} pair 0": "union",
        f"{SUPERIOR} pair 1": "cousin",
    }
    at_union |= {f"{place} pair {half}": place for place in PLACES for half in (0, 1)}

    def placed(rows: dict[str, Any]) -> Rows:
        return {row.pk: at_union.get(place, place) for place, row in rows.items()}

    requests = placed(world.requests) | {world.elsewhere_canary.pk: "union"}
    spells = {row.pk: at_union.get(name, name) for name, row in world.spells.items()}
    # A consent moves along with its person.
    given = {row.pk: "cousin" if name == "moved" else name for name, row in world.consents.items()}
    # The batch of a row that lies at the superior is its union's.
    batches = {row.pk: "union" if key == SUPERIOR else key for key, row in world.held_batches.items()}
    return {
        "registry_person": placed(world.persons),
        "registry_membership": spells,
        "registry_consent": given,
        "registry_officer": placed(world.officers),
        "joining_joinrequest": requests,
        "joining_elsewhere": {world.elsewhere.pk: "superior"},
        "joining_joincode": placed(world.codes),
        "plans_batch": placed(world.batches) | batches,
        "copies_export": placed(world.exports),
        "registry_reorganisationorder": placed(world.orders),
        "registry_pair": placed(world.pairs),
        "registry_merge": placed(world.merges),
        "registry_search": placed(world.searches),
        "intake_savedmapping": placed(world.mappings),
        "registry_employerdoubt": placed(world.doubts),
        "registry_heldrow": placed(world.held),
        "intake_repairtask": placed(world.repairs),
    }


QUERIES: dict[str, tuple[str, Callable[[Actor], Any]]] = {
    "joining.queries.visible_to": ("joining_joinrequest", lambda actor: joining.visible_to(actor)),
    "joining.queries.elsewhere": ("joining_elsewhere", lambda actor: joining.elsewhere_visible_to(actor)),
    "joining.codes.visible_to": ("joining_joincode", lambda actor: codes.visible_to(actor)),
    "memberships.visible_to": ("registry_membership", lambda actor: memberships.visible_to(actor)),
    "persons.visible_to": ("registry_person", lambda actor: persons.visible_to(actor)),
    "officers.visible_to": ("registry_officer", lambda actor: officers.visible_to(actor)),
    "asking.visible_to": ("intake_repairtask", lambda actor: asking.visible_to(actor)),
    "held.visible_to": ("registry_heldrow", lambda actor: held.visible_to(actor)),
    "doubts.visible_to": ("registry_employerdoubt", lambda actor: doubts.visible_to(actor)),
    "remembering.visible_to": ("intake_savedmapping", lambda actor: remembering.visible_to(actor)),
    "plans.visible_to": ("plans_batch", lambda actor: plans.visible_to(actor)),
    "copies.visible_to": ("copies_export", lambda actor: copies.visible_to(actor)),
    "orders.visible_to": ("registry_reorganisationorder", lambda actor: orders.visible_to(actor)),
    "duplicates.visible_to": ("registry_pair", lambda actor: duplicates.visible_to(actor)),
}
# Everybody may read a code: its address hangs on a wall. So row security lets it be seen, and the query does not.
GUARDED = (
    "registry_person",
    "registry_membership",
    "registry_consent",
    "registry_officer",
    "joining_joinrequest",
    "joining_elsewhere",
    "plans_batch",
    "copies_export",
    "registry_reorganisationorder",
    "registry_pair",
    "registry_merge",
    "registry_search",
    "intake_savedmapping",
    "registry_employerdoubt",
    "registry_heldrow",
    "intake_repairtask",
)
# A worker has no right on these at all: see test_grants.
OF_OFFICES = {
    "registry_officer",
    "joining_elsewhere",
    "plans_batch",
    "copies_export",
    "registry_reorganisationorder",
    "registry_pair",
    "registry_merge",
    "registry_search",
    "intake_savedmapping",
    "registry_employerdoubt",
    "registry_heldrow",
    "intake_repairtask",
}


def readers(world: World) -> Iterator[tuple[str, Actor]]:
    """Return the reviewer of every position, as the session makes the actor."""
    for position in SEES:
        held = world.postings[f"reviewer@{position}"]
        yield f"reviewer@{position}", actor_for(held.account_id, held)


def workers(world: World) -> Iterator[tuple[str, Actor]]:
    """Return the workers."""
    for key, place in WORKERS.items():
        person = world.persons[place].pk if place else None
        role = Role.MEMBER if place else Role.APPLICANT
        yield key, Actor(role=role, account_id=world.accounts[key].pk, person_id=person)


def expected(world: World, table: str, who: str) -> set[UUID]:
    """Return what an account may see of a table, by the table of expectations."""
    rows = things(world)[table]
    if "@" in who:
        position = who.split("@")[1]
        sees = SEES[position] | ({"superior"} if position in DECIDES_ELSEWHERE else set())
        return {key for key, place in rows.items() if place in sees}
    if table == "joining_joinrequest" and WORKERS[who] is None:
        return {world.requests["union" if who == "applicant" else "sibling"].pk}
    mine = {
        "registry_person": world.persons,
        "registry_membership": world.spells,
        "registry_consent": world.consents,
    }
    place = WORKERS[who]
    return {mine[table][place].pk} if table in mine and place else set()


def by_query(world: World) -> list[str]:
    """Return what is wrong with the queries where row security lets everything through."""
    wrong = []
    for who, actor in [*readers(world), *workers(world)]:
        for name, (table, rows) in QUERIES.items():
            with undone(), acting(SYSTEM):
                seen = set(rows(actor).values_list("pk", flat=True))
            if seen != expected(world, table, who):
                wrong.append(f"{name} for {who}: {len(seen)}")
        with undone(), acting(SYSTEM):
            offices = set(notices.inbox(by=actor).values_list("organisation_id", flat=True)) - {None}
            paths = set(figures.deltas_visible_to(actor).values_list("path", flat=True))
        if not offices <= {actor.organisation_id}:
            wrong.append(f"notices.inbox for {who}")
        if paths != _paths(world, who):
            wrong.append(f"figures.deltas_visible_to for {who}")
    return wrong


def by_database(world: World) -> list[str]:
    """Return what is wrong with row security where no query stands before it."""
    wrong = []
    for who, actor in [*readers(world), *workers(world)]:
        for table in GUARDED:
            if "@" not in who and table in OF_OFFICES:
                continue
            if _raw(actor, f"SELECT id FROM {table}") != expected(world, table, who):
                wrong.append(f"{table} for {who}")
        if "@" in who and _raw(actor, "SELECT path FROM registry_delta") != _paths(world, who):
            wrong.append(f"registry_delta for {who}")
    return wrong


def _raw(actor: Actor, statement: str) -> set[Any]:
    with undone(), acting(actor), connection.cursor() as cursor:
        cursor.execute(statement)
        return {key for (key,) in cursor.fetchall()}


def _paths(world: World, who: str) -> set[str]:
    sees = SEES[who.split("@")[1]] if "@" in who else set()
    return {world.unions[place].path for place in sees}
