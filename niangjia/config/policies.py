"""Who may reach which route: one table for all. A route without a row is refused, and a test fails on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from niangjia.core.roles import Role
from niangjia.foundation.actors import Actor

GET = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})
BOTH = GET | POST


@dataclass(frozen=True)
class Route:
    """A row: which roles, which methods. ``roles`` None is open to everybody, ``accounts`` to any sign-in."""

    roles: frozenset[Role] | None
    methods: frozenset[str]
    accounts: bool = False

    def open_to(self, actor: Actor) -> bool:
        """Tell whether ``actor`` may come in at all; which objects it sees is said by the query behind."""
        if self.roles is None:
            return True
        if self.accounts and actor.account_id is not None:
            return True
        return actor.role in self.roles

    @property
    def for_officials(self) -> bool:
        """Tell whether signed-out people are sent to the officials' sign-in."""
        return self.roles is not None and not self.roles & WORKERS


WORKERS = frozenset({Role.APPLICANT, Role.MEMBER})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
ROLL_READERS = frozenset({Role.REVIEWER, Role.CLERK, Role.LEADER})
ROLL_WRITERS = frozenset({Role.REVIEWER, Role.CLERK})
OFFICIALS = ROLL_READERS | ADMINISTRATORS | {Role.ORGANISER, Role.AUDITOR}
NOBODY_ELSE: frozenset[Role] = frozenset()


def everybody(methods: frozenset[str] = GET) -> Route:
    """Return the row of a public page."""
    return Route(None, methods)


def only(roles: frozenset[Role], methods: frozenset[str] = GET) -> Route:
    """Return the row of a page for ``roles``."""
    return Route(roles, methods)


def any_account(methods: frozenset[str] = GET) -> Route:
    """Return the row of a page for whoever has signed in, whatever the role."""
    return Route(NOBODY_ELSE, methods, accounts=True)


ROUTES: dict[str, Route] = {
    "mobile:home": everybody(),
    "console:home": only(OFFICIALS),
}


def route_of(match: Any) -> Route | None:
    """Return the row of a resolved address."""
    return ROUTES.get(match.view_name) if match is not None else None
