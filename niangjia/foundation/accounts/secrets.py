"""Secrets of a second factor, wrapped by the key service: a dump of the database alone gives no code."""

from __future__ import annotations

from base64 import b64decode, b64encode

from niangjia.foundation.keys.service import service

BOUND_TO = b"second factor"


def wrap(text: str) -> str:
    """Return ``text`` wrapped, as text."""
    return b64encode(service().wrap(text.encode(), BOUND_TO)).decode()


def unwrap(wrapped: str) -> str:
    """Return what ``wrap`` was given.

    Raises:
        KeyGone, SealBroken: see the key service.
    """
    return service().unwrap(b64decode(wrapped), BOUND_TO).decode()
