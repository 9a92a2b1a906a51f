"""Keys of rows: UUID version 7, made before the row is written.

Clock and chance are read here, and nowhere else in core: a key must be new, not repeatable.

Source:
    RFC 9562, section 5.7: 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

VERSION_7 = 0x7000
VARIANT = 1 << 63
# What all keys of one ``uuid7s`` have in common, and no others: their first bytes, and as many characters of their text.
DRAW_BYTES, DRAW = 12, 28


def uuid7() -> UUID:
    """Return one new key."""
    chance = int.from_bytes(os.urandom(10), "big")
    high = (time.time_ns() // 1_000_000) << 16 | VERSION_7 | chance >> 68
    return UUID(int=high << 64 | VARIANT | chance & (VARIANT >> 1) - 1)


def uuid7s(n: int, at: datetime) -> NDArray[np.uint8]:
    """Return ``n`` new keys of the moment ``at``, sorted, so that an index grows at its end.

    Their first 12 bytes are those of one ``uuid7``: whoever has to name them all can name these. Chance of the last 4
    bytes is in steps of ``2 ** 32 / n``, one key to a step (RFC 9562, section 6.2, method 2).

    Returns:
        (n, 16) bytes, each row one key as PostgreSQL and ``UUID(bytes=…)`` take it.
    """
    chance = int.from_bytes(os.urandom(6), "big")
    high = int(at.timestamp() * 1000) << 16 | VERSION_7 | chance >> 36
    keys = np.empty((n, 2), dtype=np.uint64)
    keys[:, 0] = high
    step = (1 << 32) // max(n, 1)
    last = np.arange(n, dtype=np.uint64) * np.uint64(step)
    last += np.frombuffer(os.urandom(4 * n), dtype=np.uint32) % np.uint64(step)
    keys[:, 1] = np.uint64(VARIANT | (chance & (1 << 30) - 1) << 32) | last
    return keys.astype(">u8").view(np.uint8).reshape(n, 16)


def as_bytes(rows: NDArray[np.uint8]) -> list[bytes]:
    """Return (n, width) bytes as ``n`` values, without a loop of Python over them."""
    return list(np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel().tolist())


def as_uuids(keys: NDArray[np.uint8]) -> list[UUID]:
    """Return (n, 16) bytes as ``n`` UUIDs, for the few rows that Python handles one by one."""
    return [UUID(bytes=row.tobytes()) for row in keys]
