"""allauth's pages where ours differ: the second factor is a duty, so it is moved to another phone, never taken off."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone

from niangjia.foundation.accounts import sessions
from niangjia.ui import traces


class SetUpApp(totp.ActivateTOTPView):
    """Show the secret as a picture and as text; the first right code counts as the second factor of this session."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Set up once only."""
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the secret, give the session a new id, and trace it."""
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP)
        self.request.session.cycle_key()
        traces.second_factor(self.request, "set_up", at=timezone.now())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the secret in groups of four, as people read it out."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"secret": [secret[at : at + 4] for at in range(0, len(secret), 4)]}


class MoveApp(totp.DeactivateTOTPView):
    """Give up the app on the old phone; without a second factor the session is no office's until the next is set up."""

    success_url = reverse_lazy("mfa_activate_totp")

    def form_valid(self, form: Any) -> HttpResponse:
        """Forget the app and what it proved."""
        response = super().form_valid(form)
        sessions.forget_second_factor(self.request.session)
        traces.second_factor(self.request, "removed", at=timezone.now())
        return response
