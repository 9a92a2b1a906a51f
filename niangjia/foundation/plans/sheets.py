"""Frames of a batch that hold secrets: kept as encrypted files, never as rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import polars as pl

from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.plans.models import Batch

PART = 1 << 20


class Office(NamedTuple):
    """Whose a file is."""

    id: UUID
    path: str
    line_path: str | None


def office_of(batch: Batch) -> Office:
    """Return the office of ``batch``."""
    return Office(batch.organisation_id, batch.path, batch.line_path)


def keep(
    frame: pl.DataFrame, *, batch: Batch, kind: str, by: Actor, at: datetime, expires_on: date | None
) -> UUID:
    """Keep ``frame`` encrypted and return the id of its file."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="lz4")  # less to encrypt
    stored = storing.store(
        _parts(buffer), organisation=office_of(batch), kind=kind, by=by, at=at, expires_on=expires_on
    )
    return stored.pk


def load(file_id: UUID, *, purpose: str, by: Actor, at: datetime) -> pl.DataFrame:
    """Return the frame that was kept.

    Raises:
        FileGone, SealBroken: see ``files.storing.open_file``.
    """
    stored = StoredFile.objects.get(pk=file_id)
    with storing.open_file(stored, purpose=purpose, by=by, at=at) as content:
        return pl.read_ipc(content.read())


def _parts(buffer: io.BytesIO) -> Iterator[bytes]:
    buffer.seek(0)
    while part := buffer.read(PART):
        yield part
