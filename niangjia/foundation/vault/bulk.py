"""Whole columns of secret fields, sealed and opened row by row at the speed of the cipher."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from numpy.typing import NDArray

from niangjia.core.days import day_of
from niangjia.core.ids import as_bytes
from niangjia.foundation.keys import sm4
from niangjia.foundation.keys.names import WHOLE_DEPLOYMENT, KeyId, Purpose
from niangjia.foundation.keys.service import service
from niangjia.foundation.vault.indexes import INDEX
from niangjia.foundation.vault.layouts import LAYOUTS, PAD, PERSON, Layout, TooLong, Unpackable
from niangjia.foundation.vault.sealing import HEADER, START, bound_to, sealed_width

ByteRows = NDArray[np.uint8]
Column = Sequence[str | None]


@dataclass(frozen=True)
class Rows:
    """Packed rows of one layout, and their places among all: each row as ``layout.pack`` gives it."""

    layout: Layout
    places: NDArray[np.intp]
    packed: ByteRows


def pack_columns(columns: Mapping[str, Column], *, layout: Layout = PERSON) -> list[Rows]:
    """Return the packed fields of ``n`` rows, by the layout that fits them.

    Args:
        columns: by the names of ``layout``, each of ``n`` texts or nulls; what is missing is packed as empty.

    Raises:
        TooLong, Unpackable: by the name of the field.
        KeyError: a field that this layout does not have.
    """
    layout.check(columns)
    n = len(next(iter(columns.values())))
    parts = []
    for each, places in _layouts(columns, n, layout):
        whole = len(places) == n
        mine = columns if whole else {name: [values[p] for p in places] for name, values in columns.items()}
        parts.append(Rows(each, places, _packed(mine, len(places), each)))
    return parts


def _layouts(columns: Mapping[str, Column], n: int, layout: Layout) -> list[tuple[Layout, NDArray[np.intp]]]:
    """Return each layout that some rows fit, with the places of these rows: see ``Layout.fitting``."""
    if layout.shorter is None:
        return [(layout, np.arange(n))]
    needed = np.zeros(n, dtype=bool)
    for name in set(columns) & set(layout.shorter.blank):
        needed |= np.fromiter(map(bool, columns[name]), dtype=bool, count=n)
    found = [(layout, np.flatnonzero(needed)), (layout.shorter, np.flatnonzero(~needed))]
    return [(each, places) for each, places in found if len(places)]


def _packed(columns: Mapping[str, Column], n: int, layout: Layout) -> ByteRows:
    rows = np.zeros((n, layout.width), dtype=np.uint8)
    for name in set(columns) & set(layout.widths):
        rows[:, layout.slice_of(name)] = _padded_column(name, columns[name], layout.widths[name])
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
) -> list[bytes]:
    """Return ``n`` rows sealed under one key, each as ``seal`` would; the rows of a batch come province by province.

    Args:
        columns: see ``pack_columns``.
        row_ids: (n, 16) bytes, as ``core.ids.uuid7s`` gives them.

    Raises:
        TooLong, Unpackable: by the name of the field.
    """
    return seal_packed(
        pack_columns(columns, layout=layout), table=table, row_ids=row_ids, at=at, province=province
    )


def seal_packed(
    parts: Sequence[Rows], *, table: str, row_ids: ByteRows, at: datetime, province: str = WHOLE_DEPLOYMENT
) -> list[bytes]:
    """Return packed rows sealed; for a caller who needs their fingerprints too."""
    key = service().sealing_key(province, day_of(at).year)
    sealed: list[bytes] = [b""] * len(row_ids)
    for part in parts:
        header = bytes([part.layout.byte]) + key.id.packed()
        nonces = np.frombuffer(os.urandom(sm4.NONCE * len(part.packed)), dtype=np.uint8).reshape(
            -1, sm4.NONCE
        )
        bound = _beside(bound_to(table, b"", b""), row_ids[part.places], header)
        texts = sm4.encrypt_many(key.key, nonces, part.packed, bound)
        _put(sealed, part.places, np.concatenate([_beside(header, nonces, b""), texts], axis=1))
    return sealed


def _beside(before: bytes, rows: ByteRows, after: bytes) -> ByteRows:
    """Return each row between two texts that are the same for all."""
    ends = [np.tile(np.frombuffer(each, dtype=np.uint8), (len(rows), 1)) for each in (before, after)]
    return np.concatenate([ends[0], rows, ends[1]], axis=1)


def _put(into: list[bytes], places: NDArray[np.intp], rows: ByteRows) -> None:
    values = as_bytes(rows)
    if len(values) == len(into):
        into[:] = values
        return
    for place, value in zip(places.tolist(), values, strict=True):
        into[place] = value


def fingerprint_many(parts: Sequence[Rows]) -> ByteRows:
    """Return the fingerprints of rows as ``pack_columns`` gives them, (n, 16) bytes, each as ``fingerprint`` would."""
    key = service().index_keys(Purpose.FINGERPRINT)[0]
    prints = np.empty((sum(len(part.packed) for part in parts), INDEX), dtype=np.uint8)
    for part in parts:
        prefix = bytes([part.layout.byte])
        joined = key.hash.joined(as_bytes(part.packed), prefix=prefix, length=INDEX)
        prints[part.places] = np.frombuffer(joined, dtype=np.uint8).reshape(-1, INDEX)
    return prints


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
        messages: of one layout or its shorter one; their keys may differ.
        row_ids: (n,) of 16 bytes.

    Raises:
        SealBroken: changed, or sealed for another row or table.
        KeyGone: its key was destroyed.
    """
    ciphers: dict[bytes, tuple[SM4, Layout, bytes]] = {}
    plain: dict[int, list[tuple[int, bytes]]] = {}
    for place, (sealed, row_id) in enumerate(zip(messages, row_ids, strict=True)):
        header = sealed[:HEADER]
        if header not in ciphers:
            ciphers[header] = (*_opening(header, layout), bound_to(table, b"", b""))
        cipher, own, where = ciphers[header]
        opened = _opened(cipher, sealed, where + row_id + header, sealed_width(own))
        plain.setdefault(own.byte, []).append((place, opened))
    return {name: _column(plain, name, len(messages)) for name in fields}


def _opening(header: bytes, layout: Layout) -> tuple[SM4, Layout]:
    if not header or not layout.knows(header[0]):
        raise sm4.SealBroken
    return SM4(service().opening_key(KeyId.unpack(header[1:]))), LAYOUTS[header[0]]


def _opened(cipher: SM4, sealed: bytes, bound: bytes, width: int) -> bytes:
    if len(sealed) != width:
        raise sm4.SealBroken
    opener = Cipher(cipher, GCM(sealed[HEADER:START], sealed[-sm4.TAG :])).decryptor()
    opener.authenticate_additional_data(bound)
    try:
        return opener.update(sealed[START : -sm4.TAG]) + opener.finalize()
    except InvalidTag:
        raise sm4.SealBroken from None


def _column(plain: Mapping[int, list[tuple[int, bytes]]], name: str, n: int) -> list[str]:
    """Return one field of all rows, which come by the byte of their layout."""
    values = [""] * n
    for byte, rows in plain.items():
        layout = LAYOUTS[byte]
        layout.check([name])
        if name in layout.blank:
            continue
        mine = layout.slice_of(name)
        for place, opened in rows:
            values[place] = opened[mine].rstrip(PAD).decode()
    return values
