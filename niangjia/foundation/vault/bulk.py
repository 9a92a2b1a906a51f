"""Whole columns of secret fields, sealed and opened row by row at the speed of the cipher."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from numpy.typing import NDArray

from niangjia.core.days import day_of
from niangjia.foundation.keys import sm4
from niangjia.foundation.keys.names import WHOLE_DEPLOYMENT, KeyId
from niangjia.foundation.keys.service import service
from niangjia.foundation.vault.layouts import LAYOUTS, PAD, PERSON, Layout, TooLong, Unpackable
from niangjia.foundation.vault.sealing import HEADER, START, bound_to, sealed_width

ByteRows = NDArray[np.uint8]
Column = Sequence[str | None]


def pack_columns(columns: Mapping[str, Column], *, layout: Layout = PERSON) -> ByteRows:
    """Return the packed fields of ``n`` rows.

    Args:
        columns: by the names of ``layout``, each of ``n`` texts or nulls; what is missing is packed as empty.

    Returns:
        (n, layout.width) bytes, each row as ``layout.pack`` gives it.

    Raises:
        TooLong, Unpackable: by the name of the field.
        KeyError: a field that this layout does not have.
    """
    for name in columns:
        layout.widths[name]
    n = len(next(iter(columns.values())))
    rows = np.zeros((n, layout.width), dtype=np.uint8)
    at = 0
    for name, width in layout.widths.items():
        if name in columns:
            rows[:, at : at + width] = _padded_column(name, columns[name], width)
        at += width
    return rows


def _padded_column(name: str, values: Column, width: int) -> ByteRows:
    try:
        data = [(value or "").encode() for value in values]
    except UnicodeEncodeError:
        raise Unpackable(field=name) from None
    if max(map(len, data), default=0) > width:
        raise TooLong(field=name, bytes=width)
    if PAD in b"".join(data):
        raise Unpackable(field=name)
    return np.array(data, dtype=f"S{width}").view(np.uint8).reshape(len(data), width)


def seal_many(
    columns: Mapping[str, Column],
    *,
    table: str,
    row_ids: ByteRows,
    at: datetime,
    province: str = WHOLE_DEPLOYMENT,
    layout: Layout = PERSON,
) -> ByteRows:
    """Return ``n`` rows sealed under one key, each as ``seal`` would; the rows of a batch come province by province.

    Args:
        columns: see ``pack_columns``.
        row_ids: (n, 16) bytes, as ``core.ids.uuid7s`` gives them.

    Returns:
        (n, sealed width) bytes.

    Raises:
        TooLong, Unpackable: by the name of the field.
    """
    return seal_packed(
        pack_columns(columns, layout=layout),
        table=table,
        row_ids=row_ids,
        at=at,
        province=province,
        layout=layout,
    )


def seal_packed(
    packed: ByteRows,
    *,
    table: str,
    row_ids: ByteRows,
    at: datetime,
    province: str = WHOLE_DEPLOYMENT,
    layout: Layout = PERSON,
) -> ByteRows:
    """Return packed rows sealed; for a caller who needs their fingerprints too."""
    key = service().sealing_key(province, day_of(at).year)
    header = bytes([layout.byte]) + key.id.packed()
    nonces = os.urandom(sm4.NONCE * len(packed))
    messages = _messages(SM4(key.key), header, nonces, packed, row_ids, bound_to(table, b"", b""))
    return np.frombuffer(b"".join(messages), dtype=np.uint8).reshape(len(packed), sealed_width(layout))


def _messages(
    cipher: SM4, header: bytes, nonces: bytes, packed: ByteRows, row_ids: ByteRows, place: bytes
) -> list[bytes]:
    plain, width = packed.tobytes(), packed.shape[1]
    ids = np.ascontiguousarray(row_ids, dtype=np.uint8).tobytes()
    parts: list[bytes] = []
    for row in range(len(packed)):
        nonce = nonces[12 * row : 12 * row + 12]
        sealer = Cipher(cipher, GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(place + ids[16 * row : 16 * row + 16] + header)
        ciphertext = sealer.update(plain[width * row : width * row + width])
        sealer.finalize()
        parts += (header, nonce, ciphertext, sealer.tag)
    return parts


def open_many(
    messages: Sequence[bytes],
    *,
    table: str,
    row_ids: Sequence[bytes],
    fields: Collection[str],
    layout: Layout = PERSON,
) -> dict[str, list[str]]:
    """Return the asked fields of ``n`` sealed rows, each as ``open_sealed`` would. It writes no event: the caller does.

    Args:
        messages: of one layout; their keys may differ.
        row_ids: (n,) of 16 bytes.

    Raises:
        SealBroken: changed, or sealed for another row or table.
        KeyGone: its key was destroyed.
    """
    ciphers: dict[bytes, tuple[SM4, bytes]] = {}
    plain = []
    for sealed, row_id in zip(messages, row_ids, strict=True):
        header = sealed[:HEADER]
        if header not in ciphers:
            ciphers[header] = (_opening(header, layout), bound_to(table, b"", b""))
        cipher, place = ciphers[header]
        plain.append(_opened(cipher, sealed, place + row_id + header, sealed_width(layout)))
    rows = np.frombuffer(b"".join(plain), dtype=np.uint8).reshape(len(plain), layout.width)
    return {name: _column(rows, name, layout) for name in fields}


def _opening(header: bytes, layout: Layout) -> SM4:
    if LAYOUTS.get(header[0]) is not layout:
        raise sm4.SealBroken
    return SM4(service().opening_key(KeyId.unpack(header[1:])))


def _opened(cipher: SM4, sealed: bytes, bound: bytes, width: int) -> bytes:
    if len(sealed) != width:
        raise sm4.SealBroken
    opener = Cipher(cipher, GCM(sealed[HEADER:START], sealed[-sm4.TAG :])).decryptor()
    opener.authenticate_additional_data(bound)
    try:
        return opener.update(sealed[START : -sm4.TAG]) + opener.finalize()
    except InvalidTag:
        raise sm4.SealBroken from None


def _column(rows: ByteRows, name: str, layout: Layout) -> list[str]:
    at = 0
    for each, width in layout.widths.items():
        if each == name:
            cut = np.ascontiguousarray(rows[:, at : at + width])
            return [value.decode() for value in cut.view(f"S{width}").ravel().tolist()]
        at += width
    raise KeyError(name)
