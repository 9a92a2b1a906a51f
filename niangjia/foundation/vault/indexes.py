"""Keyed hashes: to find an equal number without opening one, and to tell "same" from "changed"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from niangjia.foundation.keys.names import Purpose
from niangjia.foundation.keys.service import service
from niangjia.foundation.vault.layouts import PERSON, Layout

ByteRows = NDArray[np.uint8]
INDEX = 16  # bytes of a uuid: among 10⁹ numbers the chance of any collision is below 10⁻²⁰


def blind_index(purpose: Purpose, kind: str, value: str) -> UUID:
    """Return the index of ``value`` under the newest key, to be stored with ``index_version(purpose)``.

    Args:
        kind: the kind of document; equal numbers of two kinds are not equal.
        value: normalised, 15-digit ID numbers widened to 18.
    """
    newest = service().index_keys(purpose)[0]
    return UUID(bytes=newest.hash.digest(_prefix(purpose, kind) + value.encode())[:INDEX])


def blind_indexes(purpose: Purpose, kind: str, value: str) -> dict[int, UUID]:
    """Return the index of ``value`` under each live version, newest first: what a look-up asks for."""
    message = _prefix(purpose, kind) + value.encode()
    return {
        key.version: UUID(bytes=key.hash.digest(message)[:INDEX]) for key in service().index_keys(purpose)
    }


def index_version(purpose: Purpose) -> int:
    """Return the version that ``blind_index`` uses now."""
    return service().index_keys(purpose)[0].version


def blind_index_many(
    purpose: Purpose, kind: str, values: Sequence[str | None], *, version: int | None = None
) -> ByteRows:
    """Return the indexes of a column of one kind.

    Args:
        values: ``n`` normalised values; a null is indexed as the empty text, so mask it out.
        version: a live version, ``None`` for the newest.

    Returns:
        (n, 16) bytes.
    """
    keys = service().index_keys(purpose)
    key = keys[0] if version is None else next(key for key in keys if key.version == version)
    messages = ((value or "").encode() for value in values)
    joined = key.hash.joined(messages, prefix=_prefix(purpose, kind), length=INDEX)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, INDEX)


def fingerprint(fields: Mapping[str, str | None], *, layout: Layout = PERSON) -> UUID:
    """Return the keyed fingerprint of the packed fields: equal if and only if the fields are.

    Raises:
        TooLong, Unpackable: by the name of the field.
    """
    key, layout = service().index_keys(Purpose.FINGERPRINT)[0], layout.fitting(fields)
    return UUID(bytes=key.hash.digest(bytes([layout.byte]) + layout.pack(fields))[:INDEX])


def _prefix(purpose: Purpose, kind: str) -> bytes:
    return f"{purpose}|{kind}|".encode()
