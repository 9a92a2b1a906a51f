"""From a request to values: which day is meant, which page of a list; and the answer that is a workbook."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from niangjia.core.days import day_of

PAGE_ROWS = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """Return the day in the address, today where there is none or none that has been."""
    today = day_of(timezone.now())
    try:
        return min(date.fromisoformat(request.GET.get(name, "")), today)
    except ValueError:
        return today


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """Return the page of a list that the address asks for, the nearest where it asks for none that is."""
    return Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))


def workbook(made: bytes, *, name: str) -> FileResponse:
    """Answer with a workbook to be saved."""
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=name, content_type=WORKBOOK)
