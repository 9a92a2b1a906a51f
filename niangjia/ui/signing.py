"""Leaving, whichever face one came in by."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils.translation import gettext as _

from niangjia.ui import traces


def out_after_a_pause(request: HttpRequest, *, at: datetime) -> None:
    """End a session that ran out, and say so on the page that comes next."""
    traces.signed_out(request.user, why="limit", at=at)
    logout(request)
    messages.info(
        request, _("You were signed out after a long pause, to keep your data safe. Sign in again to go on.")
    )
