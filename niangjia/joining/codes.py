"""The QR codes by which a union invites: opaque, and revocable at any time."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.joining.models import JoinCode
from niangjia.registry import organisations
from niangjia.registry.models import Organisation

TOKEN_BYTES = 16  # 22 characters of URL-safe base64; chance comes from the operating system, as for every key


def visible_to(actor: Actor) -> QuerySet[JoinCode]:
    """Return the codes of unions at or below the actor's office."""
    return within(JoinCode.objects.select_related("organisation"), actor).order_by("-made_at")


def get(pk: UUID, *, by: Actor) -> JoinCode:
    """Return one code.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def make(organisation: Organisation, *, label: str = "", by: Actor, at: datetime) -> JoinCode:
    """Return a new code that leads to ``organisation``'s form."""
    organisation = organisations.held(organisation.pk, by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    place = {"organisation": organisation, "path": organisation.path, "line_path": organisation.line_path}
    code = JoinCode.objects.create(**place, token=token, label=label, made_at=at)
    audit.record("join_code.made", by=by, at=at, subject=code, organisation=organisation)
    return code


@transaction.atomic
def revoke(code: JoinCode, *, by: Actor, at: datetime) -> None:
    """Let the code lead nowhere from now on; revoking twice is revoking once."""
    if JoinCode.objects.filter(pk=code.pk, revoked_at__isnull=True).update(revoked_at=at):
        audit.record("join_code.revoked", by=by, at=at, subject=code, organisation=code.organisation)
