"""SM4-GCM: one message sealed and bound to its place, in one call.

Source:
    GB/T 32907-2016 (SM4); NIST SP 800-38D (GCM).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

KEY, NONCE, TAG = 16, 12, 16


class SealBroken(RuntimeError):
    """The message was changed, or it does not belong here, or the key is another one. It says no more than that."""

    def __init__(self) -> None:
        super().__init__("a sealed message does not open: changed, moved, or sealed with another key")


def encrypt(key: bytes, nonce: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
    """Return ciphertext and tag, 16 bytes longer than ``plaintext``."""
    sealer = Cipher(SM4(key), GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(bound_to)
    return sealer.update(plaintext) + sealer.finalize() + sealer.tag


def decrypt(key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return the plaintext.

    Raises:
        SealBroken: the tag does not fit.
    """
    if len(sealed) < TAG:
        raise SealBroken
    opener = Cipher(SM4(key), GCM(nonce, sealed[-TAG:])).decryptor()
    opener.authenticate_additional_data(bound_to)
    plaintext = opener.update(sealed[:-TAG])
    try:
        return plaintext + opener.finalize()
    except InvalidTag:
        raise SealBroken from None
