"""The QR codes by which a union invites: opaque, and revocable at any time."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.joining.models import JoinCode
from niangjia.registry.models import Organisation

TOKEN_BYTES = 16  # 22 characters of URL-safe base64; chance comes from the operating system, as for every key


def visible_to(actor: Actor) -> QuerySet[JoinCode]:
    """Return the codes of unions at or below the actor's office."""
    if actor.scope is None:
        return JoinCode.objects.none()
    within = {"organisation__path__gte": actor.scope.lo, "organisation__path__lt": actor.scope.hi}
    return JoinCode.objects.filter(**within).select_related("organisation").order_by("-made_at")


@transaction.atomic
def make(organisation: Organisation, *, label: str = "", by: Actor, at: datetime) -> JoinCode:
    """Return a new code that leads to ``organisation``'s form."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    code = JoinCode.objects.create(organisation=organisation, token=token, label=label, made_at=at)
    audit.record("join_code.made", by=by, at=at, subject=code, organisation=organisation)
    return code


@transaction.atomic
def revoke(code: JoinCode, *, by: Actor, at: datetime) -> None:
    """Let the code lead nowhere from now on; revoking twice is revoking once."""
    if JoinCode.objects.filter(pk=code.pk, revoked_at__isnull=True).update(revoked_at=at):
        audit.record("join_code.revoked", by=by, at=at, subject=code, organisation=code.organisation)
