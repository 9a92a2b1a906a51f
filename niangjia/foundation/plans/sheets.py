"""Frames of a batch that hold secrets: kept one after the other in an encrypted file, never as rows."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

import polars as pl

from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.offices import office_of
from niangjia.foundation.plans.models import Batch

_OFFSET = struct.Struct(">Q")


class Writer:
    """Writes frames one after the other, and at the end where each begins.

    ::

        file = frame* (Arrow IPC, LZ4)  offset of each frame (8, big-endian)  number of frames (8)
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._offsets: list[int] = []
        self._at = 0
        self._thread = ThreadPoolExecutor(1)
        self._coming: Future[None] | None = None

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Write where the frames are. Without it, the file cannot be read."""
        self._thread.shutdown()
        if failed is None:
            self._wait()
            self._write(b"".join(map(_OFFSET.pack, [*self._offsets, len(self._offsets)])))

    def put(self, frame: pl.DataFrame) -> None:
        """Write one more frame, in a thread: the caller makes the next one meanwhile."""
        self._wait()
        self._coming = self._thread.submit(self._put, frame)

    def _put(self, frame: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="lz4")  # less to encrypt
        self._offsets.append(self._at)
        self._at += buffer.tell()
        self._write(buffer.getvalue())

    def _wait(self) -> None:
        if self._coming is not None:
            self._coming.result()


class Reader:
    """Reads any of the frames that a ``Writer`` wrote."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        end = content.seek(-_OFFSET.size, io.SEEK_END)
        (n,) = _OFFSET.unpack(content.read(_OFFSET.size))
        start = content.seek(end - n * _OFFSET.size)
        self._ends = [each for (each,) in _OFFSET.iter_unpack(content.read(n * _OFFSET.size))] + [start]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def frame(self, number: int) -> pl.DataFrame:
        """Return one frame; a negative number counts from the end."""
        place = range(len(self))[number]
        self._content.seek(self._ends[place])
        return pl.read_ipc(self._content.read(self._ends[place + 1] - self._ends[place]))


def keep(
    incoming: storing.Incoming, *, batch: Batch, kind: str, by: Actor, at: datetime, expires_on: date | None
) -> UUID:
    """Keep the frames that came into ``incoming`` and return the id of their file."""
    stored = storing.keep(
        incoming, organisation=office_of(batch), kind=kind, by=by, at=at, expires_on=expires_on
    )
    return stored.pk


@contextmanager
def opened(file_id: UUID, *, purpose: str, by: Actor, at: datetime) -> Iterator[Reader]:
    """Open the frames that were kept.

    Raises:
        FileGone, SealBroken: see ``files.storing.open_file``.
    """
    stored = StoredFile.objects.get(pk=file_id)
    with storing.open_file(stored, purpose=purpose, by=by, at=at) as content:
        yield Reader(content)
