"""GHASH over many messages of one length: the polynomial of GCM's tag, a column of blocks at a time.

No library offers GCM over a column: it makes a cipher for each message, which in Python costs more than the cipher's work.

Source:
    NIST SP 800-38D, 6.3 and 6.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ByteRows = NDArray[np.uint8]
Table = NDArray[np.uint64]
BLOCK = 16
_REDUCED = 0xE1 << 120  # x¹²⁸ + x⁷ + x² + x + 1, bits reflected


def table_of(subkey: bytes) -> Table:
    """Return what each value of each byte of a block adds to its product with ``subkey``: (16, 256, 2)."""
    power, powers = int.from_bytes(subkey, "big"), []
    for _ in range(8 * BLOCK):
        powers.append(power.to_bytes(BLOCK, "big"))
        power = (power >> 1) ^ (_REDUCED if power & 1 else 0)
    by_bit = np.frombuffer(b"".join(powers), dtype=np.uint64).reshape(BLOCK, 8, 2)
    table = np.zeros((BLOCK, 256, 2), dtype=np.uint64)
    for bit in range(8):
        with_it = np.arange(256) >> (7 - bit) & 1 == 1
        table[:, with_it] ^= by_bit[:, bit][:, None]
    return table


def ghash(table: Table, messages: ByteRows) -> ByteRows:
    """Return the hash of each message.

    Args:
        messages: (n, 16 · blocks) bytes: associated data, ciphertext and their lengths in bits, each padded with zeros.

    Returns:
        (n, 16) bytes.
    """
    n, width = messages.shape
    blocks = np.ascontiguousarray(messages).view(np.uint64).reshape(n, width // BLOCK, 2)
    state = np.zeros((n, 2), dtype=np.uint64)
    for at in range(blocks.shape[1]):
        digits = (state ^ blocks[:, at]).view(np.uint8)
        state = table[0].take(digits[:, 0], axis=0)
        for place in range(1, BLOCK):
            state ^= table[place].take(digits[:, place], axis=0)
    return state.view(np.uint8)
