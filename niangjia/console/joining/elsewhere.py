"""Approved, but on another roll: the common superior of both unions says whether the person moves."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.console.requests import page_of
from niangjia.core.errors import Refusal
from niangjia.foundation import audit
from niangjia.joining import queries, registration
from niangjia.joining.models import Elsewhere
from niangjia.registry import memberships
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence


def listed(request: HttpRequest) -> HttpResponse:
    """Show the cases that this office, as the common superior or above it, can see."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, queries.elsewhere_open(by=actor))
    rows = [(case, memberships.open_primary_of(case.person)) for case in page.object_list]
    persons = [case.person_id for case in page.object_list]
    audit.record("joining.elsewhere_listed", by=actor, at=now, persons=persons)
    return render(request, "console/joining/elsewhere.html", {"rows": rows, "page": page, "now": now})


def settle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide one case."""
    actor, outcome = actor_of(request), request.POST.get("outcome")
    case = queries.elsewhere_of(pk, by=actor)
    if outcome not in Elsewhere.Outcome.values:
        raise Http404
    try:
        registration.settle(case, outcome, by=actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, _("Decided. Both rolls follow in a moment."))
    return redirect("console:elsewhere")
