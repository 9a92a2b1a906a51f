"""SM3 and HMAC-SM3, with the keyed state copied rather than computed anew.

Source:
    GB/T 32905-2016 (SM3); RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

DIGEST = 32


class Hash(Protocol):
    """What of ``hashlib`` is used here."""

    def update(self, data: bytes, /) -> None:
        """Take in more."""

    def digest(self) -> bytes:
        """Return the digest of all that was taken in."""

    def copy(self) -> Hash:
        """Return a second one in the same state."""


class _Sm3:
    """SM3 by ``cryptography``, for a Python whose ``hashlib`` was built without it."""

    def __init__(self, state: Any = None) -> None:
        self._state = state or hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.copy().finalize()

    def copy(self) -> _Sm3:
        return _Sm3(self._state.copy())


IN_HASHLIB = "sm3" in hashlib.algorithms_available


def sm3(data: bytes = b"") -> Hash:
    """Return a running SM3 that has taken in ``data``."""
    running: Hash = hashlib.new("sm3") if IN_HASHLIB else _Sm3()
    running.update(data)
    return running


class KeyedHash:
    """HMAC-SM3 under one key, for many messages: the state after the key is computed once, and copied."""

    def __init__(self, key: bytes) -> None:
        self._keyed = HMAC(key, hashes.SM3())

    def digest(self, message: bytes) -> bytes:
        """Return the 32 bytes of one message."""
        running = self._keyed.copy()
        running.update(message)
        return running.finalize()

    def joined(self, messages: Iterable[bytes], *, prefix: bytes = b"", length: int = DIGEST) -> bytes:
        """Return the first ``length`` bytes of each digest of ``prefix`` + message, one after the other."""
        started = self._keyed.copy()
        started.update(prefix)
        copy, parts = started.copy, []
        for message in messages:
            running = copy()
            running.update(message)
            parts.append(running.finalize()[:length])
        return b"".join(parts)
