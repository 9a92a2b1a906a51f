"""Which cells there are: every named route of the resolver, every method, every account, the positions of things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.matrix.asking import METHODS, UNSAFE, Cell, Who
from tests.matrix.expected import OFFICES, PAGES, PLACES, SUPERIOR

PEOPLE = (
    "guest",
    "applicant",
    "other applicant",
    "member",
    "other member",
    "moved member",
    "applicant/idle",
    "member/idle",
)
ACCOUNTS = [
    *map(Who, PEOPLE),
    *(Who(f"{role}@{position}" + (f"/{state}" if state else "")) for role, position, state in OFFICES),
]
# Methods that a page does not know are asked by one account of each role and by each worthless kind of session.
FEW = [
    who
    for who in ACCOUNTS
    if who.position in (None, "union")
    and who.key not in ("other member", "moved member", "other applicant", "applicant/idle")
    and not who.key.startswith(("leader@union/", "organiser@union/", "security_admin@union/"))
]
# Pages of which every account asks for every thing; of the others for one near, one far and one missing.
EVERYWHERE = {
    "console:join-request",
    "console:join-request-approve",
    "console:join-code-poster",
    "console:intake-batch",
    "console:order",
    "console:duplicate",
    "console:duplicate-unmask",
    "console:held-row",
    "console:held-row-unmask",
}
# Without a token everybody is refused before anything is looked at.
FORGED = [
    who
    for who in ACCOUNTS
    if who.key in ("guest", "applicant", "member", "reviewer@union", "system_admin@union")
]


def routes(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Return the name of every route that the resolver knows; one without a name is a mistake of its own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            below = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern, below)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def cells_of(route: str) -> Iterator[Cell]:
    """Return the cells of one route."""
    page = PAGES[route]
    own = ({"GET"} if page.get else set()) | ({"POST"} if page.post else set())
    for who in ACCOUNTS:
        for method in METHODS:
            if method in own or who in FEW:
                for place in places(route, page, who, known=method in own):
                    yield Cell(route, method, who, place)
    for who in FORGED:
        for method in sorted(UNSAFE):
            yield Cell(route, method, who, token=False)


def places(route: str, page: Any, who: Who, *, known: bool) -> tuple[str, ...]:
    """Return where the thing lies that a cell names: everywhere for those who may open the page, else at the union."""
    if page.thing is None:
        return ("union",)
    if page.thing == "posting":
        return ("own", "union", "missing") if who.position else ("union", "missing")
    if who.role not in page.who or not known:
        return ("union",)
    if page.thing == "elsewhere":
        return ("union", "missing")
    more = (SUPERIOR,) if page.thing in ("pair", "held") else ()
    return (*PLACES, *more, "missing") if route in EVERYWHERE else ("union", "cousin", *more, "missing")
