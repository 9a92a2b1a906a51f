"""The electronic card, which renews itself, and the page that whoever scans it sees."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from niangjia.core.errors import NotFound
from niangjia.registry import cards, memberships, persons
from niangjia.registry.models import Membership
from niangjia.ui.requests import actor_of

# Half of a card's life: a code that is on the screen is always good for as long again.
RENEWS_AFTER_SECONDS = int(cards.LIVES.total_seconds() // 2)


@never_cache
def card(request: HttpRequest) -> HttpResponse:
    """Show the card; asked for by htmx, only the code on it."""
    actor, now = actor_of(request), timezone.now()
    held = memberships.visible_to(actor).filter(to_on__isnull=True, kind=Membership.Kind.PRIMARY)
    spell = held.select_related("organisation").first()
    if spell is None:
        return render(request, "mobile/joining/no_card.html")
    text = cards.issue(spell, at=now)
    shown = cards.read(text, at=now)
    if shown is None:
        raise NotFound
    context = {
        "person": persons.get(spell.person_id, by=actor),
        "spell": spell,
        "number": shown.number,
        "until": shown.until,
        "seconds": RENEWS_AFTER_SECONDS,
        "address": f"{settings.NIANGJIA_PUBLIC_URL}{reverse('mobile:verify', args=[text])}",
    }
    part = "mobile/joining/card_code.html" if "HX-Request" in request.headers else "mobile/joining/card.html"
    return render(request, part, context)


@never_cache
def verify(request: HttpRequest, text: str) -> HttpResponse:
    """Say whether a scanned card stands, and of it only a masked name, a short number and the union."""
    statement = cards.read(text, at=timezone.now())
    shown = cards.shown_by(statement) if statement else None
    return render(request, "mobile/joining/verify.html", {"statement": statement, "shown": shown})
