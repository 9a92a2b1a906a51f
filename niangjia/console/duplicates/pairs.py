"""One pair side by side: what it says, masked; the choices; what will move; and the steps that the chart leaves open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.console.duplicates import words
from niangjia.console.duplicates.forms import Choose
from niangjia.console.duplicates.shown import lines
from niangjia.console.forms import Unmask
from niangjia.console.requests import cover_again, said
from niangjia.core.days import day_of
from niangjia.foundation import audit, parameters
from niangjia.foundation.vault.reading import reveal
from niangjia.registry import hanging
from niangjia.registry.duplicates import deciding, queries
from niangjia.registry.duplicates.fields import SECRET
from niangjia.registry.duplicates.merging import older_first
from niangjia.registry.duplicates.states import CHART, ONE, Status
from niangjia.registry.models import Merge, Pair, Person
from niangjia.ui.requests import actor_of

LOOK_AGAIN = 3  # seconds
AT_WORK = (Status.MERGING, Status.UNMERGING)


@never_cache
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one pair; asked for by htmx, it is looked at again while the records are being changed."""
    actor = actor_of(request)
    pair = queries.get(pk, by=actor)
    if "HX-Request" not in request.headers:
        audit.record("duplicates.seen", by=actor, at=timezone.now(), subject=pair, persons=pair.person_ids)
    return _page(request, pair)


def _page(request: HttpRequest, pair: Pair, **more: Any) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    persons = queries.records_of(pair, by=actor)
    events = CHART.open_to(pair.status, str(actor.role))
    merged = queries.merge_of(pair)
    form = more.get("form") or (Choose(differs=pair.differs, persons=persons) if "merge" in events else None)
    context: dict[str, Any] = {
        "pair": pair,
        "persons": persons,
        "look": words.LOOKS[Status(pair.status)],
        "events": events,
        "lines": lines(persons, form, opened=more.get("opened"), differs=pair.differs),
        "form": form,
        "reasons": words.reasons(pair),
        "refusal": words.refusal_of(pair),
        "working": pair.status in AT_WORK,
        "seconds": LOOK_AGAIN,
        "unmask": Unmask(),
        # Not while the records are being changed: the page is looked at again, and a half-written reason would be lost.
        "may_uncover": pair.status not in AT_WORK and CHART.open_to(Status.OPEN, str(actor.role)),
        "merged": merged if pair.status in ONE else None,
        **_taken_back(merged),
        **_preview(persons, events),
    }
    if merged is not None and pair.status in ONE:
        context["may_unmerge"] = "unmerge" in events and day_of(now) < merged.until
        context["last_day"] = deciding.last_day(merged)
    return render(request, "console/duplicates/pair.html", context | more)


def _taken_back(merged: Merge | None) -> dict[str, Any]:
    """Return what was kept when the last merge of the pair was taken back."""
    if merged is None or merged.undone_at is None:
        return {}
    return {"undone": merged, "kept": words.kept(merged.kept)}


def _preview(persons: list[Person], events: tuple[str, ...]) -> dict[str, Any]:
    """Return which record would be left, and what would move to it from the other."""
    if "merge" not in events or len(persons) < 2:
        return {}
    survivor, absorbed = older_first(persons)
    return {"stays": survivor, "moving": words.hanging(hanging.counts_to_see(absorbed.pk))}


@never_cache
def unmask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show both records in full for a stated reason, for a few minutes and on this page only."""
    actor, at = actor_of(request), timezone.now()
    pair = queries.get(pk, by=actor)
    form = Unmask(request.POST)
    if not form.is_valid():
        return _page(request, pair, unmask=form)
    reason = form.cleaned_data["reason"]
    opened = {
        person.pk: reveal(person, fields=SECRET, purpose=reason, by=actor, at=at)
        for person in queries.records_of(pair, by=actor)
    }
    minutes = parameters.at(day_of(at)).unmask_minutes
    response = _page(request, pair, opened=opened, minutes=minutes)
    return cover_again(response, reverse("console:duplicate", args=[pair.pk]), minutes=minutes)


def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that both are one person, with what stands where they differ; a missing choice is said at its field."""
    actor = actor_of(request)
    pair = queries.get(pk, by=actor)
    persons = queries.records_of(pair, by=actor)
    form = Choose(request.POST, differs=pair.differs, persons=persons)
    if not form.is_valid() and "merge" in CHART.open_to(pair.status, str(actor.role)):
        return _page(request, pair, form=form)
    said(
        request,
        lambda: deciding.merge(pair, form.cleaned_data, by=actor, at=timezone.now()),
        _("Noted. The two become one record in a moment."),
    )
    return redirect("console:duplicate", pk)


def different(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that they are two people."""
    pair = queries.get(pk, by=actor_of(request))
    said(
        request,
        lambda: deciding.tell_apart(pair, by=actor_of(request), at=timezone.now()),
        _("Different people: noted. The pair comes back only if their facts change."),
    )
    return redirect("console:duplicate", pk)


def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a pair that was told apart into the queue again."""
    pair = queries.get(pk, by=actor_of(request))
    said(
        request,
        lambda: deciding.look_again(pair, by=actor_of(request), at=timezone.now()),
        _("The pair is in the queue again."),
    )
    return redirect("console:duplicate", pk)


def unmerge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a merge back."""
    pair = queries.get(pk, by=actor_of(request))
    said(
        request,
        lambda: deciding.unmerge(pair, by=actor_of(request), at=timezone.now()),
        _("Noted. Both records are back in a moment."),
    )
    return redirect("console:duplicate", pk)
