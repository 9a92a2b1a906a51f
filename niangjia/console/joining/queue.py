"""The queue of join requests: by clock, by group, by name; masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from niangjia.console.requests import page_of
from niangjia.core.codes import by_code, table
from niangjia.core.days import day_of, moment_at
from niangjia.core.masks import masked_name
from niangjia.foundation import audit, clocks, parameters
from niangjia.foundation.clocks.models import Clock
from niangjia.foundation.vault.reading import masked
from niangjia.joining import queries
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import Status
from niangjia.ui.requests import actor_of
from niangjia.ui.words import code_name

DECIDE = "joining_decide"
MIDNIGHT = time(23, 59, 59)


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    request: JoinRequest
    name: str
    masks: dict[str, str]
    decide: Clock | None
    contact: Clock | None


@dataclass(frozen=True)
class Segment:
    """One way to cut the queue by time, and how many lie there."""

    key: str
    label: str
    n: int


def queue(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait, those due first. A name is asked for by POST: no name stands in an address."""
    actor, now = actor_of(request), timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    due, group = (asked.get(key, "").strip() for key in ("due", "group"))
    name = request.POST.get("name", "").strip()
    if request.method == "POST" and not name:
        return redirect(f"{request.path}?{urlencode({'due': due, 'group': group})}")
    found = _filtered(queries.awaiting_review(by=actor), group=group, name=name)
    cuts = _cuts(found, now)
    shown = cuts[due][1] if due in cuts else found
    page = page_of(request, shown)
    rows = _rows(list(page.object_list))
    audit.record("joining.listed", by=actor, at=now, facts={"rows": len(rows)})
    context = {
        "rows": rows,
        "page": page,
        "now": now,
        "due": due if due in cuts else "",
        "segments": [Segment(key, label, rows.count()) for key, (label, rows) in cuts.items()],
        "total": found.count(),
        "group": group,
        "groups": [(code.code, code_name(code.code, "worker_group")) for code in table("worker_group")],
        "name": name,
        "rules": parameters.at(day_of(now)),
        "elsewhere": queries.elsewhere_open(by=actor).count(),
    }
    return render(request, "console/joining/queue.html", context)


def _filtered(rows: QuerySet[JoinRequest], *, group: str, name: str) -> QuerySet[JoinRequest]:
    if group in by_code("worker_group"):
        rows = rows.filter(group=group)
    return rows.filter(name__startswith=name) if name else rows


def _cuts(rows: QuerySet[JoinRequest], now: datetime) -> dict[str, tuple[str, QuerySet[JoinRequest]]]:
    """Return the cuts by time: what is over, due today, due in three days, and what stands still."""
    pending = rows.filter(status=Status.PENDING)
    over = _due(now)
    today = _due(moment_at(day_of(now), MIDNIGHT))
    soon = _due(moment_at(day_of(now) + timedelta(days=3), MIDNIGHT))
    return {
        "over": (_("Late"), pending.filter(pk__in=over)),
        "today": (_("Due today"), pending.filter(pk__in=today).exclude(pk__in=over)),
        "soon": (_("In three days"), pending.filter(pk__in=soon).exclude(pk__in=today)),
        "later": (_("Later"), pending.exclude(pk__in=soon)),
        "paused": (_("Paused"), rows.filter(status=Status.NEED_MORE)),
    }


def _due(by: datetime) -> QuerySet[Any]:
    return clocks.overdue(DECIDE, at=by).values("subject_id")


def _rows(page: list[JoinRequest]) -> list[Row]:
    ids = [each.pk for each in page]
    decide, contact = clocks.due_of(ids, DECIDE), clocks.due_of(ids, "joining_contact")
    return sorted((_row(each, decide, contact) for each in page), key=_by_due)


def _row(each: JoinRequest, decide: dict[UUID, Clock], contact: dict[UUID, Clock]) -> Row:
    return Row(each, masked_name(each.name), masked(each), decide.get(each.pk), contact.get(each.pk))


def _by_due(row: Row) -> tuple[bool, datetime]:
    return row.request.status != Status.PENDING, row.decide.due_at if row.decide else row.request.submitted_at
