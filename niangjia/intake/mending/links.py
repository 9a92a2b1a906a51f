"""What stands in a link: derived from the task and signed, so that nobody can make one up, and nothing of a person is in it."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "niangjia.intake.mending"
_addresses: list[Callable[[str], str]] = []


def text_of(task_id: UUID) -> str:
    """Return the 22 characters that stand in the link of a task: 128 bits of a keyed hash."""
    keyed = salted_hmac(SALT, str(task_id), algorithm="sha256").digest()
    return urlsafe_b64encode(keyed[:16]).decode().rstrip("=")


def token_of(text: str) -> UUID:
    """Return under which key the task of a link is found: a hash, so that what is kept opens no link."""
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])


def lead_to(address: Callable[[str], str]) -> None:
    """Say at which address a link is answered; the page belongs to a higher layer."""
    _addresses[:] = [address]


def link_of(task_id: UUID) -> str:
    """Return the whole link of a task."""
    return f"{settings.NIANGJIA_PUBLIC_URL}{_addresses[0](text_of(task_id))}"
