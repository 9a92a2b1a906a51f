"""An encrypted file: a wrapped key and chunks, each sealed with its place, so that none can be moved, left out or cut.

::

    file    =  "NJF1"  wrapped key (45)  nonce prefix (7)  chunk*
    chunk   =  ciphertext (64 KiB, the last one shorter)  tag (16)
    nonce   =  prefix (7)  number of the chunk (4)  1 for the last chunk, else 0 (1)

Source:
    Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance (2015),
    the construction STREAM.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, TypeVar

from niangjia.foundation.keys import sm4
from niangjia.foundation.keys.service import service
from niangjia.foundation.keys.sm4 import SealBroken

MAGIC = b"NJF1"
WRAPPED, PREFIX = 1 + sm4.NONCE + sm4.KEY + sm4.TAG, 7
HEADER = len(MAGIC) + WRAPPED + PREFIX
CHUNK = 64 * 1024
AT_ONCE = 16 * CHUNK  # worked on side by side
SEALED_CHUNK = CHUNK + sm4.TAG
FIRST, LAST = b"\0", b"\1"
Piece = TypeVar("Piece")
# A chunk needs no other, and the cipher lets go of the interpreter's lock. Threads are made when first asked for.
beside = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="chunks")


def _each(work: Callable[[Piece], bytes], pieces: Sequence[Piece]) -> list[bytes]:
    """Return what ``work`` makes of each piece; of several, side by side."""
    return list(beside.map(work, pieces) if len(pieces) > 1 else map(work, pieces))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (LAST if last else FIRST)


class SealedWriter:
    """Encrypts what is written into ``raw``; nothing of it is on the disk in the clear."""

    def __init__(self, raw: BinaryIO, *, bound_to: bytes) -> None:
        self._raw = raw
        self._key = os.urandom(sm4.KEY)
        self._prefix = os.urandom(PREFIX)
        self._header = MAGIC + service().wrap(self._key, bound_to) + self._prefix
        self._waiting = bytearray()
        self._number = 0
        self.size = 0
        raw.write(self._header)

    def write(self, data: bytes | memoryview) -> None:
        """Take in more; a full chunk waits until it is known not to be the last."""
        self.size += len(data)
        for first in range(0, len(data), AT_ONCE):
            self._waiting += data[first : first + AT_ONCE]
            whole = (len(self._waiting) - 1) // CHUNK * CHUNK
            if whole > 0:
                self._put([bytes(self._waiting[at : at + CHUNK]) for at in range(0, whole, CHUNK)])
                del self._waiting[:whole]

    def finish(self) -> None:
        """Write the last chunk. Without it, the file does not open."""
        self._raw.write(self._sealed((self._number, bytes(self._waiting)), last=True))
        self._waiting.clear()
        self._raw.flush()

    def _put(self, chunks: Sequence[bytes]) -> None:
        for sealed in _each(self._sealed, list(enumerate(chunks, self._number))):
            self._raw.write(sealed)
        self._number += len(chunks)

    def _sealed(self, chunk: tuple[int, bytes], *, last: bool = False) -> bytes:
        number, content = chunk
        return sm4.encrypt(self._key, _nonce(self._prefix, number, last), content, self._header)


class SealedReader(io.RawIOBase):
    """Reads an encrypted file as the bytes it was; one chunk at a time is in memory in the clear."""

    def __init__(self, raw: BinaryIO, *, bound_to: bytes, refuse_cut: bool = True) -> None:
        self._raw = raw
        length = raw.seek(0, os.SEEK_END) - HEADER
        raw.seek(0)
        self._header = raw.read(HEADER)
        if length < sm4.TAG or not self._header.startswith(MAGIC):
            raise SealBroken
        wrapped, self._prefix = self._header[len(MAGIC) : -PREFIX], self._header[-PREFIX:]
        self._key = service().unwrap(wrapped, bound_to)
        self._chunks = -(-length // SEALED_CHUNK)
        self.size = length - self._chunks * sm4.TAG
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")
        if refuse_cut:  # before its first byte is given out
            self._chunk(self._chunks - 1)

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as in any file."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the chunk at this place.

        Raises:
            SealBroken: a chunk was changed, moved or cut.
        """
        if self._at >= self.size:
            return 0
        number, offset = divmod(self._at, CHUNK)
        whole = min(len(buffer) // CHUNK, self._chunks - number, AT_ONCE // CHUNK)
        if offset == 0 and whole > 1:
            part = b"".join(self._opened(number, whole))
        else:
            part = self._chunk(number)[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close what lies below too."""
        self._held = (-1, b"")
        self._raw.close()
        super().close()

    def __repr__(self) -> str:
        return "<SealedReader>"

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            (opened,) = self._opened(number, 1)
            self._held = (number, opened)
        return self._held[1]

    def _opened(self, first: int, n: int) -> list[bytes]:
        self._raw.seek(HEADER + first * SEALED_CHUNK)
        return _each(
            self._open, [(number, self._raw.read(SEALED_CHUNK)) for number in range(first, first + n)]
        )

    def _open(self, chunk: tuple[int, bytes]) -> bytes:
        number, sealed = chunk
        nonce = _nonce(self._prefix, number, number == self._chunks - 1)
        return sm4.decrypt(self._key, nonce, sealed, self._header)


def reader(raw: BinaryIO, *, bound_to: bytes, refuse_cut: bool = True) -> io.BufferedReader:
    """Return the clear content of ``raw`` as a buffered, seekable stream.

    Args:
        refuse_cut: without it, a file that was cut is given out up to the cut, and only then refused.

    Raises:
        SealBroken: it was cut, or is bound to something else.
        KeyGone: its wrapping key is not in the ring.
    """
    return io.BufferedReader(SealedReader(raw, bound_to=bound_to, refuse_cut=refuse_cut), CHUNK)
