"""The same employer, or another? Many rows on one page, each with those in question and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.console.requests import page_of
from niangjia.core.errors import Invalid, Refusal
from niangjia.core.linkage.employers import MESSAGES
from niangjia.foundation import audit
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status
from niangjia.intake import actions, queries
from niangjia.registry import doubts
from niangjia.registry.models import Employer, EmployerDoubt
from niangjia.ui.requests import actor_of
from niangjia.ui.words import counted, sentence

NEW, LATER, PREFIX = "new", "", "doubt-"


@dataclass(frozen=True)
class Choice:
    """One employer in question, and why."""

    employer: Employer
    why: str


@dataclass(frozen=True)
class Row:
    """One row of a list, and who it may be."""

    doubt: EmployerDoubt
    choices: list[Choice]


def listed(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision; a POST keeps those that were made."""
    actor = actor_of(request)
    if request.method == "POST":
        return _decide(request)
    page = page_of(request, doubts.waiting(by=actor))
    there = doubts.candidates_of(list(page.object_list))
    rows = [Row(each, list(_choices(each, there))) for each in page.object_list]
    audit.record("employer.doubts_seen", by=actor, at=timezone.now())
    context = {"page": page, "rows": rows, "files": _files(request, rows)}
    return render(request, "console/employers/doubts.html", context)


def _choices(doubt: EmployerDoubt, there: dict[str, Employer]) -> Iterator[Choice]:
    for one in doubt.candidates:
        if one["id"] in there:
            why = MESSAGES[one["tier"]]
            yield Choice(there[one["id"]], _(why))


def _files(request: HttpRequest, rows: list[Row]) -> dict[UUID, str]:
    """Return the names of the lists that the rows came in by."""
    batches = queries.visible_to(actor_of(request)).filter(pk__in={each.doubt.batch_id for each in rows})
    return dict(batches.values_list("pk", "file_name"))


def _decide(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    try:
        answers = dict(_answers(request))
        batches = doubts.decide(answers, by=actor, at=at)
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
        return redirect("console:employer-doubts")
    if not answers:
        messages.info(request, _("Nothing was chosen, so nothing was kept."))
        return redirect("console:employer-doubts")
    told = ngettext("%(n)s row is decided.", "%(n)s rows are decided.", len(answers)) % {
        "n": counted(len(answers))
    }
    again = [batch for batch in _tried(request, batches) if _check_again(request, batch)]
    more = (
        _("The lists concerned are checked again.")
        if again
        else _("Hand the repair workbook in again to write them.")
    )
    messages.success(request, f"{told} {more}")
    return redirect("console:employer-doubts")


def _answers(request: HttpRequest) -> Iterator[tuple[UUID, UUID | None]]:
    for name, value in request.POST.items():
        if name.startswith(PREFIX) and value != LATER:
            try:
                yield UUID(name.removeprefix(PREFIX)), None if value == NEW else UUID(str(value))
            except ValueError:
                raise Invalid from None


def _tried(request: HttpRequest, batches: set[UUID]) -> list[Batch]:
    """Return the lists that stand at their trial run: what was decided changes it."""
    return list(queries.visible_to(actor_of(request)).filter(pk__in=batches, status=Status.PLANNED))


def _check_again(request: HttpRequest, batch: Batch) -> bool:
    try:
        actions.check_again(batch, by=actor_of(request), at=timezone.now())
    except Refusal:  # somebody was first: it is being written, or checked already
        return False
    return True
