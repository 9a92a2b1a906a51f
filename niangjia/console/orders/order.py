"""One order: its lines, what it would come to, and the steps that the chart leaves open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from niangjia.console.orders import shown
from niangjia.console.orders.forms import File, OneLine
from niangjia.console.requests import page_of
from niangjia.console.units import offered
from niangjia.core.days import day_of
from niangjia.core.errors import Refusal
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.intake.orders import lines_of
from niangjia.registry import organisations, postings
from niangjia.registry.models import ReorganisationOrder
from niangjia.registry.reorganisation import actions, queries
from niangjia.registry.reorganisation.states import AT_WORK, CHART, Status
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence

LOOK_AGAIN = 3  # seconds
MOST_SHOWN = 100  # units of the tree before and after; the lines below show all, a page at a time


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one order; asked for by htmx, it is looked at again while the work goes on."""
    order = queries.get(pk, by=actor_of(request))
    if "HX-Request" not in request.headers:
        audit.record("reorganisation.seen", by=actor_of(request), at=timezone.now(), subject=order)
    return _page(request, order)


def _page(request: HttpRequest, order: ReorganisationOrder, **more: Any) -> HttpResponse:
    actor, on = actor_of(request), day_of(timezone.now())
    is_own = actor.organisation_id == order.organisation_id
    events = CHART.open_to(order.status, str(actor.role)) if is_own else ()
    page = page_of(request, queries.lines_of(order, by=actor))
    context: dict[str, Any] = {
        "order": order,
        "look": shown.look_of(order),
        "events": events,
        "steps": shown.steps_of(order),
        "page": page,
        "lines": shown.lines_of(order, page.object_list),
        "refusals": shown.refusals_of(order),
        "totals": shown.totals_of(order),
        "units": order.preview.get("units", [])[:MOST_SHOWN],
        "more_units": max(len(order.preview.get("units", [])) - MOST_SHOWN, 0),
        "is_at_work": order.status in AT_WORK or (order.status == Status.SIGNED and order.effective_on <= on),
        "seconds": LOOK_AGAIN,
        "drafter": _who(order.drafted_by, by=actor),
        "signer": _who(order.signed_by, by=actor),
        "last_day_back": actions.last_day_back(order),
    }
    if "edit" in events:
        context |= {
            "line_form": OneLine(),
            "file_form": File(),
            "offered": offered(organisations.visible_to(actor)),
        }
    if "sign" in events:
        refusal = actions.why_not_sign(order, by=actor, on=on)
        context["why_not_sign"] = sentence(refusal) if refusal else ""
    return render(request, "console/orders/order.html", context | more)


def _who(posting: UUID | None, *, by: Actor) -> str:
    row = postings.visible_to(by).filter(pk=posting).first() if posting else None
    return (row.shown_name or row.title) if row else ""


def add_line(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add one line."""
    order, form = queries.get(pk, by=actor_of(request)), OneLine(request.POST)
    if not form.is_valid():
        return _page(request, order, line_form=form)
    return _step(request, order, lambda found, **said: actions.add_lines(found, [form.line], **said), _("The line stands at the end."))  # fmt: skip


def add_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add the lines of a file, all or none."""
    order, form = queries.get(pk, by=actor_of(request)), File(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, order, file_form=form)
    file = form.cleaned_data["lines"]
    try:
        lines = lines_of(file, name=file.name)
        n = actions.add_lines(order, lines, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        form.add_error("lines", sentence(refusal))
        return _page(request, queries.get(pk, by=actor_of(request)), file_form=form)
    messages.success(request, ngettext("%(n)s line was added.", "%(n)s lines were added.", n) % {"n": n})
    return redirect("console:order", pk)


def drop_line(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Take one line out."""
    order = queries.get(pk, by=actor_of(request))
    return _step(
        request, order, lambda found, **said: actions.drop_line(found, number, **said), _("The line is out.")
    )


def look_ahead(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Preview the order; what is wrong with it is listed on its page."""
    order = queries.get(pk, by=actor_of(request))
    try:
        is_ready = actions.look_ahead(order, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        if is_ready:
            messages.success(request, _("This is what would change. Nothing has been changed yet."))
        else:
            messages.error(request, _("The order cannot be carried out like this. The list says why."))
    return redirect("console:order", pk)


def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign the order as it was previewed."""
    order = queries.get(pk, by=actor_of(request))
    return _step(
        request, order, actions.sign, _("Signed. It is carried out on its day, whole or not at all.")
    )


def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the order up before its day."""
    order = queries.get(pk, by=actor_of(request))
    return _step(request, order, actions.cancel, _("Cancelled. Nothing was changed."))


def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether to take the order back, and what stands in the way; a POST does it."""
    order = queries.get(pk, by=actor_of(request))
    if request.method == "POST":
        return _step(request, order, actions.take_back, _("The order is being taken back."))
    is_open = "take_back" in CHART.open_to(order.status, str(actor_of(request).role))
    if not is_open or actor_of(request).organisation_id != order.organisation_id:
        return redirect("console:order", pk)
    context = {"order": order, "last_day": actions.last_day_back(order)}
    return render(request, "console/orders/take_back.html", context)


def _step(
    request: HttpRequest, order: ReorganisationOrder, act: Callable[..., Any], done: str
) -> HttpResponse:
    """Take a step, and say what came of it."""
    try:
        act(order, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, done)
    return redirect("console:order", order.pk)
