"""Guards taken out, one at a time, to prove that the matrix sees it. Each removal is undone when its block ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from niangjia.config import policies
from niangjia.config.policies import PEOPLE, Route
from niangjia.console.joining import requests as request_pages
from niangjia.core import masks
from niangjia.core.errors import Conflict
from niangjia.core.roles import Role
from niangjia.foundation import notices
from niangjia.foundation.accounts import sessions
from niangjia.foundation.copies import queries as copies
from niangjia.foundation.notices.models import Notice
from niangjia.foundation.plans import queries as plans
from niangjia.insight import figures
from niangjia.intake import remembering
from niangjia.intake.mending import asking
from niangjia.intake.models import RepairTask, SavedMapping
from niangjia.joining import codes
from niangjia.joining import queries as joining
from niangjia.joining.models import Elsewhere, JoinCode, JoinRequest
from niangjia.registry import doubts, memberships, officers, persons, postings
from niangjia.registry.duplicates import queries as duplicates
from niangjia.registry.held import queries as held
from niangjia.registry.models import Delta, EmployerDoubt, HeldRow, Membership, Officer, Pair, Person, Posting
from niangjia.registry.reorganisation import queries as orders

Patch = pytest.MonkeyPatch
SLICE = (
    "guest", "applicant", "member", "other member", "applicant/idle",
    "reviewer@union", "reviewer@sibling", "reviewer@line", "leader@union", "organiser@union", "clerk@abroad",
    "system_admin@union", "auditor@union", "partner@union",
    "reviewer@union/password only", "reviewer@union/role removed", "reviewer@union/idle", "reviewer@union/too long",
)  # fmt: skip


def opened(route: str, **changes: Any):
    """Return the removal that changes one policy row."""

    def remove(patch: Patch) -> None:
        patch.setitem(policies.ROUTES, route, replace(policies.ROUTES[route], **changes))

    return remove


def also(route: str, *roles: Role):
    """Return the removal that lets more roles in."""
    return opened(route, roles=(policies.ROUTES[route].roles or frozenset()) | set(roles))


def row_gone(patch: Patch) -> None:
    """Forget the row of a route."""
    patch.delitem(policies.ROUTES, "console:join-code-revoke")


def any_method(patch: Patch) -> None:
    """Let the policies say nothing about methods."""
    patch.setattr(
        Route, "methods", frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}), raising=False
    )
    for name, route in policies.ROUTES.items():
        patch.setitem(policies.ROUTES, name, replace(route, methods=Route.methods))


def attribute(owner: Any, name: str, value: Any):
    """Return the removal that puts something else in the place of a function."""

    def remove(patch: Patch) -> None:
        patch.setattr(owner, name, value)

    return remove


def without(middleware: str):
    """Return the removal of a middleware."""

    def remove(patch: Patch) -> None:
        assert middleware in settings.MIDDLEWARE
        patch.setattr(settings, "MIDDLEWARE", [each for each in settings.MIDDLEWARE if each != middleware])

    return remove


def exempt(patch: Patch) -> None:
    """Let a page do without a token."""
    patch.setattr(request_pages.contact, "csrf_exempt", True, raising=False)


def tells_who_exists(pk: Any, *, by: Any) -> Any:
    """Answer otherwise for what is not theirs than for what is not there."""
    found = joining.visible_to(by).filter(pk=pk).first()
    if found is None and JoinCode.objects.exists() and str(pk) != "01900000-0000-7000-8000-000000000000":
        raise Conflict
    if found is None:
        raise joining.NotFound
    return found


def every_posting(account_id: Any, *, on: Any) -> Any:
    """Let a posting count beyond its end."""
    return Posting.objects.filter(account_id=account_id).select_related("organisation")


# name → (what it does, routes to ask).
PAGES_SEE = {
    "the roll is open to everybody": (opened("console:members", roles=None), ["console:members"]),
    "the queue is open to organisers": (also("console:joining-queue", Role.ORGANISER), ["console:joining-queue"]),
    "an administrator may open a request": (also("console:join-request", Role.SYSTEM_ADMIN), ["console:join-request"]),
    "a leader may approve": (also("console:join-request-approve", Role.LEADER), ["console:join-request-approve"]),
    "a leader may uncover": (also("console:join-request-unmask", Role.LEADER), ["console:join-request-unmask"]),
    "an applicant may open a card": (also("mobile:card", Role.APPLICANT), ["mobile:card"]),
    "a system administrator sees exports": (also("console:exports", Role.SYSTEM_ADMIN), ["console:exports"]),
    "an auditor sees rosters": (also("console:intake", Role.AUDITOR), ["console:intake"]),
    "a partner sees the board": (also("console:board", Role.PARTNER), ["console:board"]),
    "a worker opens the desk": (also("console:home", Role.MEMBER), ["console:home"]),
    "the second factor may be missing on the board": (opened("console:board", on_the_way=True), ["console:board"]),
    "anybody signed in chooses codes": (opened("console:join-codes", roles=PEOPLE), ["console:join-codes"]),
    "a row of the policies is gone": (row_gone, ["console:join-code-revoke"]),
    "methods are not checked": (any_method, ["console:join-request-approve", "console:board"]),
    "approving answers to GET": (
        opened("console:join-request-approve", methods=policies.BOTH), ["console:join-request-approve"],
    ),
    "the second factor is not asked for": (
        attribute(sessions, "has_second_factor", lambda session: True), ["console:board"],
    ),
    "sessions never run out": (attribute(sessions, "has_run_out", lambda session, *, at: False), ["console:board"]),
    "an ended posting still counts": (attribute(postings, "open_postings", every_posting), ["console:board"]),
    "a page needs no token": (exempt, ["console:join-request-contact"]),
    "no token is asked for at all": (without("django.middleware.csrf.CsrfViewMiddleware"), ["mobile:sign-in"]),
    "nobody looks at the policies": (without("niangjia.config.middleware.PolicyMiddleware"), ["console:board"]),
    "nobody takes on a role": (without("niangjia.config.middleware.ActingMiddleware"), ["console:members"]),
    "nobody is found to act": (without("niangjia.config.middleware.ActorMiddleware"), ["console:board"]),
    "an answer tells that a request exists": (
        attribute(request_pages.queries, "get", tells_who_exists), ["console:join-request"],
    ),
    "codes are shown to all": (
        attribute(codes, "visible_to", lambda actor: JoinCode.objects.select_related("organisation")),
        ["console:join-codes", "console:join-code-poster"],
    ),
    "names are not masked": (attribute(masks, "STAR", "试"), ["console:members"]),
}  # fmt: skip

# Row security still stands behind these, so pages go on as before; the queries themselves are looked at.
QUERIES_SEE = {
    "requests": attribute(joining, "visible_to", lambda actor: JoinRequest.objects.all()),
    "cases between unions": attribute(joining, "elsewhere_visible_to", lambda actor: Elsewhere.objects.all()),
    "codes": attribute(codes, "visible_to", lambda actor: JoinCode.objects.all()),
    "memberships": attribute(memberships, "visible_to", lambda actor: Membership.objects.all()),
    "persons": attribute(persons, "visible_to", lambda actor: Person.objects.all()),
    "rosters": attribute(plans, "visible_to", lambda actor: plans.Batch.objects.all()),
    "exports": attribute(copies, "visible_to", lambda actor: copies.Export.objects.all()),
    "orders": attribute(orders, "visible_to", lambda actor: orders.ReorganisationOrder.objects.all()),
    "pairs": attribute(duplicates, "visible_to", lambda actor: Pair.objects.all()),
    "officers": attribute(officers, "visible_to", lambda actor: Officer.objects.all()),
    "repair tasks": attribute(asking, "visible_to", lambda actor: RepairTask.objects.all()),
    "held rows": attribute(held, "visible_to", lambda actor: HeldRow.objects.all()),
    "employers in doubt": attribute(doubts, "visible_to", lambda actor: EmployerDoubt.objects.all()),
    "remembered columns": attribute(remembering, "visible_to", lambda actor: SavedMapping.objects.all()),
    "figures": attribute(figures, "deltas_visible_to", lambda actor: Delta.objects.all()),
    "notices": attribute(notices, "inbox", lambda *, by: Notice.objects.all()),
}

# Row security, changed by the owner: statement, and the one that brings it back.
RANGE = "{0} >= current_setting('niangjia.lo', true) AND {0} < current_setting('niangjia.hi', true)"


def wide(table: str, role: str, condition: str) -> tuple[str, str]:
    """Return the statement that makes a policy say yes to everything, and its opposite."""
    alter = f"ALTER POLICY {role} ON {table} USING"
    return f"{alter} (true)", f"{alter} ({condition})"


def off(table: str) -> tuple[str, str]:
    """Return the statement that switches row security off, and its opposite."""
    alter = f"ALTER TABLE {table}"
    return f"{alter} DISABLE ROW LEVEL SECURITY", f"{alter} ENABLE ROW LEVEL SECURITY"


PATH, LINE = RANGE.format("path"), RANGE.format("line_path")
MINE = "{} = nullif(current_setting('niangjia.{}', true), '')::uuid"
DATABASE_SEES = {
    "persons of every office": wide("registry_person", "office", PATH),
    "persons of every line": wide("registry_person", "line", LINE),
    "persons of every worker": wide("registry_person", "worker", MINE.format("id", "person")),
    "memberships of every office": wide("registry_membership", "office", PATH),
    "memberships of every line": wide("registry_membership", "line", LINE),
    "consents of every office": wide("registry_consent", "office", PATH),
    "requests of every office": wide("joining_joinrequest", "office", PATH),
    "requests of every line": wide("joining_joinrequest", "line", LINE),
    "requests of every worker": wide("joining_joinrequest", "worker", MINE.format("account_id", "account")),
    "cases between unions": wide("joining_elsewhere", "office", PATH),
    "rosters of every office": wide("plans_batch", "office", PATH),
    "exports of every office": wide("copies_export", "office", PATH),
    "orders of every office": wide("registry_reorganisationorder", "office", PATH),
    "pairs of every office": wide("registry_pair", "office", PATH),
    "pairs of every line": wide("registry_pair", "line", LINE),
    "merges of every office": wide("registry_merge", "office", PATH),
    "searches of every office": wide("registry_search", "office", PATH),
    "officers of every office": wide("registry_officer", "office", PATH),
    "officers of every line": wide("registry_officer", "line", LINE),
    "repair tasks of every office": wide("intake_repairtask", "office", PATH),
    "held rows of every office": wide("registry_heldrow", "office", PATH),
    "employers in doubt of every office": wide("registry_employerdoubt", "office", PATH),
    "remembered columns of every office": wide("intake_savedmapping", "office", PATH),
    "figures of every office": wide("registry_delta", "office", PATH),
    "no row security on memberships": off("registry_membership"),
    "no row security on requests": off("joining_joinrequest"),
    "no policy for the line": (
        "DROP POLICY line ON registry_person",
        f"CREATE POLICY line ON registry_person TO niangjia_line USING ({LINE}) WITH CHECK ({LINE})",
    ),
}


@contextmanager
def out(remove: Any) -> Iterator[None]:
    """Take a guard out for the block."""
    with pytest.MonkeyPatch.context() as patch:
        remove(patch)
        yield
