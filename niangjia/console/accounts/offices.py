"""From the sign-in to the desk: what is still missing, and under which office one acts."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from niangjia.console.shell import office_of
from niangjia.core.days import day_of
from niangjia.foundation.accounts import sessions
from niangjia.registry.postings import actor_for, open_postings
from niangjia.ui import traces
from niangjia.ui.requests import account_of, actor_of


def next_step(request: HttpRequest) -> HttpResponse:
    """Lead an official to what is still missing: the app, its code, an office; then to the desk."""
    if not account_of(request).is_official:
        return redirect("mobile:home")
    if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        return redirect("mfa_activate_totp")
    if not sessions.has_second_factor(request.session):
        return redirect(f"{reverse('mfa_reauthenticate')}?next={request.path}")
    return redirect("account_offices" if actor_of(request).role is None else "console:home")


def offices(request: HttpRequest) -> HttpResponse:
    """Show the offices that one holds today; without any, say whom to ask."""
    if not sessions.has_second_factor(request.session):
        return redirect("account_next_step")
    held = open_postings(account_of(request).pk, on=day_of(timezone.now()))
    shown = [office_of(posting, actor_of(request)) for posting in held]
    had_one = sessions.POSTING in request.session and actor_of(request).role is None
    return render(request, "account/offices.html", {"offices": shown, "had_one": had_one})


def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Act under this office from now on, in a session with a new id."""
    at = timezone.now()
    posting = open_postings(account_of(request).pk, on=day_of(at)).filter(pk=pk).first()
    if posting is None or not sessions.has_second_factor(request.session):
        raise Http404
    request.session[sessions.POSTING] = str(posting.pk)
    request.session.cycle_key()
    traces.office_chosen(actor_for(account_of(request).pk, posting), at=at)
    return redirect("console:home")
