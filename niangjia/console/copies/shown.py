"""What the pages of exports show: who took what, what it was narrowed to, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from niangjia.core.errors import NotFound
from niangjia.core.plan import LABELS, Verdict
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.models import Export
from niangjia.foundation.copies.states import Status
from niangjia.foundation.copies.tables import table
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import queries as plans
from niangjia.insight.slices import NOT_RECORDED
from niangjia.registry import organisations, postings
from niangjia.ui.paces import pace_text
from niangjia.ui.words import code_name

LOOKS = {
    Status.ASKED: "waiting",
    Status.READY: "done",
    Status.CANCELLED: "off",
    Status.FAILED: "refused",
    Status.REMOVED: "off",
}


@dataclass(frozen=True)
class Line:
    """One export as a list shows it: by which office and which post, never by whose name."""

    export: Export
    table: str
    office: str
    post: str
    look: str
    is_mine: bool


def lines(exports: Iterable[Export], *, by: Actor) -> list[Line]:
    """Return exports as the page shows them."""
    rows = list(exports)
    offices = dict(
        organisations.visible_to(by)
        .filter(pk__in={each.organisation_id for each in rows})
        .values_list("pk", "name")
    )
    posts = _posts(rows, by=by)
    return [
        Line(
            each,
            _(table(each.table).label),
            offices.get(each.organisation_id, ""),
            posts.get(each.posting_id, ""),
            LOOKS[Status(each.status)],
            each.account_id == by.account_id and each.posting_id == by.posting_id,
        )
        for each in rows
    ]


def _posts(rows: Iterable[Export], *, by: Actor) -> dict[object, str]:
    held = postings.visible_to(by).filter(pk__in={each.posting_id for each in rows})
    return {each.pk: each.title or code_name(each.role, "role") for each in held}


def narrowed(asked: Mapping[str, str], *, by: Actor) -> list[tuple[str, str]]:
    """Return what a list was narrowed to, as label and words."""
    words: dict[str, tuple[str, Callable[[str], str]]] = {
        "on": (_("Day"), str),
        "since": (_("Came since"), str),
        "group": (_("Group"), _group),
        "under": (_("Branch"), lambda code: _branch(code, by)),
        "batch": (_("List"), lambda key: _file(key, by)),
        "show": (
            _("What became of it"),
            lambda verdict: _(LABELS[Verdict(verdict)]) if verdict in set(Verdict) else "",
        ),
        "alone": (_("Which part"), lambda _said: _("Only its own roll, not what stands below.")),
    }
    return [(label, write(asked[name])) for name, (label, write) in words.items() if name in asked]


def _group(code: str) -> str:
    return _("Not recorded") if code == NOT_RECORDED else code_name(code, "worker_group")


def _file(key: str, by: Actor) -> str:
    try:
        return plans.get(UUID(key), by=by).file_name
    except (ValueError, NotFound):
        return ""


def _branch(code: str, by: Actor) -> str:
    found = organisations.counted_by(by).filter(code=code).values_list("name", flat=True).first()
    return found or ""


@dataclass(frozen=True)
class Work:
    """How far the making is; ``done`` is None before the first rows."""

    done: int | None
    total: int
    note: str


def work_of(export: Export) -> Work | None:
    """Return how far the making of ``export`` is, None where nothing is being made."""
    if export.status != Status.ASKED:
        return None
    state = progress.of(export.pk)
    if state is None:
        return Work(None, 0, "")
    return Work(state.done or None, state.total, pace_text(state.rate, state.left))


FAILURES = {
    "posting_ended": gettext_noop("The posting in which it was asked for has ended."),
    "error": gettext_noop("Something went wrong here. Ask for it again; if it happens twice, tell your administrator."),
}  # fmt: skip


def why_failed(export: Export) -> str:
    """Return why an export could not be made."""
    return _(FAILURES[export.failure]) if export.failure else ""
