"""The inbox of an account and of an office."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from niangjia.foundation.actors import Actor
from niangjia.foundation.notices.models import Notice


def tell_account(account_id: UUID, code: str, *, at: datetime, subject: UUID | None = None) -> None:
    """Put a notice into the inbox of one account."""
    Notice.objects.create(account_id=account_id, code=code, subject_id=subject, at=at)


def tell_office(organisation_id: UUID, code: str, *, at: datetime, subject: UUID | None = None) -> None:
    """Put a notice into the inbox that everybody with a posting at the office reads."""
    Notice.objects.create(organisation_id=organisation_id, code=code, subject_id=subject, at=at)


def inbox(*, by: Actor) -> QuerySet[Notice]:
    """Return the notices to the actor's office, or to the account where it holds none; the newest first."""
    if by.organisation_id is not None:
        return Notice.objects.filter(organisation_id=by.organisation_id).order_by("-at", "-pk")
    if by.account_id is not None:
        return Notice.objects.filter(account_id=by.account_id).order_by("-at", "-pk")
    return Notice.objects.none()


def unread(*, by: Actor) -> QuerySet[Notice]:
    """Return the notices that nobody has read yet."""
    return inbox(by=by).filter(read_at__isnull=True)


def mark_read(*, by: Actor, at: datetime) -> int:
    """Mark everything in the inbox up to ``at`` as read; return how many were new."""
    return unread(by=by).filter(at__lte=at).update(read_at=at)
