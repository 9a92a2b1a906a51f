"""SM4 of long messages by libgcrypt, where the machine has it: it uses the wide registers of the processor, OpenSSL does not.

Source:
    The manual of libgcrypt, "Symmetric cryptography"; numbers of algorithms and modes: its public header.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from niangjia.foundation.keys.ghash import ByteRows

LIBRARY, LEAST_VERSION = "libgcrypt.so.20", b"1.10.0"
DISABLE_SECURE_MEMORY, INITIALISED, IS_INITIALISED = 37, 38, 39
SM4, CFB, GCM = 318, 2, 9
TAG, BLOCK = 16, 16


_HANDLE, _BYTES, _LENGTH = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_CALLS: dict[str, tuple[Any, ...]] = {
    "open": (ctypes.POINTER(_HANDLE), ctypes.c_int, ctypes.c_int, ctypes.c_uint),
    "setkey": (_HANDLE, _BYTES, _LENGTH),
    "setiv": (_HANDLE, _BYTES, _LENGTH),
    "authenticate": (_HANDLE, _BYTES, _LENGTH),
    "encrypt": (_HANDLE, _HANDLE, _LENGTH, _BYTES, _LENGTH),
    "decrypt": (_HANDLE, _HANDLE, _LENGTH, _BYTES, _LENGTH),
    "gettag": (_HANDLE, _HANDLE, _LENGTH),
    "checktag": (_HANDLE, _BYTES, _LENGTH),
}


class CipherFailed(RuntimeError):
    """The library could not do what it does for every message: nothing about the message is wrong."""


class Gcrypt:
    """The library. It lets go of the interpreter's lock, and takes a handle for each message."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        for name, said in _CALLS.items():
            function = getattr(library, f"gcry_cipher_{name}")
            function.argtypes, function.restype = said, ctypes.c_uint
        library.gcry_cipher_close.argtypes, library.gcry_cipher_close.restype = (_HANDLE,), None

    def seal(self, key: bytes, nonce: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return ciphertext and tag of SM4-GCM."""
        n = len(plaintext)
        sealed = ctypes.create_string_buffer(n + TAG)
        with self._handle(GCM, key, nonce) as handle:
            self._call("authenticate", handle, bound_to, len(bound_to))
            self._call("encrypt", handle, sealed, n, plaintext, n)
            self._call("gettag", handle, ctypes.addressof(sealed) + n, TAG)
        return sealed.raw

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes | None:
        """Return the plaintext of SM4-GCM, None where the tag does not fit."""
        n = len(sealed) - TAG
        plaintext = ctypes.create_string_buffer(n)
        with self._handle(GCM, key, nonce) as handle:
            self._call("authenticate", handle, bound_to, len(bound_to))
            self._call("decrypt", handle, plaintext, n, sealed, n)
            fits = not self._library.gcry_cipher_checktag(handle, sealed[n:], TAG)
        return plaintext.raw if fits else None

    def enciphered(self, key: bytes, blocks: bytes) -> ByteRows:
        """Return each block of 16 bytes enciphered for itself, one after the other.

        The library's quick way through many blocks is cipher feedback backwards: it enciphers a block and adds it to the next
        one. So the next one is added once more.
        """
        n, following = len(blocks), blocks[BLOCK:] + bytes(BLOCK)
        summed = ctypes.create_string_buffer(n)
        with self._handle(CFB, key, blocks[:BLOCK]) as handle:
            self._call("decrypt", handle, summed, n, following, n)
        return np.frombuffer(memoryview(summed), dtype=np.uint8) ^ np.frombuffer(following, dtype=np.uint8)

    @contextmanager
    def _handle(self, mode: int, key: bytes, start: bytes) -> Iterator[ctypes.c_void_p]:
        handle = ctypes.c_void_p()
        self._call("open", ctypes.byref(handle), SM4, mode, 0)
        try:
            self._call("setkey", handle, key, len(key))
            self._call("setiv", handle, start, len(start))
            yield handle
        finally:
            self._library.gcry_cipher_close(handle)

    def _call(self, name: str, *said: Any) -> None:
        code = getattr(self._library, f"gcry_cipher_{name}")(*said)
        if code:
            raise CipherFailed(f"libgcrypt: {name} ended with {code & 0xFFFF}")


@cache
def found() -> Gcrypt | None:
    """Return the library, ready; None where there is none, only an older one, or one that may not do SM4."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    library.gcry_check_version.restype = ctypes.c_char_p
    if library.gcry_check_version(LEAST_VERSION) is None:
        return None
    if not library.gcry_control(IS_INITIALISED, 0):
        library.gcry_control(DISABLE_SECURE_MEMORY, 0)
        library.gcry_control(INITIALISED, 0)
    quick = Gcrypt(library)
    try:
        quick.seal(bytes(16), bytes(12), b"", b"")
    except CipherFailed:  # in FIPS mode it knows no SM4
        return None
    return quick
