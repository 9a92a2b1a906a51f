"""What stands around every view: who acts, in which transaction, and whether the route is theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from niangjia.config.policies import Route, route_of
from niangjia.core.errors import Refusal
from niangjia.foundation.accounts import sessions
from niangjia.foundation.acting import Lost, acting
from niangjia.foundation.actors import NOBODY
from niangjia.registry.postings import actor_of_session
from niangjia.ui import errors, signing
from niangjia.ui.requests import ActedRequest, actor_of

Answer = Callable[[HttpRequest], HttpResponse]
SIGN_IN = "/accounts/"


class ActorMiddleware:
    """Reads, as the plain login, who acts: ``request.actor``. Rights are read anew at each request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End a session that has run out, find the actor, then go on."""
        at = timezone.now()
        if request.user.is_authenticated and sessions.has_run_out(request.session, at=at):
            signing.out_after_a_pause(request, at=at)
        cast(ActedRequest, request).actor = actor_of_session(request.user, request.session, at=at)
        return self.get_response(request)


class ActingMiddleware:
    """Wraps the whole answer, rendering included, in the actor's transaction; a refusal rolls it back."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside ``acting``; sign-in pages act as nobody."""
        actor = NOBODY if request.path.startswith(SIGN_IN) else actor_of(request)
        with acting(actor):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif transaction.get_rollback():
                raise Lost("the transaction was lost, yet the answer claims success")
        return response


class PolicyMiddleware:
    """Lets a request through only where the route's row in ``config.policies`` says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; the decision falls in ``process_view``, when the route is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse as if there were no such page, or ask to sign in."""
        route = route_of(request.resolver_match)
        if route is None or not route.open_to(actor_of(request)):
            return _turned_away(request, route)
        if request.method not in route.methods:
            return HttpResponseNotAllowed(sorted(route.methods))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refusal that the view let rise into its page."""
        return errors.refused(request, error) if isinstance(error, Refusal) else None


def _turned_away(request: HttpRequest, route: Route | None) -> HttpResponse:
    """Send people who are still on the way in to their next step; to all others there is no such page."""
    actor = actor_of(request)
    if route is None or actor.role is not None:
        return errors.not_found(request)
    if actor.account_id is not None:
        return redirect("account_next_step")
    return redirect_to_login(request.path, "account_login" if route.for_officials else "mobile:sign-in")
