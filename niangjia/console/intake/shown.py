"""What the page of one roster shows: how far it is, its counts, what was found. No cell of the roster is among it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from niangjia.core.findings import Severity
from niangjia.core.intake.lists import Form
from niangjia.core.plan import LABELS, Verdict
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.foundation.plans.states import Status
from niangjia.intake.words import Unspecified, form_of
from niangjia.registry import organisations
from niangjia.registry.kinds.roster import MOVED
from niangjia.ui.paces import pace_text

FEW_UNIONS, MOST_UNIONS = 12, 500
BAR = 132
STAGES = {Status.PLANNING: ("read", "check"), Status.COMMITTING: ("commit",), Status.UNDOING: ("undo",)}
AT_WORK = (Status.UPLOADED, *STAGES)
LOOKS = {
    Verdict.NEW: "done",
    Verdict.CHANGED: "changed",
    Verdict.SAME: "off",
    Verdict.HELD: "waiting",
    Verdict.REFUSED: "refused",
}


@dataclass(frozen=True)
class Work:
    """How far the work has come; ``done`` is None where it cannot be counted."""

    label: str
    done: int | None
    total: int
    note: str
    is_cancelled: bool


def work_of(batch: Batch) -> Work | None:
    """Return how far the work on ``batch`` is, None where nothing is being done."""
    if batch.status not in AT_WORK:
        return None
    state = progress.of(batch.pk)
    if state is None or state.stage not in STAGES.get(Status(batch.status), ()):
        return Work(_("Waits for its turn"), None, 0, "", is_cancelled=bool(state and state.is_cancelled))
    label = {
        "read": _("The file is being read"),
        "check": _("The rows are being checked and compared with the roll"),
        "commit": _("The rows are being written"),
        "undo": _("The rows are being taken back"),
    }[state.stage]
    return Work(label, state.done or None, state.total, pace_text(state.rate, state.left), state.is_cancelled)


@dataclass(frozen=True)
class Count:
    """How many rows have a verdict, and where they stand."""

    verdict: str
    label: str
    n: int
    url: str
    x: float
    width: float


@dataclass(frozen=True)
class Union:
    """What becomes of the rows of one union."""

    name: str
    counts: list[Count]
    rows: int


def totals(batch: Batch) -> list[Count]:
    """Return the counts in all."""
    return _counts(batch, batch.counts, "")


def _counts(batch: Batch, counts: dict[str, int], union: str) -> list[Count]:
    whole, before, made = sum(counts.values()) or 1, 0, []
    for verdict, label in LABELS.items():
        n = counts.get(verdict.value, 0)
        # A new row has no result before it is written: there is nothing to lead to.
        shown = verdict is not Verdict.NEW or batch.committed_at
        url = f"?show={verdict.value}{union}#rows" if shown else ""
        made.append(
            Count(verdict.value, _(label), n, url, round(BAR * before / whole, 1), round(BAR * n / whole, 1))
        )
        before += n
    return made


def unions(batch: Batch, *, every: bool, by: Actor) -> tuple[list[Union], int]:
    """Return the unions with the most rows (as many as a page can bear, where ``every`` one is asked for), and how many more."""
    most = MOST_UNIONS if every else FEW_UNIONS
    told = sorted(batch.by_organisation.items(), key=lambda each: -sum(each[1].values()))
    names = _names(batch, [key for key, _counts in told[:most] if key], by=by)
    lines = [
        Union(
            names.get(key, _("A union of another office") if key else _("(no union found)")),
            _counts(batch, counts, f"&union={key or 'none'}"),
            sum(counts.values()),
        )
        for key, counts in told[:most]
    ]
    return lines, max(0, len(told) - most)


def _names(batch: Batch, keys: list[str], *, by: Actor) -> dict[str, str]:
    to_found = {
        each["id"]: _("%(name)s (to be founded)") % {"name": each["name"]}
        for each in batch.options.get("unions_to_found", ())
    }
    there = organisations.visible_to(by).filter(pk__in=keys).values_list("pk", "name")
    return to_found | {str(pk): name for pk, name in there}


@dataclass(frozen=True)
class Kind:
    """One rule, and how many rows break it."""

    code: str
    sentence: str
    n: int
    url: str
    look: str
    outcome: str


def kinds(batch: Batch) -> list[Kind]:
    """Return what was found by rule, the most frequent first."""
    outcomes = {Severity.REFUSE: _("refused"), Severity.HOLD: _("held"), Severity.NOTE: _("only noted")}
    looks = {Severity.REFUSE: "refused", Severity.HOLD: "waiting", Severity.NOTE: "off"}
    form = form_of(batch)
    found = sorted(batch.finding_counts.items(), key=lambda each: (-each[1], each[0]))
    made = []
    for code, n in found:
        severity = form.severities.get(code, Severity.NOTE)
        # A new row has no result before it is written, and a note may be about one.
        url = f"?rule={code}#rows" if batch.committed_at or severity is not Severity.NOTE else ""
        made.append(Kind(code, said(form, code, None), n, url, looks[severity], outcomes[severity]))
    return made


def said(form: Form, code: str, params: str | None) -> str:
    """Return the sentence of a finding; about many rows what differs from row to row stands open."""
    if code not in form.messages:
        return code
    return _(form.messages[code]) % Unspecified(json.loads(params) if params else {})


@dataclass(frozen=True)
class Line:
    """One row of the roster: its number in the file, what becomes of it, and why."""

    row: int
    label: str
    look: str
    whys: list[tuple[str, str]]


def lines(rows: Iterable[BatchRow], form: Form) -> Iterator[Line]:
    """Yield rows as the page shows them."""
    for each in rows:
        verdict = Verdict(each.verdict)
        whys = [
            (_(form.label_of(found["column"])), said(form, found["code"], found["params"]))
            for found in each.findings or ()
        ]
        if each.differs:
            changed = _(", ").join(_(form.label_of(name)) for name in each.differs)
            whys.append((_("Changes"), changed))
        if each.kept:
            whys.append((_("Kept"), _(form.kept[each.kept])))
        yield Line(each.row, _(LABELS[verdict]), LOOKS[verdict], whys)


def chosen(batch: Batch, asked: Any, *, by: Actor) -> QuerySet[BatchRow]:
    """Return the rows that the address asks for: those with findings where it asks for none."""
    if asked.get("show") == "kept":
        return plans.kept_of(batch, by=by)
    rows, show, rule, union = (
        plans.results_of(batch, by=by),
        asked.get("show"),
        asked.get("rule"),
        asked.get("union"),
    )
    if show in {verdict.value for verdict in Verdict}:
        rows = rows.filter(verdict=show)
    elif rule in batch.finding_counts or rule == MOVED:
        rows = rows.filter(findings__contains=[{"code": rule}])
    else:
        rows = rows.filter(findings__isnull=False)
    if union in batch.by_organisation and union:
        rows = rows.filter(target_id=union)
    return rows.filter(target_id__isnull=True) if union == "none" else rows


def kept(batch: Batch) -> list[tuple[str, int]]:
    """Return why an undo left rows, and how many."""
    kept = form_of(batch).kept
    return [(_(kept[why]), n) for why, n in sorted(batch.kept_counts.items()) if n]
