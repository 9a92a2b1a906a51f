"""The board of an office, and the list behind each of its numbers."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from niangjia.console.board.cells import lines_of, sum_of
from niangjia.console.requests import day_asked, page_of
from niangjia.core.days import day_of
from niangjia.foundation import audit
from niangjia.insight.board import board as board_of
from niangjia.insight.slices import counted_in, rows_of, slice_of
from niangjia.registry import organisations
from niangjia.ui.requests import actor_of


def board(request: HttpRequest) -> HttpResponse:
    """Show the office's board on any day."""
    actor, on, now = actor_of(request), day_asked(request), timezone.now()
    shown = board_of(by=actor, on=on, at=now)
    context = {
        "board": shown,
        "lines": lines_of(shown),
        "sums": sum_of(shown),
        "now": now,
        "today": on == day_of(now),
    }
    return render(request, "console/board/board.html", context | _addresses(on))


def _addresses(on: date) -> dict[str, str]:
    queue = reverse("console:joining-queue")
    return {
        "came_url": f"{reverse('console:members')}?on={on}&since={on.replace(day=1)}",
        "queue_url": queue,
        "overdue_url": f"{queue}?due=over",
    }


def members(request: HttpRequest) -> HttpResponse:
    """Show the members that a figure counts."""
    actor, now = actor_of(request), timezone.now()
    asked = slice_of(request.GET.dict(), on=day_asked(request), by=actor)
    office = organisations.visible_to(actor).get(pk=actor.organisation_id)
    page = page_of(request, rows_of(asked, by=actor).order_by("-from_on", "pk"))
    audit.record("roll.listed", by=actor, at=now, facts={"rows": len(page.object_list), "on": str(asked.on)})
    context = {"slice": asked, "page": page, "now": now, "office": office}
    if asked.since is None and asked.on < day_of(now):
        # Since that day a reorganisation may have put some of them under another office.
        context["elsewhere"] = max(counted_in(asked, by=actor) - page.paginator.count, 0)
    # A day stands in it even where the address has none: the list that is taken out is the one that is seen.
    told = {**request.GET.dict(), "on": str(asked.on)}
    told.pop("page", None)
    return render(request, "console/board/members.html", context | {"export_query": urlencode(told)})
