"""One row's secret fields in one sealed message. The format: docs/algorithms/vault.md."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from niangjia.core.days import day_of
from niangjia.foundation.keys import sm4
from niangjia.foundation.keys.names import WHOLE_DEPLOYMENT, KeyId
from niangjia.foundation.keys.service import service
from niangjia.foundation.keys.sm4 import SealBroken
from niangjia.foundation.vault.layouts import LAYOUTS, PERSON, Layout
from niangjia.foundation.vault.secrets import Secrets

HEADER = 5  # layout (1), key id (4)
START = HEADER + sm4.NONCE


def sealed_width(layout: Layout) -> int:
    """Return the bytes of every sealed row of ``layout``."""
    return START + layout.width + sm4.TAG


def bound_to(table: str, row_id: bytes, header: bytes) -> bytes:
    """Return the associated data: the message opens nowhere else."""
    return b"".join((table.encode(), b"|", row_id, header))


def seal(
    fields: Mapping[str, str | None],
    *,
    table: str,
    row_id: UUID,
    at: datetime,
    province: str = WHOLE_DEPLOYMENT,
    layout: Layout = PERSON,
) -> bytes:
    """Return the fields sealed for one row of ``table``, in the shorter layout where they fit it.

    Args:
        fields: by the names of ``layout``; what is missing is sealed as empty.
        at: the key is that of the province in this moment's year (Asia/Shanghai).
        province: two digits of GB/T 2260; 00 for a deployment that does not divide its keys.

    Raises:
        TooLong, Unpackable: by the name of the field.
    """
    layout = layout.fitting(fields)
    packed = layout.pack(fields)
    key = service().sealing_key(province, day_of(at).year)
    header = bytes([layout.byte]) + key.id.packed()
    nonce = os.urandom(sm4.NONCE)
    return header + nonce + sm4.encrypt(key.key, nonce, packed, bound_to(table, row_id.bytes, header))


def open_sealed(
    sealed: bytes | memoryview, *, table: str, row_id: UUID, fields: Collection[str] | None = None
) -> Secrets:
    """Return the asked fields, all of them for ``None``. It writes no read event: see ``vault.reading.reveal``.

    Raises:
        SealBroken: changed, or sealed for another row or table.
        KeyGone: its key was destroyed.
        KeyError: a field that its layout does not have.
    """
    sealed = bytes(sealed)
    layout = LAYOUTS.get(sealed[0]) if sealed else None
    if layout is None or len(sealed) != sealed_width(layout):
        raise SealBroken
    header, nonce = sealed[:HEADER], sealed[HEADER:START]
    key = service().opening_key(KeyId.unpack(header[1:]))
    opened = layout.unpack(sm4.decrypt(key, nonce, sealed[START:], bound_to(table, row_id.bytes, header)))
    return Secrets(opened if fields is None else {name: opened[name] for name in fields})


def key_of(sealed: bytes | memoryview) -> KeyId:
    """Return the name of the key that a message was sealed with."""
    return KeyId.unpack(bytes(sealed[1:HEADER]))


def reseal(
    sealed: bytes | memoryview, *, table: str, row_id: UUID, at: datetime, province: str = WHOLE_DEPLOYMENT
) -> bytes:
    """Return the same fields under the key of today, with a fresh nonce: one step of a key rotation."""
    opened = open_sealed(sealed, table=table, row_id=row_id)
    return seal(opened, table=table, row_id=row_id, at=at, province=province, layout=LAYOUTS[sealed[0]])
