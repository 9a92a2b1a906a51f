"""The inbox of an office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from niangjia.console.requests import page_of
from niangjia.foundation import notices as inbox
from niangjia.ui.notices import words
from niangjia.ui.requests import actor_of


def notices(request: HttpRequest) -> HttpResponse:
    """Show what came in; a POST marks it all as read."""
    actor, now = actor_of(request), timezone.now()
    if request.method == "POST":
        inbox.mark_read(by=actor, at=now)
        return redirect("console:notices")
    page = page_of(request, inbox.inbox(by=actor))
    rows = [(notice, words(notice.code)) for notice in page.object_list]
    context = {"page": page, "rows": rows, "new": inbox.unread(by=actor).count(), "now": now}
    return render(request, "console/notices.html", context)
