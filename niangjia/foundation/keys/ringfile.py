"""The key ring as a file: read with a look at its rights, changed under a lock, whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from niangjia.foundation.keys.errors import RingDamaged, RingExposed, RingMissing

NAME, FORMAT = "ring.json", 1
Ring = dict[str, Any]


def read(folder: Path) -> Ring:
    """Return the ring in ``folder``.

    Raises:
        RingMissing, RingExposed, RingDamaged: see ``keys.errors``.
    """
    file = folder / NAME
    if not file.exists():
        raise RingMissing
    _refuse_exposed(folder, 0o700)
    _refuse_exposed(file, 0o600)
    try:
        ring = json.loads(file.read_text("ascii"))
    except ValueError:
        raise RingDamaged from None  # the error's text would quote the ring
    if not isinstance(ring, dict) or ring.get("format") != FORMAT:
        raise RingDamaged
    return ring


def stamp(folder: Path) -> tuple[int, int]:
    """Return what differs between two states of the file.

    Raises:
        RingMissing: it was taken away.
    """
    try:
        found = (folder / NAME).stat()
    except FileNotFoundError:
        raise RingMissing from None
    return found.st_mtime_ns, found.st_ino


def write(folder: Path, ring: Ring) -> None:
    """Put ``ring`` in the place of what was there; a crash leaves one or the other, never half."""
    beside = folder / f"{NAME}.new"
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(ring, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(folder / NAME)
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Bring the folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time change the ring."""
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_exposed(path: Path, allowed: int) -> None:
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & ~allowed or found.st_uid != os.geteuid():
        raise RingExposed
