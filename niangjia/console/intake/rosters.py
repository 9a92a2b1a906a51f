"""The lists that an office has handed in, and the way in for another one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.console.intake.forms import Upload
from niangjia.console.requests import page_of, workbook
from niangjia.core.days import day_of
from niangjia.core.errors import NotFound
from niangjia.foundation import parameters
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans.kinds import ListKind
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status
from niangjia.intake import actions, queries
from niangjia.intake.template import template
from niangjia.registry import doubts, organisations
from niangjia.registry.held import queries as held
from niangjia.registry.models import Organisation
from niangjia.ui.dates import moment_text
from niangjia.ui.requests import actor_of

NAME_LENGTH = 200
LOOKS: dict[str, str] = {
    Status.PLANNED: "changed",
    Status.COMMITTED: "done",
    Status.UNDONE: "off",
    Status.CANCELLED: "off",
    Status.FAILED: "refused",
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    batch: Batch
    kind: str
    office: str
    look: str


@dataclass(frozen=True)
class Choice:
    """One kind of list that may be handed in here."""

    name: str
    label: str
    is_current: bool


def rosters(request: HttpRequest) -> HttpResponse:
    """Show the lists that came in, the newest first; a POST hands one in."""
    actor, at = actor_of(request), timezone.now()
    open_to = kinds.lists(actor.role)
    current = _asked(request, open_to)
    most = parameters.at(day_of(at)).upload_max_mib
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = Upload(*sent, form=current.form, on=day_of(at), most_mib=most)
    if request.method == "POST" and form.is_valid():
        return _hand_in(request, form, current.form.name)
    page = page_of(request, queries.visible_to(actor))
    names = _names(request, list(page.object_list))
    rows = [
        Row(each, _(open_to[each.kind].form.label), names.get(each.organisation_id, ""), look_of(each))
        for each in page.object_list
    ]
    choices = [Choice(name, _(kind.form.label), kind is current) for name, kind in open_to.items()]
    context = {"form": form, "page": page, "rows": rows, "choices": choices, "about": _(current.form.about)}
    context |= {"current": current.form.name, "doubts": doubts.waiting(by=actor).count()}
    context |= {"held_rows": held.waiting(by=actor).count()}
    return render(request, "console/intake/rosters.html", context)


def _asked(request: HttpRequest, open_to: dict[str, ListKind]) -> ListKind:
    """Return the kind that the address or the form names, the first where it names none."""
    name = request.POST.get("kind") or request.GET.get("kind")
    if name is None:
        return next(iter(open_to.values()))
    if name not in open_to:
        raise NotFound
    return open_to[name]


def empty(request: HttpRequest) -> FileResponse:
    """Give the clerk an empty list to fill in."""
    language = get_language() or "zh-hans"
    form = _asked(request, kinds.lists(actor_of(request).role)).form
    made = template(form, language=language, on=day_of(timezone.now()))
    return workbook(made, name=f"{_(form.label)}.xlsx")


def _hand_in(request: HttpRequest, form: Upload, kind: str) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    roster = form.cleaned_data["roster"]
    batch = actions.upload(
        roster.chunks(),
        name=roster.name[:NAME_LENGTH],
        organisation=Organisation.objects.get(pk=actor.organisation_id),
        by=actor,
        at=at,
        kind=kind,
        options=form.options,
    )
    if batch.uploaded_at != at:
        told = _("This very file came in before, on %(when)s. Here is what became of it.")
        messages.info(request, told % {"when": moment_text(batch.uploaded_at)})
    return redirect("console:intake-batch", batch.pk)


def _names(request: HttpRequest, batches: list[Batch]) -> dict[object, str]:
    offices = {each.organisation_id for each in batches}
    known = organisations.visible_to(actor_of(request)).filter(pk__in=offices)
    return dict(known.values_list("pk", "name"))


def look_of(batch: Batch) -> str:
    """Return the kind of state, as ``state_word`` draws it."""
    return LOOKS.get(batch.status, "waiting")
