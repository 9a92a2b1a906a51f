"""What the matrix expects, written down anew from the table of roles: never read from the code that it checks.

Adding a route: a row in ``PAGES``. Adding a role: its places in ``OFFICES`` and the pages that it may open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# The tree: name → (superior, kind, level, industry federation that leads it).
TREE = {
    "province": (None, "general_federation", "province", None),
    "city": ("province", "general_federation", "city", None),
    "line": ("city", "union_federation", "city", None),
    "other line": ("city", "union_federation", "city", None),
    "parent": ("city", "general_federation", "county", None),
    "beside": ("city", "general_federation", "county", None),
    "union": ("parent", "joint", "grassroots", "line"),
    "child": ("union", "single", "grassroots", None),  # led by the line through the union above
    "sibling": ("parent", "joint", "grassroots", None),
    "cousin": ("beside", "joint", "grassroots", "other line"),
    "other province": (None, "general_federation", "province", None),
    "abroad": ("other province", "single", "grassroots", None),
}
# Where a request, a code, a member, a batch and a consent lie; "moved" is a member who left the union for the cousin.
PLACES = ("union", "child", "sibling", "cousin", "abroad")
# Which of these places an office at each position may know of.
SEES = {
    "union": {"union", "child"},
    "parent": {"union", "child", "sibling"},
    "city": {"union", "child", "sibling", "cousin"},
    "province": {"union", "child", "sibling", "cousin"},
    "child": {"child"},
    "sibling": {"sibling"},
    "cousin": {"cousin"},
    "abroad": {"abroad"},
    "line": {"union", "child"},
    "other line": {"cousin"},
}
SUPERIOR = "superior"  # where a case or a pair of union and cousin lies
DECIDES_ELSEWHERE = {"city", "province"}  # the common superior of union and cousin, and who stands above it

READERS = frozenset({"reviewer", "clerk", "leader"})
WRITERS = frozenset({"reviewer", "clerk"})
ORDERERS = frozenset({"clerk", "leader"})
INVITERS = frozenset({"reviewer", "clerk", "organiser"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
DESK = READERS | ADMINISTRATORS | {"organiser", "auditor"}
PARTNERS = frozenset({"mediator", "judge", "employer_contact", "partner"})
WORKERS = frozenset({"applicant", "member"})
OFFICIALS = DESK | PARTNERS | {"case_officer"}
ROLES = OFFICIALS | WORKERS
EVERYBODY = ROLES | {"guest", "on the way"}
IN_BETWEEN = frozenset({"on the way"})  # a second factor or an office is missing

STATES = ("password only", "idle", "too long", "disabled", "role removed")
OFFICES = (
    [(role, position, "") for role in sorted(READERS) for position in SEES]
    + [("organiser", position, "") for position in ("union", "parent", "child", "sibling", "abroad", "line")]
    + [
        (role, position, "")
        for role in sorted(OFFICIALS - READERS - {"organiser"})
        for position in ("union", "parent", "line")
    ]
    + [
        (role, "union", state)
        for role in ("reviewer", "leader", "organiser", "security_admin")
        for state in (STATES if role == "reviewer" else ("password only", "role removed"))
    ]
)


@dataclass(frozen=True)
class Page:
    """What is expected of one route.

    Attributes:
        who: the roles that may open it.
        get, post: the statuses of a right answer; empty where the method is none of the page's.
        thing: what the address names: ``request``, ``code``, ``batch``, ``export``, ``pair``, ``elsewhere`` or ``posting``; the scope decides on it.
        data: what a right form sends.
        lists: the kinds of canaries that must stand on the page, masked, for those in whose scope they lie.
        uncovers: whether a right POST shows the number in full.
        workers_door: whether signed-out people are sent to the workers' sign-in, not to the officials'.
    """

    who: frozenset[str]
    get: tuple[int, ...] = (200,)
    post: tuple[int, ...] = ()
    thing: str | None = None
    args: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    uncovers: bool = False
    workers_door: bool = False


def public(*, get=(200,), post=(), **other):
    """Return the row of a page that everybody may open."""
    return Page(EVERYBODY, get, post, **other)


def desk(who, *, get=(200,), post=(), **other):
    """Return the row of a page of the officials' desk."""
    return Page(frozenset(who), get, post, **other)


def own(who, *, get=(200, 302), post=(), **other):
    """Return the row of a worker's own page."""
    return Page(frozenset(who), get, post, workers_door=True, **other)


ACCOUNT = OFFICIALS | IN_BETWEEN
ANSWER = (200, 302)
PAGES: dict[str, Page] = {
    "ui:language": public(get=(302,)),
    "ui:large-type": public(get=(302,)),
    "mobile:home": public(),
    "mobile:sign-in": public(get=ANSWER, post=ANSWER),
    "mobile:sign-in-code": public(get=ANSWER, post=ANSWER),
    "mobile:sign-out": public(get=(), post=(302,)),
    "mobile:join": public(args=("token",)),
    "mobile:join-step": public(get=ANSWER, post=ANSWER, args=("token", "who")),
    "mobile:join-hand-in": public(get=(), post=(302,), args=("token",)),
    "mobile:join-code": public(get=(302,), post=(302,)),
    "mobile:join-send-again": public(get=(), post=(302,)),
    "mobile:verify": public(args=("card",)),
    "mobile:mend": own(WORKERS, get=(404,), post=(404,), args=("nobody-made-this-link-",)),
    "mobile:first-link": own({"applicant"}, get=(200,), post=(200,)),
    "mobile:me": own(WORKERS, get=(302,)),
    "mobile:request": own(WORKERS),
    "mobile:request-answer": own(WORKERS, get=(), post=(200, 302, 404), data={"answer": "明天带证件来"}),
    "mobile:request-withdraw": own(WORKERS, get=(200, 404), post=(302, 404)),
    "mobile:card": own({"member"}, get=(200,)),
    "mobile:notices": own(WORKERS, post=(302,)),
    "account_login": public(get=ANSWER, post=ANSWER),
    "account_logout": public(get=ANSWER, post=(302,)),
    "account_inactive": public(),
    "mfa_authenticate": public(get=ANSWER, post=ANSWER),
    "account_next_step": Page(ROLES | IN_BETWEEN, (302,), workers_door=True),
    "account_offices": desk(ACCOUNT, get=ANSWER),
    "account_choose_office": desk(ACCOUNT, get=(), post=(302,), thing="posting"),
    "account_reauthenticate": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "account_change_password": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "mfa_index": desk(ACCOUNT, get=ANSWER),
    "mfa_reauthenticate": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "mfa_activate_totp": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "mfa_deactivate_totp": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "mfa_view_recovery_codes": desk(ACCOUNT, get=(200, 302, 404)),
    "mfa_generate_recovery_codes": desk(ACCOUNT, get=ANSWER, post=ANSWER),
    "console:home": desk(DESK, get=ANSWER),
    "console:notices": desk(DESK, post=(302,)),
    "console:board": desk(READERS),
    "console:members": desk(READERS, lists=("member",)),
    "console:officers": desk(READERS, lists=("officer",)),
    "console:joining-queue": desk(READERS, post=(302,), lists=("request",)),
    "console:join-request": desk(READERS, thing="request"),
    "console:join-request-unmask": desk(
        WRITERS, get=(), post=(200,), thing="request", data={"reason": "核对证件照片"}, uncovers=True
    ),
    "console:join-request-contact": desk(WRITERS, get=(), post=(302,), thing="request"),
    "console:join-request-confirm-phone": desk(
        WRITERS, get=(), post=(302,), thing="request", data={"confirm_phone-how": "phone_call"}
    ),
    "console:join-request-need-more": desk(
        WRITERS, get=(), post=(302,), thing="request", data={"need_more-needs": "card_photo"}
    ),
    "console:join-request-approve": desk(
        WRITERS, get=(), post=(302,), thing="request", data={"approve-checked_by": "card_seen"}
    ),
    "console:join-request-reject": desk(
        WRITERS, get=(), post=(302,), thing="request", data={"reject-reason": "not_here"}
    ),
    "console:elsewhere": desk(READERS, lists=("elsewhere",)),
    "console:elsewhere-settle": desk(
        WRITERS, get=(), post=(302,), thing="elsewhere", data={"outcome": "stays"}
    ),
    "console:join-codes": desk(INVITERS, post=ANSWER, lists=("code",)),
    "console:join-code-revoke": desk(INVITERS, get=(), post=(302,), thing="code"),
    "console:join-code-poster": desk(INVITERS, thing="code"),
    "console:duplicates": desk(READERS, lists=("pair",)),
    "console:duplicates-search": desk(WRITERS, get=(), post=(302,)),
    "console:duplicates-decide": desk(WRITERS, get=(), post=(302,)),
    "console:duplicate": desk(READERS, thing="pair"),
    "console:duplicate-unmask": desk(
        WRITERS, get=(), post=(200,), thing="pair", data={"reason": "核对证件照片"}, uncovers=True
    ),
    "console:duplicate-merge": desk(WRITERS, get=(), post=ANSWER, thing="pair"),
    "console:duplicate-different": desk(WRITERS, get=(), post=(302,), thing="pair"),
    "console:duplicate-again": desk(WRITERS, get=(), post=(302,), thing="pair"),
    "console:duplicate-unmerge": desk(WRITERS, get=(), post=(302,), thing="pair"),
    "console:intake": desk(WRITERS, post=ANSWER, lists=("batch",)),
    "console:intake-batch": desk(WRITERS, thing="batch"),
    "console:intake-remap": desk(WRITERS, get=(), post=ANSWER, thing="batch"),
    "console:intake-guess-anew": desk(WRITERS, get=(), post=(302,), thing="batch"),
    "console:intake-unions": desk(WRITERS, get=(), post=(302,), thing="batch"),
    "console:intake-read-as": desk(WRITERS, get=(), post=(302, 404), thing="batch"),
    "console:intake-commit": desk(WRITERS, get=(), post=(302,), thing="batch"),
    "console:intake-stop": desk(WRITERS, get=(), post=(302,), thing="batch"),
    "console:intake-cancel": desk(WRITERS, get=(), post=(302,), thing="batch"),
    "console:intake-undo": desk(WRITERS, get=ANSWER, post=(302,), thing="batch"),
    "console:employer-doubts": desk(WRITERS, post=(302,), lists=("doubt",)),
    "console:held-rows": desk(WRITERS, post=(302,), lists=("held",)),
    "console:held-mending": desk(WRITERS, post=(302,), lists=("held",)),
    "console:held-row": desk(WRITERS, thing="held"),
    "console:held-row-unmask": desk(
        WRITERS, get=(), post=(200,), thing="held", data={"reason": "核对证件照片"}, uncovers=True
    ),
    "console:intake-template": desk(WRITERS),
    "console:intake-repair": desk(WRITERS, get=(200, 404), thing="batch"),
    "console:intake-repair-ask": desk(WRITERS, get=(), post=(302, 404), thing="batch"),
    "console:exports": desk(READERS, lists=("export",)),
    "console:export-new": desk(
        READERS, post=ANSWER, args=("members",), data={"purpose": "节日慰问物资发放", "format": "xlsx"}
    ),
    "console:export": desk(READERS, thing="export"),
    "console:export-cancel": desk(READERS, get=(), post=(302,), thing="export"),
    "console:export-remove": desk(READERS, get=(), post=(302,), thing="export"),
    # The link of somebody else is no link: tests/console/copies.
    "console:export-file": desk(READERS, get=(404,), thing="export", args=("signed",)),
    "console:orders": desk(ORDERERS, post=ANSWER, lists=("order",)),
    "console:order-template": desk({"clerk"}),
    "console:order": desk(ORDERERS, thing="order"),
    "console:order-line": desk({"clerk"}, get=(), post=ANSWER, thing="order"),
    "console:order-line-drop": desk({"clerk"}, get=(), post=(302,), thing="order", args=("1",)),
    "console:order-file": desk({"clerk"}, get=(), post=ANSWER, thing="order"),
    "console:order-preview": desk({"clerk"}, get=(), post=(302,), thing="order"),
    "console:order-sign": desk(ORDERERS, get=(), post=(302,), thing="order"),
    "console:order-cancel": desk(ORDERERS, get=(), post=(302,), thing="order"),
    "console:order-take-back": desk(ORDERERS, get=ANSWER, post=(302,), thing="order"),
}
