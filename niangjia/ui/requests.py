"""From a request to the actor."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from niangjia.foundation.accounts.models import Account
from niangjia.foundation.actors import Actor


class ActedRequest(HttpRequest):
    """A request after ``config.middleware``: it says who acts."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request."""
    return cast(ActedRequest, request).actor


def account_of(request: HttpRequest) -> Account:
    """Return who is signed in; for routes that nobody else can reach."""
    return cast(Account, request.user)
