"""The key service: what the house asks for keys, whatever keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from niangjia.foundation.keys.names import KeyId, Purpose, Signer
from niangjia.foundation.keys.sm3 import KeyedHash


@dataclass(frozen=True)
class SealingKey:
    """An encryption key and its name; only the name is ever shown."""

    id: KeyId
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class IndexKey:
    """One version of the keyed hash of one purpose."""

    version: int
    hash: KeyedHash = field(repr=False)


@dataclass(frozen=True)
class Signature:
    """An Ed25519 signature and the name of its key."""

    key_id: str
    value: bytes


class KeyService(Protocol):
    """Hands out keys, wraps and signs. A hardware module or a cloud service implements the same."""

    def sealing_key(self, province: str, year: int) -> SealingKey:
        """Return the key that seals for this province and year, newly made where there is none."""

    def opening_key(self, key_id: KeyId) -> bytes:
        """Return a named encryption key, or raise ``KeyGone``."""

    def index_keys(self, purpose: Purpose) -> tuple[IndexKey, ...]:
        """Return the live versions of a purpose's key, newest first."""

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """Return ``key`` sealed, bound to what it is for."""

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the key in ``wrapped``, or raise ``KeyGone`` or ``SealBroken``."""

    def sign(self, signer: Signer, message: bytes) -> Signature:
        """Return the signature over ``message`` for this purpose."""

    def verifies(self, signer: Signer, message: bytes, signature: Signature) -> bool:
        """Tell whether ``signature`` is ours, for this purpose, over ``message``."""


_serving: list[KeyService] = []


def service() -> KeyService:
    """Return the key service of this process: the file ring under NIANGJIA_HOME/keys, unless another was put in.

    Raises:
        RingMissing, RingExposed, RingDamaged: see ``keys.errors``.
    """
    if not _serving:
        from django.conf import settings

        from niangjia.foundation.keys.ring import FileRing

        _serving.append(FileRing.read(Path(settings.NIANGJIA_HOME.keys)))
    return _serving[-1]


def serve(keys: KeyService) -> None:
    """Use ``keys`` from now on in this process."""
    _serving[:] = [keys]


@contextmanager
def serving(keys: KeyService) -> Iterator[KeyService]:
    """Use ``keys`` within the block, for a test or a drill."""
    _serving.append(keys)
    try:
        yield keys
    finally:
        _serving.remove(keys)
