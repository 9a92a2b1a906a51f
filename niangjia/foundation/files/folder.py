"""The folder of encrypted files: where each lies, and how one gets there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from niangjia.foundation.keys.names import Purpose
from niangjia.foundation.keys.ringfile import flush_folder
from niangjia.foundation.keys.service import service

COMING_IN = ".new"


def root() -> Path:
    """Return NIANGJIA_HOME/files, made 0700 where it is missing."""
    folder = Path(settings.NIANGJIA_HOME.files)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keyed(what: str, value: bytes) -> bytes:
    """Return the keyed hash that stands for ``value`` as a name or a token (32 bytes)."""
    return service().index_keys(Purpose.FILE)[0].hash.digest(f"{what}|".encode() + value)


def name_for(file_id: UUID) -> str:
    """Return the name on the disk: it tells neither content nor office, and not which row it belongs to."""
    return keyed("name", file_id.bytes).hex()


def place_of(name: str) -> Path:
    """Return where the file called ``name`` lies: 256 folders keep each short."""
    return root() / name[:2] / name


def bound_to(file_id: UUID) -> bytes:
    """Return what a file's key is bound to: one put in the place of another does not open."""
    return b"file|" + file_id.bytes


def coming_in(name: str) -> BinaryIO:
    """Return a new file, open for writing, that is not yet one of the store."""
    path = root() / (name + COMING_IN)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def keep(raw: BinaryIO, name: str) -> None:
    """Make what came in one of the store; it is on the disk when this returns."""
    os.fsync(raw.fileno())
    raw.close()
    place = place_of(name)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    (root() / (name + COMING_IN)).rename(place)
    flush_folder(place.parent)


def drop_coming_in(raw: BinaryIO, name: str) -> None:
    """Forget what came in."""
    raw.close()
    (root() / (name + COMING_IN)).unlink(missing_ok=True)


def remove(name: str) -> None:
    """Remove a file; its key goes with it. That it is already gone is no error: the sweeper may come twice."""
    place_of(name).unlink(missing_ok=True)


def all_files() -> Iterator[tuple[str, Path]]:
    """Yield name and place of every file, also of those that never came in whole."""
    for path in root().rglob("*"):
        if path.is_file():
            yield path.name.removesuffix(COMING_IN), path
