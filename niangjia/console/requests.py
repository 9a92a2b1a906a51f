"""From a request to values, and from what came of it to an answer: a sentence, a workbook, a page that covers itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone

from niangjia.core.days import day_of
from niangjia.core.errors import NotFound, Refusal
from niangjia.ui.words import sentence

PAGE_ROWS = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """Return the day in the address, today where there is none or none that has been."""
    today = day_of(timezone.now())
    try:
        return min(date.fromisoformat(request.GET.get(name, "")), today)
    except ValueError:
        return today


def page_of(request: HttpRequest, rows: Any, *, count: int | None = None) -> Page[Any]:
    """Return the page of a list that the address asks for, the nearest where it asks for none that is.

    Args:
        count: how many rows there are, where that has been counted already.
    """
    paginator = Paginator(rows, PAGE_ROWS)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def workbook(made: bytes, *, name: str) -> FileResponse:
    """Answer with a workbook to be saved."""
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=name, content_type=WORKBOOK)


def said(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do ``act``, and say on the next page that it is done, or why not; what is not there is not found."""
    try:
        act()
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
        return False
    messages.success(request, done)
    return True


def cover_again(response: HttpResponse, url: str, *, minutes: int) -> HttpResponse:
    """Let the browser leave an uncovered page by itself after ``minutes``, without a script."""
    response["Refresh"] = f"{minutes * 60}; url={url}"
    return response
