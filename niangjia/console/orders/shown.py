"""What the page of one order shows, made of what is kept with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.core.reorganisation.refusals import MESSAGES
from niangjia.registry.models import OrderLine, ReorganisationOrder
from niangjia.registry.reorganisation.states import Status

LOOKS: dict[str, str] = {
    Status.DRAFT: "waiting",
    Status.PREVIEWED: "changed",
    Status.CARRIED_OUT: "done",
    Status.REFUSED: "refused",
    Status.TAKEN_BACK: "off",
    Status.CANCELLED: "off",
}
COUNTS = {
    "units": gettext_noop("Units"),
    "persons": gettext_noop("Persons"),
    "spells": gettext_noop("Open memberships"),
    "posts": gettext_noop("Posts"),
    "officers": gettext_noop("Union officers"),
    "requests": gettext_noop("Open requests"),
    "codes": gettext_noop("Join codes"),
    "cases": gettext_noop("Cases to decide"),
    "clocks": gettext_noop("Running clocks"),
    "batches": gettext_noop("Rosters"),
}


@dataclass(frozen=True)
class Told:
    """One reason of a refusal, and the line it belongs to; 0 is the whole order."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Count:
    """One figure of the preview."""

    label: str
    n: int


@dataclass(frozen=True)
class Shown:
    """One line of an order with what the preview says of it.

    Attributes:
        superior: where the unit stood when it was previewed.
        refused: whether something speaks against it.
    """

    line: OrderLine
    unit: str
    superior: str
    target: str
    counts: tuple[Count, ...]
    posts: tuple[str, ...]
    is_refused: bool


def look_of(order: ReorganisationOrder) -> str:
    """Return the kind of state, as ``state_word`` draws it."""
    return LOOKS.get(order.status, "waiting")


def refusals_of(order: ReorganisationOrder) -> list[Told]:
    """Return why the last try was refused, in the reader's language."""
    told = [(each["line"], MESSAGES[each["code"]], each["params"]) for each in order.refusals]
    return [Told(line, _(message) % params) for line, message, params in told]


def totals_of(order: ReorganisationOrder) -> list[Count]:
    """Return what the order moves in all."""
    return _counts(order.preview.get("counts", {}))


def _counts(counts: dict[str, int]) -> list[Count]:
    return [Count(_(label), counts[name]) for name, label in COUNTS.items() if name in counts]


def lines_of(order: ReorganisationOrder, lines: Iterable[OrderLine]) -> list[Shown]:
    """Return the lines, each with what the preview says of it."""
    previewed: dict[int, dict[str, Any]] = {each["line"]: each for each in order.preview.get("lines", [])}
    refused = {each["line"] for each in order.refusals}
    return [_shown(line, previewed.get(line.number), line.number in refused) for line in lines]


def _shown(line: OrderLine, told: dict[str, Any] | None, is_refused: bool) -> Shown:
    if told is None:
        return Shown(line, line.unit, "", line.target, (), (), is_refused)
    counts = tuple(count for count in _counts(told["counts"]) if count.n)
    return Shown(
        line, told["unit"], told["superior"], told["target"], counts, tuple(told["posts"]), is_refused
    )


def steps_of(order: ReorganisationOrder) -> list[dict[str, str]]:
    """Return where the order is on its way."""
    last = _("Taken back") if order.status == Status.TAKEN_BACK else _("Can be taken back")
    labels = [_("Draft"), _("Preview"), _("Signature"), _("Carrying out"), last]
    now = {
        Status.DRAFT: 0,
        Status.REFUSED: 0,
        Status.CANCELLED: 0,
        Status.PREVIEWED: 2,
        Status.SIGNED: 3,
        Status.CARRYING_OUT: 3,
        Status.CARRIED_OUT: 4,
        Status.TAKING_BACK: 4,
        Status.TAKEN_BACK: 5,
    }[Status(order.status)]
    states = ["done" if k < now else "now" if k == now else "next" for k in range(len(labels))]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]
