"""What came in for a worker."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from niangjia.foundation import notices as inbox
from niangjia.ui.notices import words
from niangjia.ui.requests import actor_of

SHOWN = 50


def notices(request: HttpRequest) -> HttpResponse:
    """Show the last notices; a POST marks them as read."""
    actor = actor_of(request)
    if request.method == "POST":
        inbox.mark_read(by=actor, at=timezone.now())
        return redirect("mobile:notices")
    rows = [(notice, words(notice.code)) for notice in inbox.inbox(by=actor)[:SHOWN]]
    return render(request, "mobile/notices.html", {"rows": rows, "new": inbox.unread(by=actor).exists()})
