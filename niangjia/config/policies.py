"""Who may reach which route: one table for all. A route without a row is refused, and a test fails on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from niangjia.core.roles import ROLL_READERS, ROLL_WRITERS, Role
from niangjia.foundation.actors import Actor

GET = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})
BOTH = GET | POST


@dataclass(frozen=True)
class Route:
    """A row: which roles, which methods.

    Attributes:
        roles: None is open to everybody.
        on_the_way: also open to whoever has signed in and holds no role yet: a second factor or an office is missing.
    """

    roles: frozenset[Role] | None
    methods: frozenset[str]
    on_the_way: bool = False

    def open_to(self, actor: Actor) -> bool:
        """Tell whether ``actor`` may come in at all; which objects it sees is said by the query behind."""
        if self.roles is None:
            return True
        if self.on_the_way and actor.account_id is not None and actor.role is None:
            return True
        return actor.role in self.roles

    @property
    def for_officials(self) -> bool:
        """Tell whether signed-out people are sent to the officials' sign-in."""
        return self.roles is not None and not self.roles & WORKERS


WORKERS = frozenset({Role.APPLICANT, Role.MEMBER})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
OFFICIALS = ROLL_READERS | ADMINISTRATORS | {Role.ORGANISER, Role.AUDITOR}
PEOPLE = frozenset(Role) - {Role.SYSTEM}


def everybody(methods: frozenset[str] = GET) -> Route:
    """Return the row of a public page."""
    return Route(None, methods)


def only(roles: frozenset[Role], methods: frozenset[str] = GET) -> Route:
    """Return the row of a page for ``roles``."""
    return Route(roles, methods)


def any_account(methods: frozenset[str] = GET) -> Route:
    """Return the row of a page for whoever has signed in, whatever the role."""
    return Route(PEOPLE, methods, on_the_way=True)


def any_official(methods: frozenset[str] = GET) -> Route:
    """Return the row of a page of sign-in for officials, before and after they hold an office."""
    return Route(PEOPLE - WORKERS, methods, on_the_way=True)


SIGN_IN = {
    "account_login": everybody(BOTH),
    "account_logout": everybody(BOTH),
    "account_inactive": everybody(),
    "mfa_authenticate": everybody(BOTH),  # between password and code one is not signed in yet
    "account_next_step": any_account(),
    "account_offices": any_official(),
    "account_choose_office": any_official(POST),
    "account_reauthenticate": any_official(BOTH),
    "account_change_password": any_official(BOTH),
    "mfa_index": any_official(),
    "mfa_reauthenticate": any_official(BOTH),
    "mfa_activate_totp": any_official(BOTH),
    "mfa_deactivate_totp": any_official(BOTH),
    "mfa_view_recovery_codes": any_official(),
    "mfa_generate_recovery_codes": any_official(BOTH),
    "mobile:sign-in": everybody(BOTH),
    "mobile:sign-in-code": everybody(BOTH),
    "mobile:sign-out": everybody(POST),
    "mobile:first-link": only(frozenset({Role.APPLICANT}), BOTH),
}

INVITERS = ROLL_WRITERS | {Role.ORGANISER}

JOINING = {
    "mobile:join": everybody(),
    "mobile:join-step": everybody(BOTH),
    "mobile:join-hand-in": everybody(POST),
    "mobile:join-code": everybody(BOTH),
    "mobile:join-send-again": everybody(POST),
    "mobile:me": only(WORKERS),
    "mobile:request": only(WORKERS),
    "mobile:request-answer": only(WORKERS, POST),
    "mobile:request-withdraw": only(WORKERS, BOTH),
    "mobile:card": only(frozenset({Role.MEMBER})),
    "mobile:verify": everybody(),
    "console:joining-queue": only(ROLL_READERS, BOTH),  # a name is searched for by POST
    "console:join-request": only(ROLL_READERS),
    "console:join-request-unmask": only(ROLL_WRITERS, POST),
    "console:join-request-contact": only(ROLL_WRITERS, POST),
    "console:join-request-confirm-phone": only(ROLL_WRITERS, POST),
    "console:join-request-need-more": only(ROLL_WRITERS, POST),
    "console:join-request-approve": only(ROLL_WRITERS, POST),
    "console:join-request-reject": only(ROLL_WRITERS, POST),
    "console:elsewhere": only(ROLL_READERS),
    "console:elsewhere-settle": only(ROLL_WRITERS, POST),
    "console:join-codes": only(INVITERS, BOTH),
    "console:join-code-revoke": only(INVITERS, POST),
    "console:join-code-poster": only(INVITERS),
}

INTAKE = {
    "console:intake": only(ROLL_WRITERS, BOTH),
    "console:intake-template": only(ROLL_WRITERS),
    "console:intake-batch": only(ROLL_WRITERS),
    "console:intake-remap": only(ROLL_WRITERS, POST),
    "console:intake-guess-anew": only(ROLL_WRITERS, POST),
    "console:intake-unions": only(ROLL_WRITERS, POST),
    "console:intake-read-as": only(ROLL_WRITERS, POST),
    "console:intake-commit": only(ROLL_WRITERS, POST),
    "console:intake-stop": only(ROLL_WRITERS, POST),
    "console:intake-cancel": only(ROLL_WRITERS, POST),
    "console:intake-undo": only(ROLL_WRITERS, BOTH),
    "console:intake-repair": only(ROLL_WRITERS),
    "console:intake-repair-ask": only(ROLL_WRITERS, POST),
}

EXPORTS = {
    "console:exports": only(ROLL_READERS),
    "console:export-new": only(ROLL_READERS, BOTH),
    "console:export": only(ROLL_READERS),
    "console:export-cancel": only(ROLL_READERS, POST),
    "console:export-remove": only(ROLL_READERS, POST),
    "console:export-file": only(ROLL_READERS),
}
# Drafting is a clerk's, signing a clerk's or a leader's: the chart says so of each step.
ORDERERS = frozenset({Role.CLERK, Role.LEADER})
DRAFTERS = frozenset({Role.CLERK})

ORDERS = {
    "console:orders": only(ORDERERS, BOTH),
    "console:order-template": only(DRAFTERS),
    "console:order": only(ORDERERS),
    "console:order-line": only(DRAFTERS, POST),
    "console:order-line-drop": only(DRAFTERS, POST),
    "console:order-file": only(DRAFTERS, POST),
    "console:order-preview": only(DRAFTERS, POST),
    "console:order-sign": only(ORDERERS, POST),
    "console:order-cancel": only(ORDERERS, POST),
    "console:order-take-back": only(ORDERERS, BOTH),
}

DUPLICATES = {
    "console:duplicates": only(ROLL_READERS),
    "console:duplicates-search": only(ROLL_WRITERS, POST),
    "console:duplicates-decide": only(ROLL_WRITERS, POST),
    "console:duplicate": only(ROLL_READERS),
    "console:duplicate-unmask": only(ROLL_WRITERS, POST),
    "console:duplicate-merge": only(ROLL_WRITERS, POST),
    "console:duplicate-different": only(ROLL_WRITERS, POST),
    "console:duplicate-again": only(ROLL_WRITERS, POST),
    "console:duplicate-unmerge": only(ROLL_WRITERS, POST),
}

EMPLOYERS = {"console:employer-doubts": only(ROLL_WRITERS, BOTH)}

HELD = {
    "console:held-rows": only(ROLL_WRITERS, BOTH),
    "console:held-row": only(ROLL_WRITERS),
    "console:held-row-unmask": only(ROLL_WRITERS, POST),
    "console:held-mending": only(ROLL_WRITERS, BOTH),
    "mobile:mend": only(WORKERS, BOTH),
}

ROUTES: dict[str, Route] = (
    SIGN_IN
    | JOINING
    | INTAKE
    | EXPORTS
    | ORDERS
    | DUPLICATES
    | EMPLOYERS
    | HELD
    | {
        "ui:language": everybody(),
        "ui:large-type": everybody(),
        "mobile:home": everybody(),
        "console:home": only(OFFICIALS),
        "console:board": only(ROLL_READERS),
        "console:members": only(ROLL_READERS),
        "console:officers": only(ROLL_READERS),
        "console:notices": only(OFFICIALS, BOTH),
        "mobile:notices": only(WORKERS, BOTH),
    }
)


def route_of(match: Any) -> Route | None:
    """Return the row of a resolved address."""
    return ROUTES.get(match.view_name) if match is not None else None
