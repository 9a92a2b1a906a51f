"""The queue of pairs: by how sure, reason, age and union; many at once, with what came of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from niangjia.console.duplicates import words
from niangjia.console.requests import page_of
from niangjia.core.errors import NotFound, Refusal
from niangjia.core.masks import masked_name
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.vault.reading import masked
from niangjia.registry import organisations, persons
from niangjia.registry.duplicates import deciding, queries, searching
from niangjia.registry.duplicates.finding import MESSAGES
from niangjia.registry.duplicates.states import CHART, Status
from niangjia.registry.models import Organisation, Pair, Person, Search
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence

TABS = (Status.OPEN, Status.MERGED, Status.DIFFERENT)
AGES = (7, 30, 90)
AT_ONCE = 50
LOOK_AGAIN = 3  # seconds


@dataclass(frozen=True)
class Half:
    """One record of a line of the queue."""

    name: str
    number: str
    union: str


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    pair: Pair
    halves: tuple[Half, ...]
    reasons: list[str]
    differs: list[str]
    look: str


@dataclass(frozen=True)
class Cut:
    """One way to cut the queue, its address, and how many lie there; ``about``: see ``queries.Counted``."""

    label: str
    url: str
    n: int
    about: bool
    current: bool


@dataclass(frozen=True)
class Asked:
    """By what the queue is cut, as the address says it."""

    status: str
    decision: str
    reason: str
    days: int
    union: Organisation | None
    ready: bool

    def address(self, **changes: str) -> str:
        """Return the address of this cut with some of it changed."""
        said: dict[str, str] = {
            "show": str(self.status) if self.status != Status.OPEN else "",
            "sure": self.decision,
            "why": self.reason,
            "days": str(self.days or ""),
            "union": self.union.code if self.union else "",
            "ready": "1" if self.ready else "",
        }
        kept = {name: value for name, value in (said | changes).items() if value}
        return f"?{urlencode(kept)}"


def asked_of(request: HttpRequest) -> Asked:
    """Return by what the address cuts the queue; what it does not know, it does not cut by."""
    said, actor = request.GET, actor_of(request)
    union = organisations.visible_to(actor).filter(code=said.get("union", "")).first()
    days = said.get("days", "")
    return Asked(
        status=said["show"] if said.get("show") in TABS else Status.OPEN,
        decision=said["sure"] if said.get("sure") in words.DECISIONS else "",
        reason=said["why"] if said.get("why") in MESSAGES else "",
        days=int(days) if days in {str(age) for age in AGES} else 0,
        union=union,
        ready=said.get("ready") == "1",
    )


def queue(request: HttpRequest) -> HttpResponse:
    """Show the pairs, those found first and surest first."""
    actor, now, asked = actor_of(request), timezone.now(), asked_of(request)
    every = _cut(queries.lying_in(asked.status, by=actor), asked, by=actor, at=now)
    shown = every.filter(decision=asked.decision) if asked.decision else every
    cuts = _cuts(every, asked, by=actor)
    page = page_of(request, queries.listed(shown, by=actor))
    rows = rows_of(queries.pairs_of(list(page.object_list), by=actor), by=actor)
    current = next(cut for cut in cuts if cut.current)
    audit.record("duplicates.listed", by=actor, at=now, facts={"rows": len(rows)})
    offices = organisations.visible_to(actor)
    context: dict[str, Any] = {
        "rows": rows,
        "page": page,
        "asked": asked,
        "cut_off": current if current.n > page.paginator.count else None,
        "tabs": [_tab(status, asked, by=actor, whole=cuts[0]) for status in TABS],
        "cuts": cuts,
        "reasons": [(code, _(text)) for code, text in MESSAGES.items()],
        "ages": AGES,
        "unions": _unions(actor, offices),
        "filtered": asked.address() != Asked(asked.status, "", "", 0, None, ready=False).address(),
        "events": CHART.open_to(Status.OPEN, str(actor.role)) if asked.status == Status.OPEN else (),
        "may_search": "merge" in CHART.open_to(Status.OPEN, str(actor.role)),
        "seconds": LOOK_AGAIN,
        **_search(actor),
    }
    return render(request, "console/duplicates/queue.html", context)


def _cut(pairs: QuerySet[Pair], asked: Asked, *, by: Actor, at: datetime) -> QuerySet[Pair]:
    if asked.reason:
        pairs = pairs.filter(reasons__contains=[asked.reason])
    if asked.days:
        pairs = queries.waiting_since(pairs, asked.days, at=at)
    if (
        asked.union is not None and asked.union.pk != by.organisation_id
    ):  # at the office itself both lie anyway
        pairs = queries.at_union(pairs, asked.union)
    return pairs.filter(differs=[]) if asked.ready else pairs


def _tab(status: Status, asked: Asked, *, by: Actor, whole: Cut) -> Cut:
    """Return a tab; what stands there is not counted twice."""
    url = Asked(status, "", "", 0, None, ready=False).address()
    is_whole = url == replace(asked, decision="").address()
    if is_whole:
        return replace(whole, label=str(status.label), url=url, current=status == asked.status)
    counted = queries.counted(queries.lying_in(status, by=by), by=by)
    return _cut_of(str(status.label), url, counted.values(), current=status == asked.status)


def _cuts(every: QuerySet[Pair], asked: Asked, *, by: Actor) -> list[Cut]:
    """Return the cuts by how sure it is, counted in one go."""
    counted = queries.counted(every, by=by)
    whole = _cut_of(_("All"), asked.address(sure=""), counted.values(), current=not asked.decision)
    sure = [
        _cut_of(
            _(label),
            asked.address(sure=key),
            [counted[key]] if key in counted else [],
            current=asked.decision == key,
        )
        for key, label in words.DECISIONS.items()
    ]
    return [whole, *sure]


def _cut_of(label: str, url: str, counted: Iterable[queries.Counted], *, current: bool) -> Cut:
    whole = sum(counted, start=queries.Counted(0))
    return Cut(label, url, whole.n, whole.about, current)


def _unions(actor: Actor, offices: QuerySet[Organisation]) -> list[Organisation]:
    """Return the office and what stands directly below it: a list that one can choose from."""
    own = offices.filter(pk=actor.organisation_id).first()
    if own is None:
        return []
    return [
        own,
        *offices.filter(depth=own.depth + 1, path__gt=own.path, path__lt=own.scope.hi).order_by("path"),
    ]


def _search(actor: Actor) -> dict[str, Any]:
    """Return the office's last search, and how far one is that goes on."""
    found = queries.latest_search(by=actor)
    running = found if found and not found.finished_at and not found.failed_at else None
    return {"search": found, "running": running, "work": _work(running) if running else None}


def _work(running: Search) -> dict[str, Any]:
    state = progress.of(running.pk)
    labels = {"open": _("Records are being compared"), "write": _("Pairs are being written")}
    if state is None or not state.total:
        return {"label": _("Waits for its turn"), "done": None, "total": 0}
    return {"label": labels[state.stage], "done": state.done, "total": state.total}


def rows_of(pairs: list[Pair], *, by: Actor) -> list[Row]:
    """Return pairs as lines of the queue, masked."""
    ids = [key for pair in pairs for key in pair.person_ids]
    known = persons.visible_to(by).filter(pk__in=ids).select_related("organisation")
    halves = {person.pk: half_of(person) for person in known}
    return [
        Row(
            pair,
            tuple(halves[key] for key in pair.person_ids if key in halves),
            words.reasons(pair),
            words.fields(pair.differs),
            words.LOOKS[Status(pair.status)],
        )
        for pair in pairs
    ]


def half_of(person: Person) -> Half:
    """Return one record as the queue shows it."""
    number = masked(person, fields=["id_number"])["id_number"]
    return Half(masked_name(person.name), number, person.organisation.name)


def search(request: HttpRequest) -> HttpResponse:
    """Search everything below the office now."""
    actor = actor_of(request)
    office = organisations.visible_to(actor).get(pk=actor.organisation_id)
    searching.search(office, by=actor, at=timezone.now())
    return redirect("console:duplicates")


@dataclass(frozen=True)
class Result:
    """What came of one pair."""

    pair: UUID
    names: str
    done: bool
    said: str


def decide(request: HttpRequest) -> HttpResponse:
    """Decide on many pairs at once, each by itself, and say of each what came of it."""
    actor, what = actor_of(request), request.POST.get("what", "")
    chosen = _uuids(request.POST.getlist("pair"))[:AT_ONCE]
    if not chosen or what not in ("merge", "tell_apart"):
        return redirect("console:duplicates")
    known = {pair.pk: pair for pair in queries.visible_to(actor).filter(pk__in=chosen)}
    results = [_decided(known.get(key), key, what, by=actor) for key in chosen]
    back = reverse("console:duplicates")
    context = {"results": results, "done": sum(each.done for each in results), "back": back}
    return render(request, "console/duplicates/results.html", context)


def _decided(pair: Pair | None, key: UUID, what: str, *, by: Actor) -> Result:
    if pair is None:
        return Result(key, "", False, _(NotFound.message))
    names = " · ".join(masked_name(each.name) for each in queries.records_of(pair, by=by))
    try:
        if what == "merge":
            deciding.merge(pair, {}, by=by, at=timezone.now())
            return Result(key, names, True, _("The same person: they become one record in a moment."))
        deciding.tell_apart(pair, by=by, at=timezone.now())
    except Refusal as refusal:
        return Result(key, names, False, sentence(refusal))
    return Result(key, names, True, _("Different people: noted."))


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
