"""Small texts wrapped by the key service, for where the vault's rows do not reach: factors and sessions."""

from __future__ import annotations

from base64 import b64decode, b64encode

from niangjia.foundation.keys.service import service

SECOND_FACTOR, SESSION = b"second factor", b"session"


def wrap(text: str, *, bound_to: bytes) -> str:
    """Return ``text`` wrapped, as text; it unwraps only for the same use."""
    return b64encode(service().wrap(text.encode(), bound_to)).decode()


def unwrap(wrapped: str, *, bound_to: bytes) -> str:
    """Return what ``wrap`` was given.

    Raises:
        KeyGone, SealBroken: see the key service.
    """
    return service().unwrap(b64decode(wrapped), bound_to).decode()
