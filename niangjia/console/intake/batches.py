"""One list: how far it is, what the trial run says, and the steps that the chart leaves open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.console.intake import shown
from niangjia.console.intake.forms import Mapping, Unions
from niangjia.console.intake.rosters import look_of
from niangjia.console.requests import WORKBOOK, page_of, workbook
from niangjia.console.units import offered
from niangjia.core.errors import NotFound, Refusal
from niangjia.core.intake.lists import Form
from niangjia.core.plan import Verdict
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.files.storing import FileGone, open_file
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART, Status
from niangjia.intake import actions, queries, returning
from niangjia.intake.actions import MEMBERS
from niangjia.intake.mending import asking
from niangjia.intake.words import form_of, refusal_of
from niangjia.registry import doubts
from niangjia.registry.held import queries as held
from niangjia.registry.kinds.unions import SAID, UNFOUND, scope_of, with_a_roll
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence

LOOK_AGAIN = 3  # seconds


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one roster; asked for by htmx, it is looked at again while the work goes on."""
    batch = queries.get(pk, by=actor_of(request))
    if "HX-Request" not in request.headers:
        audit.record("roster.seen", by=actor_of(request), at=timezone.now(), subject=batch)
    return _page(request, batch)


def _page(request: HttpRequest, batch: Batch, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    events = CHART.open_to(batch.status, str(actor.role))
    context: dict[str, Any] = {
        "batch": batch,
        "look": look_of(batch),
        "events": events,
        "work": shown.work_of(batch),
        "seconds": LOOK_AGAIN,
        "steps": _steps(batch),
        "kind_label": _(form_of(batch).label),
        "other": _other(batch, actor) if "remap" in events else None,
        "repair": returning.has_repair(batch),
        "repair_now": batch.result_file_id is not None or returning.is_made_at_once(batch, at=timezone.now()),
        "repair_asked": bool(batch.options.get("repair_in")) and batch.result_file_id is None,
    }
    if batch.status == Status.FAILED:
        context["refusal"] = refusal_of(batch.failure)
    if batch.planned_at and batch.status != Status.UPLOADED:
        context |= _trial(request, batch)
    if batch.status in (Status.PARTLY_COMMITTED, Status.COMMITTED):
        context["moved"] = returning.moved_on(batch, by=actor)
        context["repair"] = context["repair"] or bool(context["moved"])
    if batch.status == Status.PARTLY_COMMITTED:
        context["written"] = plans.rows_written(batch, by=actor)
    if "remap" in events and batch.options.get("headers"):
        told, when = batch.options["headers"], batch.options.get("as_on")
        context["mapping"] = Mapping(form=form_of(batch), headings=told, mapping=batch.mapping)
        context["as_on"] = datetime.fromisoformat(when) if when else None
    if "remap" in events and (batch.options.get(UNFOUND) or batch.options.get(SAID)):
        context |= {"said": _unions(batch), "offered": offered(with_a_roll(scope_of(batch)))}
    return render(request, "console/intake/batch.html", context | more)


def _unions(batch: Batch, *answers: Any) -> Unions:
    """Return the form that asks which unions the names in ``batch`` mean."""
    told = {"unfound": batch.options.get(UNFOUND, []), "said": batch.options.get(SAID, {})}
    return Unions(*answers, **told, scope=scope_of(batch))


def _trial(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    actor = actor_of(request)
    every = "unions" in request.GET
    unions, more = shown.unions(batch, every=every, by=actor)
    page = page_of(request, shown.chosen(batch, request.GET, by=actor))
    return {
        "totals": shown.totals(batch),
        "unions": unions,
        "more_unions": more,
        "every_union": every,
        "kinds": shown.kinds(batch),
        "page": page,
        "lines": list(shown.lines(page.object_list, form_of(batch))),
        "asked": any(request.GET.get(name) for name in ("show", "rule", "union")),
        "kept": shown.kept(batch),
        "doubts": doubts.waiting(by=actor).filter(batch_id=batch.pk).count(),
        **_held(batch, actor),
    }


def _held(batch: Batch, actor: Actor) -> dict[str, Any]:
    """Return how many held rows wait here and above, and until when; before the list is written, whether any will."""
    if batch.kind != MEMBERS:
        return {}
    if batch.status == Status.PLANNED:
        return {"will_wait": batch.counts.get(Verdict.HELD.value, 0)}
    if batch.status != Status.COMMITTED:
        return {}
    mine = held.waiting(by=actor).filter(batch_id=batch.pk)
    return {
        "held_rows": mine.count(),
        "held_until": mine.aggregate(first=Min("until"))["first"],
        "held_above": held.waiting_above(batch, by=actor),
        "mendable": asking.askable(by=actor).filter(batch_id=batch.pk).count(),
    }


def _other(batch: Batch, actor: Actor) -> Form | None:
    """Return the kind of list that the headings look like, where it is another one that this role may hand in."""
    name = batch.failure.get("params", {}).get("kind") or batch.options.get("looks_like")
    other = kinds.lists(actor.role).get(name or "")
    return other.form if other and name != batch.kind else None


def _steps(batch: Batch) -> list[dict[str, str]]:
    last = _("Taken back") if batch.status == Status.UNDONE else _("Can be taken back")
    labels = [_("Upload"), _("Trial run"), _("Write"), last]
    now = {Status.COMMITTED: 3, Status.UNDOING: 3, Status.UNDONE: 4}.get(Status(batch.status))
    if now is None:
        now = 2 if batch.status in (Status.PLANNED, Status.COMMITTING, Status.PARTLY_COMMITTED) else 1
    states = ["done" if k < now else "now" if k == now else "next" for k in range(len(labels))]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def remap(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check the roster again, with the columns as the clerk says they are."""
    batch = queries.get(pk, by=actor_of(request))
    form = Mapping(
        request.POST, form=form_of(batch), headings=batch.options.get("headers", []), mapping=batch.mapping
    )
    if not form.is_valid() and "remap" in CHART.open_to(batch.status, str(actor_of(request).role)):
        return _page(request, batch, mapping=form)
    return _step(
        request,
        batch,
        lambda found, **said: actions.remap(found, form.mapping, **said),
        _("The roster is being checked again."),
    )


def guess_anew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget how the columns were corrected before, and check the list by its headings alone."""
    return _found_step(
        request, pk, actions.guess_anew, _("Forgotten. The list is being checked by its headings alone.")
    )


def say_unions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check the list again, with the names of unions as the clerk says what they mean."""
    batch = queries.get(pk, by=actor_of(request))
    form = _unions(batch, request.POST)
    if not form.is_valid() and "remap" in CHART.open_to(batch.status, str(actor_of(request).role)):
        return _page(request, batch, said=form)
    return _step(
        request,
        batch,
        lambda found, **said: actions.say_unions(found, form.said, **said),
        _("The roster is being checked again."),
    )


def read_as(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check the file again, as a list of another kind."""
    kind = request.POST.get("kind", "")
    return _found_step(
        request,
        pk,
        lambda found, **said: actions.read_as(found, kind, **said),
        _("The file is being checked again."),
    )


def commit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the plan; what was stopped goes on."""
    return _found_step(request, pk, actions.commit, _("The rows are being written. You may leave this page."))


def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop writing; what is written stays."""
    return _found_step(
        request, pk, actions.stop, _("It stops after the part that is being written. What is written stays.")
    )


def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the roster up before anything is written."""
    return _found_step(request, pk, actions.cancel, _("Cancelled. Nothing was written."))


def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once more; a POST takes back what was written."""
    if request.method == "POST":
        return _found_step(request, pk, actions.undo, _("What was written is being taken back."))
    batch = queries.get(pk, by=actor_of(request))
    if "undo" not in CHART.open_to(batch.status, str(actor_of(request).role)):
        return redirect("console:intake-batch", pk)
    return render(request, "console/intake/undo.html", {"batch": batch, "undoing": _(form_of(batch).undoing)})


@never_cache
def repair(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give the clerk what comes back, with the reasons; of a long list what was made in the background."""
    actor, at = actor_of(request), timezone.now()
    batch = queries.get(pk, by=actor)
    if not returning.has_repair(batch) and not returning.moved_on(batch, by=actor):
        raise NotFound
    name = f"{PurePath(batch.file_name).stem}.repair.xlsx"
    try:
        if batch.result_file_id is not None:
            stored = StoredFile.objects.get(pk=batch.result_file_id)
            kept = open_file(stored, purpose="repair", by=actor, at=at)
            return FileResponse(kept, as_attachment=True, filename=name, content_type=WORKBOOK)
        if returning.is_made_at_once(batch, at=at):
            made = returning.repair_of(batch, language=get_language() or "zh-hans", by=actor, at=at)
            return workbook(made, name=name)
    except FileGone as refusal:
        messages.error(request, sentence(refusal))
    return redirect("console:intake-batch", pk)


def ask_for_repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the repair workbook of a long list made."""

    def act(batch: Batch, **said: Any) -> None:
        actions.ask_for_repair(batch, get_language() or "zh-hans", **said)

    return _found_step(request, pk, act, _("It is being made. A notice tells you when you can fetch it."))


def _found_step(request: HttpRequest, pk: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    return _step(request, queries.get(pk, by=actor_of(request)), act, done)


def _step(request: HttpRequest, batch: Batch, act: Callable[..., None], done: str) -> HttpResponse:
    """Take a step, and say what came of it; whoever was second is told."""
    try:
        act(batch, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, done)
    return redirect("console:intake-batch", batch.pk)
