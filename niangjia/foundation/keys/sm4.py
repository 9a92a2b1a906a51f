"""SM4-GCM: one message sealed and bound to its place, in one call.

Source:
    GB/T 32907-2016 (SM4); NIST SP 800-38D (GCM).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM

from niangjia.foundation.keys import gcrypt
from niangjia.foundation.keys.ghash import BLOCK, ByteRows, ghash, table_of

KEY, NONCE, TAG = 16, 12, 16
AT_ONCE = 4096  # messages whose blocks stay in the processor's cache
LONG = 4096  # bytes from which on a handle of libgcrypt costs less than it saves


class SealBroken(RuntimeError):
    """The message was changed, or it does not belong here, or the key is another one. It says no more than that."""

    def __init__(self) -> None:
        super().__init__("a sealed message does not open: changed, moved, or sealed with another key")


def encrypt(key: bytes, nonce: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
    """Return ciphertext and tag, 16 bytes longer than ``plaintext``."""
    if quick := _quick(len(plaintext)):
        return quick.seal(key, nonce, plaintext, bound_to)
    sealer = Cipher(SM4(key), GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(bound_to)
    return sealer.update(plaintext) + sealer.finalize() + sealer.tag


def encrypt_many(key: bytes, nonces: ByteRows, plaintexts: ByteRows, bound_to: ByteRows) -> ByteRows:
    """Return ciphertext and tag of messages of one length, each as ``encrypt`` gives it.

    Args:
        nonces: (n, 12) bytes, no two equal.
        plaintexts: (n, width) bytes.
        bound_to: (n, any) bytes.

    Returns:
        (n, width + 16) bytes.
    """
    blocks = _blocks(key, plaintexts.size)
    table = table_of(bytes(blocks(bytes(BLOCK))))
    sealed = np.empty((len(plaintexts), plaintexts.shape[1] + TAG), dtype=np.uint8)
    for first in range(0, len(sealed), AT_ONCE):
        mine = slice(first, first + AT_ONCE)
        plain, bound = plaintexts[mine], bound_to[mine]
        streams = _streams(blocks, nonces[mine], -(-plain.shape[1] // BLOCK))
        text = plain ^ streams[:, BLOCK : BLOCK + plain.shape[1]]
        sealed[mine, :-TAG] = text
        sealed[mine, -TAG:] = ghash(table, _hashed(bound, text)) ^ streams[:, :BLOCK]
    return sealed


def _quick(length: int) -> gcrypt.Gcrypt | None:
    return gcrypt.found() if length >= LONG else None


def _blocks(key: bytes, length: int) -> Callable[[bytes], bytes | ByteRows]:
    """Return what enciphers whole blocks: GCM gives it counters, no two equal, and never the text itself."""
    quick = _quick(length)
    return partial(quick.enciphered, key) if quick else Cipher(SM4(key), ECB()).encryptor().update  # noqa: S305


def _streams(blocks: Callable[[bytes], bytes | ByteRows], nonces: ByteRows, n: int) -> ByteRows:
    """Return for each nonce the encrypted counters: the first for the tag, ``n`` for the text."""
    counters = np.empty((len(nonces), 1 + n, BLOCK), dtype=np.uint8)
    counters[:, :, :NONCE] = nonces[:, None]
    counters[:, :, NONCE:] = np.arange(1, n + 2, dtype=">u4").view(np.uint8).reshape(-1, 4)
    return np.frombuffer(blocks(counters.tobytes()), dtype=np.uint8).reshape(len(nonces), -1)


def _hashed(bound_to: ByteRows, text: ByteRows) -> ByteRows:
    lengths = b"".join((8 * part.shape[1]).to_bytes(8, "big") for part in (bound_to, text))
    ends = np.tile(np.frombuffer(lengths, dtype=np.uint8), (len(text), 1))
    return np.concatenate([_whole_blocks(bound_to), _whole_blocks(text), ends], axis=1)


def _whole_blocks(rows: ByteRows) -> ByteRows:
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % BLOCK)))


def decrypt(key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return the plaintext.

    Raises:
        SealBroken: the tag does not fit.
    """
    if len(sealed) < TAG:
        raise SealBroken
    if quick := _quick(len(sealed)):
        opened = quick.open(key, nonce, sealed, bound_to)
        if opened is None:
            raise SealBroken
        return opened
    opener = Cipher(SM4(key), GCM(nonce, sealed[-TAG:])).decryptor()
    opener.authenticate_additional_data(bound_to)
    plaintext = opener.update(sealed[:-TAG])
    try:
        return plaintext + opener.finalize()
    except InvalidTag:
        raise SealBroken from None
