"""One join request: what it says, masked; the clocks; and the steps that the chart leaves open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.console.forms import Unmask
from niangjia.console.joining.forms import Approve, ConfirmPhone, NeedMore, Reject
from niangjia.console.requests import cover_again, said
from niangjia.core.days import day_of
from niangjia.foundation import audit, clocks, parameters
from niangjia.foundation.vault.reading import masked, reveal
from niangjia.joining import queries, reviewing
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import CHART
from niangjia.ui.requests import actor_of

FORMS: dict[str, Any] = {
    "confirm_phone": ConfirmPhone,
    "need_more": NeedMore,
    "approve": Approve,
    "reject": Reject,
}
CLOCKS = (
    "joining_contact",
    "joining_decide",
    "joining_remind_superior",
    "joining_superior_decides",
    "need_more_days",
)


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one request."""
    found = queries.get(pk, by=actor_of(request))
    audit.record(
        "joining.seen", by=actor_of(request), at=timezone.now(), subject=found, persons=_persons(found)
    )
    return _page(request, found)


def _page(request: HttpRequest, found: JoinRequest, **more: Any) -> HttpResponse:
    running = {clock.name: clock for clock in clocks.of(found)}
    events = CHART.open_to(found.status, str(actor_of(request).role))
    context = {
        "found": found,
        "masks": masked(found),
        "opened": None,
        "clocks": [running[name] for name in CLOCKS if name in running],
        "decide": running.get("joining_decide"),
        "now": timezone.now(),
        "events": events,
        "forms": {event: form(prefix=event) for event, form in FORMS.items() if event in events},
        "unmask": Unmask(),
        "needs_phone": not (found.phone_proven_at or found.phone_confirmed_by),
        "elsewhere_waits": found.status == "approved",
        "lapsed": queries.has_lapsed(found),
    }
    return render(request, "console/joining/request.html", context | more)


@never_cache
def unmask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the ID number and the phone for a stated reason, for a few minutes and on this page only."""
    actor, at = actor_of(request), timezone.now()
    found = queries.get(pk, by=actor)
    form = Unmask(request.POST)
    if not form.is_valid():
        return _page(request, found, unmask=form)
    opened = reveal(
        found, fields=["id_number", "phone"], purpose=form.cleaned_data["reason"], by=actor, at=at
    )
    minutes = parameters.at(day_of(at)).unmask_minutes
    response = _page(request, found, opened=dict(opened), minutes=minutes)
    return cover_again(response, reverse("console:join-request", args=[found.pk]), minutes=minutes)


def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that the worker has been spoken to."""
    return _step(
        request,
        pk,
        lambda found, **said: reviewing.contact(found, **said),
        _("Noted. The clock for the first call has stopped."),
    )


def confirm_phone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note how the phone was confirmed."""

    def act(found: JoinRequest, form: Any, **said: Any) -> None:
        reviewing.confirm_phone(found, form.cleaned_data["how"], **said)

    return _form_step(request, pk, "confirm_phone", act, _("The phone is confirmed."))


def need_more(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the worker for what is missing, all at once."""

    def act(found: JoinRequest, form: Any, **said: Any) -> None:
        reviewing.ask_for_more(found, form.cleaned_data["needs"], **said)

    return _form_step(
        request, pk, "need_more", act, _("Asked. Your clock stands still until the answer comes.")
    )


def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the worker in."""

    def act(found: JoinRequest, form: Any, **said: Any) -> None:
        reviewing.approve(found, checked_by=form.cleaned_data["checked_by"], **said)

    return _form_step(request, pk, "approve", act, _("Accepted. The roll and the card follow in a moment."))


def reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do not take the worker in."""

    def act(found: JoinRequest, form: Any, **said: Any) -> None:
        reviewing.reject(found, reason=form.cleaned_data["reason"], **said)

    return _form_step(
        request, pk, "reject", act, _("Not accepted. The worker reads the reason, and whom to ask.")
    )


def _form_step(
    request: HttpRequest, pk: UUID, event: str, act: Callable[..., None], done: str
) -> HttpResponse:
    """Take a step whose form stands on the page; a mistake is said under its field."""
    found = queries.get(pk, by=actor_of(request))
    form = FORMS[event](request.POST, prefix=event)
    if not form.is_valid() and event in CHART.open_to(found.status, str(actor_of(request).role)):
        forms = {name: made(prefix=name) for name, made in FORMS.items()} | {event: form}
        return _page(request, found, forms=forms)
    return _step(request, pk, lambda found, **said: act(found, form, **said), done)


def _step(request: HttpRequest, pk: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    """Take a step, and say what came of it; whoever was second is told."""
    found = queries.get(pk, by=actor_of(request))
    said(request, lambda: act(found, by=actor_of(request), at=timezone.now()), done)
    return redirect("console:join-request", pk)


def _persons(found: JoinRequest) -> list[UUID]:
    return [found.person_id] if found.person_id else []
