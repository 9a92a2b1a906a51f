"""What allauth announces about the second factor, and what we do then."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from niangjia.foundation.accounts.models import Account
from niangjia.ui import traces


@receiver(signals.authenticator_used)
def _shown(request: HttpRequest, user: Account, reauthenticated: bool = False, **_: Any) -> None:
    """Give the session a new id when the factor is shown later than at sign-in; sign-in itself gives one."""
    if reauthenticated:
        request.session.cycle_key()
        traces.second_factor(request, "shown", at=timezone.now())


@receiver(signals.authentication_failed)
def _failed(user: Account, **_: Any) -> None:
    traces.code_failed(user, at=timezone.now())
