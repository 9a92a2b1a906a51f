"""The own request while it waits: who has it, until when, what happens then; and what the worker can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import pi
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.core.days import day_of
from niangjia.core.errors import NotFound, Refusal
from niangjia.core.workdays import working_days_between
from niangjia.foundation import clocks
from niangjia.foundation.clocks.models import Clock
from niangjia.joining import answering, queries
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import CHART, OPEN, Status
from niangjia.mobile.joining.answers import Answer
from niangjia.mobile.joining.handing_in import handed_in
from niangjia.registry import organisations
from niangjia.ui.dates import day_text, moment_text
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence

SCREENED_WITHIN = timedelta(minutes=1)
AROUND = 2 * pi * 38  # the ring is a circle of radius 38


@dataclass(frozen=True)
class Ring:
    """The ring that counts working days down: how many are left, and the dash that draws the share of time left."""

    days: int
    dash: str


@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Lead to what one is here for: the card, the request, or the question whether one is a member already."""
    if actor_of(request).person_id is not None:
        return redirect("mobile:card")
    waits = queries.latest_of_worker(by=actor_of(request)) or handed_in(request)
    return redirect("mobile:request" if waits else "mobile:first-link")


@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Show the request as it stands."""
    actor, now = actor_of(request), timezone.now()
    found = queries.latest_of_worker(by=actor)
    if found is None or (found.status not in OPEN and _newer_on_its_way(request, found, now)):
        return _taken_in(request)
    running = {clock.name: clock for clock in clocks.of(found)}
    context = {
        "mine": found,
        "now": now,
        "union": found.organisation.name,
        "decide": running.get("joining_decide"),
        "ring": _ring(running.get("joining_decide"), now) if found.status == Status.PENDING else None,
        "answer_by": running.get("need_more_days"),
        "steps": _steps(found, running, now),
        "events": CHART.open_to(found.status, str(actor.role)),
        "form": Answer(request.POST or None, join_request=found),
        "by_itself": bool(answering.BY_ITSELF & set(found.needs)),
        "code": queries.code_of(found),
        "lapsed": queries.has_lapsed(found),
    }
    return render(request, "mobile/joining/mine.html", context)


def _newer_on_its_way(request: HttpRequest, found: JoinRequest, now: datetime) -> bool:
    """Tell whether this session handed in another one so lately that it may not have been screened yet."""
    noted = handed_in(request).get("at")
    if noted is None or found.submitted_at >= datetime.fromisoformat(noted):
        return False
    return now - datetime.fromisoformat(noted) < SCREENED_WITHIN


def _taken_in(request: HttpRequest) -> HttpResponse:
    """Say that it has arrived; screening takes seconds, and the page looks again by itself."""
    if not handed_in(request):
        return redirect("mobile:first-link")
    return render(request, "mobile/joining/taken_in.html")


def _ring(clock: Clock | None, now: datetime) -> Ring | None:
    if clock is None or now >= clock.due_at:
        return None
    left = (clock.due_at - now) / (clock.due_at - clock.started_at)
    days = working_days_between(day_of(now), day_of(clock.due_at), clocks.calendar())
    return Ring(days, f"{min(left, 1) * AROUND:.1f} {AROUND:.1f}")


def _steps(mine: JoinRequest, running: dict[str, Clock], now: datetime) -> list[dict[str, Any]]:
    if mine.status not in OPEN:
        return []
    arrived = {"state": "done", "label": _("It has arrived"), "note": moment_text(mine.submitted_at)}
    if mine.status == Status.APPROVED:
        decided = {
            "state": "done",
            "label": _("The union has said yes"),
            "note": moment_text(mine.decided_at),
        }
        entering = {"state": "now", "label": _("You are being put on the roll")}
        return [arrived, decided, entering]
    if mine.status == Status.NEED_MORE:
        asked = {"state": "now", "label": _("The union asks for more")}
        return [arrived, asked, {"state": "next", "label": _("Then the union goes on where it stood")}]
    reviewing = {"state": "now", "label": _("The union looks at it"), "note": _contact(mine, running, now)}
    late = {"state": "next", "label": _("If nobody answers in time"), "note": _then(mine, running)}
    return [arrived, reviewing, late] if late["note"] else [arrived, reviewing]


def _contact(mine: JoinRequest, running: dict[str, Clock], now: datetime) -> str:
    if mine.contacted_at:
        return _("They spoke to you on %(day)s.") % {"day": day_text(mine.contacted_at)}
    clock = running.get("joining_contact")
    if clock is None or clock.due_at <= now:
        return _("They have not called you yet.")
    return _("They will call you once by %(when)s.") % {"when": moment_text(clock.due_at)}


def _then(mine: JoinRequest, running: dict[str, Clock]) -> str:
    clock = running.get("joining_superior_decides")
    if mine.holder_id != mine.organisation_id:
        said = _("It was handed to %(union)s, which can decide now. You need not send it again.")
        return said % {"union": mine.holder.name}
    above = organisations.parent_of(mine.organisation)
    if clock is None or above is None:
        return ""
    said = _("On %(day)s it goes to %(union)s by itself, and they decide. You need not send it again.")
    return said % {"union": above.name, "day": day_text(clock.due_at)}


def answer(request: HttpRequest) -> HttpResponse:
    """Answer what the union asked for."""
    found = _found(request)
    form = Answer(request.POST, join_request=found)
    if not form.is_valid():
        return mine(request)
    try:
        answering.complete(
            found, form.corrections(), form.cleaned_data["answer"], by=actor_of(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, _("Sent. The union goes on from here."))
    return redirect("mobile:request")


@never_cache
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask once whether it is meant, then take the request back."""
    found = _found(request)
    if request.method != "POST":
        return render(request, "mobile/joining/withdraw.html", {"mine": found})
    try:
        answering.withdraw(found, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    return redirect("mobile:request")


def _found(request: HttpRequest) -> JoinRequest:
    found = queries.latest_of_worker(by=actor_of(request))
    if found is None:
        raise NotFound
    return found
