"""Asking for a list: what is in it, how many rows, and what it is for."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from niangjia.console.copies.forms import Ask
from niangjia.console.copies.shown import narrowed
from niangjia.console.requests import day_asked
from niangjia.core.errors import Refusal
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.asking import Wish, ask, size_of, why_not_ask
from niangjia.foundation.copies.tables import table
from niangjia.registry import organisations
from niangjia.ui.requests import actor_of
from niangjia.ui.words import sentence


def _office(actor: Actor) -> UUID:
    assert actor.organisation_id is not None
    return actor.organisation_id


def new(request: HttpRequest, name: str) -> HttpResponse:
    """Show how large the list is, and ask what it is for; a POST asks for it to be made."""
    actor, wanted = actor_of(request), table(name)
    if refusal := why_not_ask(wanted, uncovered=False, by=actor):
        raise refusal
    # A list that stands for a day stands for today where the address names none.
    asked = wanted.asked({"on": str(day_asked(request)), **request.GET.dict()})
    may_uncover = why_not_ask(wanted, uncovered=True, by=actor) is None
    sent = (request.POST,) if request.method == "POST" else ()
    form, told = Ask(*sent, may_uncover=may_uncover), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wish = Wish(
            wanted,
            asked,
            said["format"],
            bool(said.get("uncovered")),
            said["purpose"],
            get_language() or "zh-hans",
        )
        try:
            office = organisations.held(_office(actor), by=actor)
            made = ask(wish, organisation=office, by=actor, at=timezone.now())
        except Refusal as refusal:
            told = sentence(refusal)
        else:
            return redirect("console:export", made.pk)
    context = {
        "form": form,
        "table": wanted,
        "rows": size_of(wanted, asked, by=actor),
        "narrowed": narrowed(asked, by=actor),
        "told": told,
    }
    return render(request, "console/copies/new.html", context)
