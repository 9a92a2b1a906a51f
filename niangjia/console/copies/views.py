"""The exports of an office and of those below it, and the file for who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.console.copies import shown
from niangjia.console.requests import WORKBOOK, page_of
from niangjia.core.days import day_of
from niangjia.core.errors import Refusal
from niangjia.foundation.copies import asking, giving, queries
from niangjia.foundation.copies.models import Export
from niangjia.foundation.copies.states import CHART, Status
from niangjia.foundation.files.storing import FileGone
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence

LOOK_AGAIN = 3  # seconds
TYPES = {Export.Format.XLSX: WORKBOOK, Export.Format.CSV: "text/csv; charset=utf-8"}


@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Show the exports, the newest first."""
    actor = actor_of(request)
    page = page_of(request, queries.visible_to(actor))
    context = {"page": page, "lines": shown.lines(page.object_list, by=actor)}
    return render(request, "console/copies/listed.html", context)


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one export: what it is, how far it is, who got a copy; its file to who asked."""
    actor, at = actor_of(request), timezone.now()
    export = queries.get(pk, by=actor)
    (line,) = shown.lines([export], by=actor)
    mine = export.status == Status.READY and giving.is_for(export, actor)
    context: dict[str, Any] = {
        "export": export,
        "line": line,
        "narrowed": shown.narrowed(export.asked, by=actor),
        "work": shown.work_of(export),
        "seconds": LOOK_AGAIN,
        "why": shown.why_failed(export),
        "events": CHART.open_to(export.status, str(actor.role)),
        "copies": list(queries.copies_of(export, by=actor)),
        "link": giving.link(export, by=actor, at=at) if mine else "",
    }
    return render(request, "console/copies/export.html", context)


def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop the making."""
    return _step(request, pk, asking.cancel, _("Cancelled. No file was kept."))


def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove the file before its term."""
    return _step(request, pk, asking.remove, _("Removed. Who got a copy stays written down."))


@never_cache
def give(request: HttpRequest, pk: UUID, signed: str) -> HttpResponseBase:
    """Give the file to who asked for it."""
    actor, at = actor_of(request), timezone.now()
    export = queries.get(pk, by=actor)
    try:
        content = giving.give(export, signed, by=actor, at=at)
    except (giving.LinkOver, FileGone) as refusal:
        messages.error(request, sentence(refusal))
        return redirect("console:export", pk)
    (line,) = shown.lines([export], by=actor)
    name = f"{line.table}-{day_of(export.asked_at)}.{export.format}"
    kind = TYPES[Export.Format(export.format)]
    return FileResponse(content, as_attachment=True, filename=name, content_type=kind)


def _step(request: HttpRequest, pk: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    """Take a step, and say what came of it; whoever was second is told."""
    found = queries.get(pk, by=actor_of(request))
    try:
        act(found, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, done)
    return redirect("console:export", pk)
