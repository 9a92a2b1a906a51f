"""Storing, finding again and reading files."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from niangjia.core.errors import NotFound
from niangjia.core.ids import uuid7
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.recording import record
from niangjia.foundation.files import chunks, folder
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.keys.sm3 import sm3


class FileGone(NotFound):
    """The file's term is over, and it was removed."""

    code = "file_gone"
    message = gettext_noop(
        "This file was removed when its term was over. Upload it again if you still need it."
    )


def store(
    parts: Iterable[bytes], *, organisation: Any, kind: str, by: Actor, at: datetime, expires_on: date | None
) -> StoredFile:
    """Keep a file for an office, encrypted as it comes in. The same content in the same office is kept once.

    Args:
        parts: the content; an upload's ``chunks()``.
        organisation: whose it is; its id and paths are copied.
        expires_on: the first day on which it is no longer kept; ``None`` for what has no term.
    """
    with Incoming() as incoming:
        for part in parts:
            incoming.write(part)
        return keep(incoming, organisation=organisation, kind=kind, by=by, at=at, expires_on=expires_on)


class Incoming:
    """A file that comes in, encrypted as it comes; unless it is kept, nothing of it stays. Asks the database nothing."""

    def __init__(self) -> None:
        self.id = uuid7()
        self.name = folder.name_for(self.id)
        self._raw = folder.coming_in(self.name)
        self._writer = chunks.SealedWriter(self._raw, bound_to=folder.bound_to(self.id))
        self._running = sm3()

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        folder.drop_coming_in(self._raw, self.name)

    def write(self, part: bytes) -> None:
        """Take in more."""
        hashing = chunks.beside.submit(self._running.update, part)
        self._writer.write(part)
        hashing.result()

    @property
    def size(self) -> int:
        """Return the bytes so far."""
        return self._writer.size

    def finish(self) -> bytes:
        """Write the end, and return the hash of the content."""
        self._writer.finish()
        return self._running.digest()

    def settle(self) -> None:
        """Make it one of the store."""
        folder.keep(self._raw, self.name)


def keep(
    incoming: Incoming, *, organisation: Any, kind: str, by: Actor, at: datetime, expires_on: date | None
) -> StoredFile:
    """Keep what came in for an office, in the current transaction: see ``store``."""
    token = _token(organisation.id, incoming.finish())
    known = _kept(organisation.id, token, expires_on)
    if known is not None:
        return known
    incoming.settle()
    facts = {
        "name": incoming.name,
        "token": token,
        "size": incoming.size,
        "kind": kind,
        "expires_on": expires_on,
    }
    return _row(incoming.id, organisation, facts, by, at)


def uploaded_before(parts: Iterable[bytes], *, organisation: Any) -> StoredFile | None:
    """Return the file with this content that this very office keeps, if any; another office's is never told of."""
    running = sm3()
    for part in parts:
        running.update(part)
    return _kept(organisation.id, _token(organisation.id, running.digest()))


def open_file(stored: StoredFile, *, purpose: str, by: Actor, at: datetime) -> io.BufferedReader:
    """Return the content as a stream, and write down that it was read.

    Raises:
        FileGone: its term is over.
        SealBroken: it was changed, cut, or another lies in its place.
    """
    if stored.gone_at is not None:
        raise FileGone
    try:
        raw = folder.place_of(stored.name).open("rb")
    except FileNotFoundError:
        raise FileGone from None
    record("file.read", by=by, at=at, subject=stored, facts={"purpose": purpose, "kind": stored.kind})
    return chunks.reader(raw, bound_to=folder.bound_to(stored.id))


def is_gone(file_id: UUID) -> bool:
    """Tell whether the term of a file is over."""
    return StoredFile.objects.filter(pk=file_id, gone_at__isnull=False).exists()


def in_memory_file(content: io.BufferedReader) -> int:
    """Return the descriptor of a file that exists in memory alone, for a child process that needs a real file."""
    descriptor = os.memfd_create("niangjia", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as out:
        shutil.copyfileobj(content, out, chunks.CHUNK)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _token(organisation_id: UUID, digest: bytes) -> UUID:
    return UUID(bytes=folder.keyed("content", organisation_id.bytes + digest)[:16])


def _kept(organisation_id: UUID, token: UUID, until: date | None = None) -> StoredFile | None:
    kept = StoredFile.objects.filter(
        organisation_id=organisation_id, token=token, gone_at__isnull=True
    ).first()
    if kept is not None and until is not None and kept.expires_on is not None and kept.expires_on < until:
        kept.expires_on = until
        kept.save(update_fields=["expires_on"])
    return kept


def _row(file_id: UUID, organisation: Any, facts: dict[str, Any], by: Actor, at: datetime) -> StoredFile:
    place = {
        "organisation_id": organisation.id,
        "path": organisation.path,
        "line_path": organisation.line_path,
    }
    stored = StoredFile(id=file_id, uploaded_by=by.account_id, at=at, **place, **facts)
    try:
        with transaction.atomic():
            stored.save(force_insert=True)
    except IntegrityError:  # the same office sent it twice at once; the sweeper takes the second copy away
        return StoredFile.objects.get(
            organisation_id=organisation.id, token=facts["token"], gone_at__isnull=True
        )
    said = {"kind": stored.kind, "size": stored.size, "expires_on": stored.expires_on}
    record("file.store", by=by, at=at, subject=stored, facts=said)
    return stored
