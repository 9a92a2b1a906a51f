"""The QR codes by which a union invites: made, printed, revoked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.console.joining.forms import MakeCode
from niangjia.console.requests import page_of
from niangjia.joining import codes
from niangjia.joining.models import JoinCode
from niangjia.registry import organisations
from niangjia.ui.requests import actor_of

MOST_UNIONS = 300  # a longer list is no list to choose from: the office below makes its own


def listed(request: HttpRequest) -> HttpResponse:
    """Show the codes of the unions here, and make a new one."""
    actor = actor_of(request)
    unions = organisations.visible_to(actor).filter(ended_on__isnull=True).order_by("path")
    form = MakeCode(request.POST or None, unions=unions)
    if request.method == "POST" and form.is_valid():
        union, label = form.cleaned_data["union"], form.cleaned_data["label"]
        made = codes.make(union, label=label, by=actor, at=timezone.now())
        return redirect("console:join-code-poster", made.pk)
    shown = list(unions[:MOST_UNIONS])
    form.fields["union"].choices = [(union.pk, union.name) for union in shown]  # type: ignore[attr-defined]
    page = page_of(request, codes.visible_to(actor))
    return render(request, "console/joining/codes.html", {"page": page, "form": form})


def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a code lead nowhere from now on."""
    actor = actor_of(request)
    codes.revoke(codes.get(pk, by=actor), by=actor, at=timezone.now())
    messages.success(request, _("Revoked. Whoever scans it now reads that it leads nowhere."))
    return redirect("console:join-codes")


def poster(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a code as a sheet to print."""
    code = codes.get(pk, by=actor_of(request))
    return render(request, "console/joining/poster.html", {"code": code, "address": address_of(code)})


def address_of(code: JoinCode) -> str:
    """Return the address that the code stands for."""
    return f"{settings.NIANGJIA_PUBLIC_URL}{reverse('mobile:join', args=[code.token])}"
