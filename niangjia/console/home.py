"""The first page of an office: where its day begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from niangjia.core.roles import ROLL_WRITERS, Role
from niangjia.ui.requests import actor_of


def home(request: HttpRequest) -> HttpResponse:
    """Lead a leader to the board and a clerk to the queue; tell everybody else what their role does here."""
    role = actor_of(request).role
    if role is Role.LEADER:
        return redirect("console:board")
    if role in ROLL_WRITERS:
        return redirect("console:joining-queue")
    return render(request, "console/home.html", {"invites": role is Role.ORGANISER, "role": role})
