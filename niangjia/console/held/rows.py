"""The page of held rows: decided per row and many at once; one of them closer, uncovered for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from niangjia.console.forms import Unmask
from niangjia.console.held.shown import Shown, shown
from niangjia.console.requests import cover_again, page_of
from niangjia.console.units import offered
from niangjia.core.codes.unions import KEEP_A_ROLL
from niangjia.core.days import day_of
from niangjia.core.errors import Invalid, NotFound, Refusal
from niangjia.foundation import audit, parameters
from niangjia.foundation.actors import Actor
from niangjia.foundation.vault.reading import reveal
from niangjia.intake import queries as intake
from niangjia.registry import organisations
from niangjia.registry.held import deciding, queries
from niangjia.registry.held.deciding import Decision
from niangjia.registry.held.keeping import SECRET
from niangjia.registry.held.refusals import NoUnion, UnionUnknown
from niangjia.registry.held.states import Outcome, Status
from niangjia.registry.models import HeldRow
from niangjia.ui.requests import actor_of
from niangjia.ui.words import counted, sentence

LATER, PREFIX, UNION = "", "row-", "union-"
LOOK_AGAIN = 3  # seconds


@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, of one list where the address names it; a POST keeps those that were made."""
    actor = actor_of(request)
    if request.method == "POST":
        return _decide(request)
    batch = batch_asked(request)
    waiting = queries.waiting(by=actor)
    working = queries.visible_to(actor).filter(status=Status.DECIDED)
    if batch is not None:
        waiting, working = waiting.filter(batch_id=batch.pk), working.filter(batch_id=batch.pk)
    page = page_of(request, waiting)
    rows = shown(list(page.object_list), by=actor)
    if "HX-Request" not in request.headers:
        audit.record("held_rows.listed", by=actor, at=timezone.now(), facts={"rows": len(rows)})
    context = {"page": page, "rows": rows, "batch": batch, "working": working.count(), "seconds": LOOK_AGAIN}
    context |= _units(rows, actor)
    return render(request, "console/held/rows.html", context)


def batch_asked(request: HttpRequest) -> Any:
    """Return the list that the address names, None where it names none that there is."""
    try:
        return intake.get(UUID(request.GET.get("batch", "")), by=actor_of(request))
    except (ValueError, NotFound):
        return None


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one held row closer."""
    actor = actor_of(request)
    row = queries.get(pk, by=actor)
    people = list(queries.candidates_of([row], by=actor))
    audit.record("held_rows.seen", by=actor, at=timezone.now(), subject=row, persons=people)
    return _page(request, row)


def _page(request: HttpRequest, row: HeldRow, **more: Any) -> HttpResponse:
    told = shown([row], by=actor_of(request), opened=more.get("opened"))
    if not told:
        raise NotFound
    context = {"row": told[0], "unmask": Unmask(), **_units(told, actor_of(request))} | more
    return render(request, "console/held/row.html", context)


def _units(rows: list[Shown], actor: Actor) -> dict[str, Any]:
    """Return the unions to choose from, where some row asks for one."""
    if not any(row.asks_for_union for row in rows):
        return {}
    return {"offered": offered(organisations.visible_to(actor).filter(kind__in=KEEP_A_ROLL))}


@never_cache
def unmask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the row and those in question in full for a stated reason, for a few minutes and on this page only."""
    actor, at = actor_of(request), timezone.now()
    row = queries.get(pk, by=actor)
    form = Unmask(request.POST)
    if not form.is_valid():
        return _page(request, row, unmask=form)
    said = {"fields": SECRET, "purpose": form.cleaned_data["reason"], "by": actor, "at": at}
    opened = {row.pk: reveal(row, **said)}
    opened |= {key: reveal(each, **said) for key, each in queries.candidates_of([row], by=actor).items()}
    minutes = parameters.at(day_of(at)).unmask_minutes
    response = _page(request, row, opened=opened, minutes=minutes)
    return cover_again(response, reverse("console:held-row", args=[row.pk]), minutes=minutes)


def _decide(request: HttpRequest) -> HttpResponse:
    back = _back(request)
    try:
        answers = dict(_answers(request))
        n, of = _kept(answers, request)
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
        return back
    if not answers:
        messages.info(request, _("Nothing was chosen, so nothing was kept."))
        return back
    if n:
        told = ngettext("%(n)s row is decided.", "%(n)s rows are decided.", n) % {"n": counted(n)}
        more = _("The register is looked at once more, and what holds is written in a moment.")
        messages.success(request, f"{told} {more}")
    if n < of:
        messages.info(request, _("What somebody else has decided first stays as it is."))
    return back


def _kept(answers: dict[UUID, Decision], request: HttpRequest) -> tuple[int, int]:
    """Keep decisions, and return how many, and of how many: no other one is lost for a row whose union is not told, or is none."""
    actor = actor_of(request)
    while True:
        try:
            return deciding.decide(answers, by=actor, at=timezone.now()), len(answers)
        except (NoUnion, UnionUnknown) as refusal:
            messages.error(request, sentence(refusal))
            left = _but_for(answers, str(refusal.params.get("said", "")), by=actor)
            if left == answers:
                raise
            answers = left


def _but_for(answers: dict[UUID, Decision], said: str, *, by: Actor) -> dict[UUID, Decision]:
    """Return the decisions without those that would need the union ``said``, "" where one is missing."""
    asking = set(
        queries.waiting(by=by).filter(pk__in=answers, union_id__isnull=True).values_list("pk", flat=True)
    )
    needing = (Outcome.NEW, Outcome.SAME) if said else (Outcome.NEW,)
    return {
        row: each
        for row, each in answers.items()
        if row not in asking or each.union != said or each.outcome not in needing
    }


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the list that the page was about."""
    batch = batch_asked(request)
    address = reverse("console:held-rows")
    return redirect(f"{address}?batch={batch.pk}" if batch is not None else address)


def _answers(request: HttpRequest) -> Iterator[tuple[UUID, Decision]]:
    for name, value in request.POST.items():
        if name.startswith(PREFIX) and value != LATER:
            try:
                row = UUID(name.removeprefix(PREFIX))
                yield row, _decision(str(value), request.POST.get(f"{UNION}{row}", "").strip())
            except ValueError:
                raise Invalid from None


def _decision(value: str, union: str) -> Decision:
    if value in (Outcome.NEW, Outcome.OUT):
        return Decision(Outcome(value), union=union)
    return Decision(Outcome.SAME, UUID(value), union)
