"""How often a phone, an account or an address may ask; counted on the ledger, so a refused request counts too."""

from __future__ import annotations

from uuid import UUID

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from niangjia.ui import errors, traces

# Rates are allauth's: amount, time, per what. A union hall is one address for many phones.
RATES = {
    "send_code": "3/15m/key,10/1d/key,60/15m/ip",
    "try_code": "10/15m/key,120/15m/ip",
    "hand_in": "5/1h/key,120/15m/ip",
    "mend": "10/1h/key,60/15m/ip",
    "first_link": "5/1d/key,60/1d/ip",
}


def allows(request: HttpRequest, action: str, key: UUID) -> bool:
    """Count one ``action`` for ``key`` and for the address; tell whether it is still within the limits."""
    return bool(ratelimit.consume(request, app="niangjia", action=action, config=RATES, key=str(key)))


def refused(request: HttpRequest) -> HttpResponse:
    """Answer as every limit does, and leave a trace that outlives the refusal."""
    traces.limited(request, at=timezone.now())
    return errors.too_many(request)
