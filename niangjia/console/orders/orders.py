"""The orders of an office, and the way to a new one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.console.orders.forms import Draft
from niangjia.console.orders.shown import look_of
from niangjia.console.requests import page_of, workbook
from niangjia.core.days import day_of
from niangjia.core.errors import Refusal
from niangjia.intake.orders import template
from niangjia.registry.models import ReorganisationOrder
from niangjia.registry.reorganisation import actions, queries
from niangjia.registry.reorganisation.states import DRAFTERS
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    order: ReorganisationOrder
    look: str


def listed(request: HttpRequest) -> HttpResponse:
    """Show the orders, the newest first; a POST drafts one."""
    actor, at = actor_of(request), timezone.now()
    by_line = bool(actor.scope and actor.scope.line)
    form = Draft(request.POST or None, initial={"effective_on": day_of(at)})
    if request.method == "POST" and form.is_valid():
        try:
            order = actions.draft(**form.cleaned_data, by=actor, at=at)
        except Refusal as refusal:
            form.add_error("document_number", sentence(refusal))
        else:
            return redirect("console:order", order.pk)
    # Of a preview, which may be long, the list shows two figures.
    orders = queries.visible_to(actor).defer("preview", "done", "refusals")
    counts = {"units": F("preview__counts__units"), "persons": F("preview__counts__persons")}
    page = page_of(request, orders.annotate(**counts))
    rows = [Row(each, look_of(each)) for each in page.object_list]
    context = {"form": form, "page": page, "rows": rows, "can_draft": actor.role in DRAFTERS and not by_line}
    if by_line:
        context["why_not"] = sentence(actions.NotByLine())
    return render(request, "console/orders/orders.html", context)


def empty(request: HttpRequest) -> FileResponse:
    """Give the clerk an empty file of lines to fill in."""
    return workbook(template(language=get_language() or "zh-hans"), name=_("Lines of an order.xlsx"))
