"""Columns as PostgreSQL's binary COPY, packed by the column: what a stage table is filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.ids import as_bytes

ByteRows = NDArray[np.uint8]
START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
ID = 16  # bytes
EPOCH = 10_957  # days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts


@dataclass(frozen=True)
class Fixed:
    """(n, width) bytes, none of them null."""

    values: ByteRows


@dataclass(frozen=True)
class Ragged:
    """Values of any length, one after the other in ``flat``; a length of -1 is null."""

    lengths: NDArray[np.int64]
    flat: ByteRows


Column = Fixed | Ragged


@dataclass(frozen=True)
class Copied:
    """What a binary COPY sends, and in which order of the columns."""

    columns: tuple[str, ...]
    content: bytes


def packed(columns: Mapping[str, Column]) -> Copied:
    """Return ``n`` rows as one binary COPY.

    What has one length in all rows goes first: that part of each row is one slice of one array. The rest is another: joined
    without a loop over fields.
    """
    evened = {name: _evened(column) for name, column in columns.items()}
    even = {name: column for name, column in evened.items() if not isinstance(column, Ragged)}
    ragged = {name: column for name, column in evened.items() if isinstance(column, Ragged)}
    head = _head([*even.values()], len(ragged))
    tails, ends = _tails([*ragged.values()], len(head))
    whole, cuts = tails.tobytes(), ends.tolist()
    parts = [b""] * (2 * len(head))
    parts[::2] = as_bytes(head)
    parts[1::2] = [whole[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    return Copied((*even, *ragged), b"".join([START, *parts, END]))


def _evened(column: Column) -> tuple[int, ByteRows] | Ragged:
    """Return the length and the (n, width) bytes of a column that has one length in all rows, else the column."""
    if isinstance(column, Fixed):
        return column.values.shape[1], column.values
    lengths = column.lengths
    if len(lengths) == 0 or (lengths != lengths[0]).any():
        return column
    return int(lengths[0]), column.flat.reshape(len(lengths), max(int(lengths[0]), 0))


def _head(even: Sequence[tuple[int, ByteRows]], more: int) -> ByteRows:
    n = len(even[0][1])
    blocks = [_repeated((len(even) + more).to_bytes(2, "big"), n)]
    for length, values in even:
        blocks += (_repeated(length.to_bytes(4, "big", signed=True), n), values)
    return np.concatenate(blocks, axis=1)


def _tails(ragged: Sequence[Ragged], n: int) -> tuple[ByteRows, NDArray[np.int64]]:
    """Return the ragged parts of all rows, and where each row's part ends."""
    sizes = [np.maximum(column.lengths, 0) for column in ragged]
    ends = np.cumsum(4 * len(ragged) + sum(sizes, np.zeros(n, dtype=np.int64)))
    out = np.zeros(int(ends[-1]) if n else 0, dtype=np.uint8)
    at = np.concatenate(([0], ends[:-1])) if n else np.zeros(0, dtype=np.int64)
    for column, size in zip(ragged, sizes, strict=True):
        out[at[:, None] + np.arange(4)] = column.lengths.astype(">i4").view(np.uint8).reshape(n, 4)
        at = at + 4
        starts = np.cumsum(size) - size
        out[np.repeat(at - starts, size) + np.arange(len(column.flat))] = column.flat
        at = at + size
    return out, ends


def _repeated(data: bytes, n: int) -> ByteRows:
    return np.tile(np.frombuffer(data, dtype=np.uint8), (n, 1))


def integers(values: pl.Series) -> Fixed:
    """Return a column of ``int4``."""
    return Fixed(values.to_numpy().astype(">i4").view(np.uint8).reshape(len(values), 4))


def bigints(values: pl.Series) -> Ragged:
    """Return a column of ``int8``, with nulls."""
    known = values.is_not_null().to_numpy()
    numbers = values.drop_nulls().to_numpy().astype(">i8")
    return Ragged(np.where(known, 8, -1).astype(np.int64), numbers.view(np.uint8))


def days(values: pl.Series) -> Ragged:
    """Return a column of ``date``, with nulls."""
    known = values.is_not_null().to_numpy()
    numbers = values.drop_nulls().to_physical().to_numpy().astype(np.int64) - EPOCH
    return Ragged(np.where(known, 4, -1).astype(np.int64), numbers.astype(">i4").view(np.uint8))


def texts(values: pl.Series) -> Ragged:
    """Return a column of ``text`` (or ``jsonb`` sent as text), with nulls."""
    lengths = values.str.len_bytes().cast(pl.Int64).fill_null(-1).to_numpy()
    return Ragged(lengths, np.frombuffer((values.str.join().item() or "").encode(), dtype=np.uint8))


def ids(values: pl.Series) -> Ragged:
    """Return a column of ``uuid``, given as 16 bytes, with nulls."""
    known = values.is_not_null().to_numpy()
    return Ragged(np.where(known, ID, -1).astype(np.int64), rows_of(values.drop_nulls()).ravel())


def blobs(values: Sequence[bytes]) -> Ragged:
    """Return a column of ``bytea`` without nulls."""
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    return Ragged(lengths, np.frombuffer(b"".join(values), dtype=np.uint8))


def same(value: bytes, n: int) -> Fixed:
    """Return one value ``n`` times."""
    return Fixed(_repeated(value, n))


def uuids(written: pl.Series) -> pl.Series:
    """Return ids written as text as their 16 bytes; null and the empty text are null. Many rows have few ids."""
    once = written.unique()
    digits = once.replace("", None).str.replace_all("-", "", literal=True)
    return written.replace_strict(once, digits.str.decode("hex"), return_dtype=pl.Binary).cast(pl.Binary)


def rows_of(values: pl.Series) -> ByteRows:
    """Return a column of ids without nulls as (n, 16) bytes; no object is made for any of them."""
    rows: ByteRows = values.bin.reinterpret(dtype=pl.Array(pl.UInt8, ID)).to_numpy()
    return rows


def as_binary(rows: ByteRows) -> pl.Series:
    """Return (n, width) bytes as a column of binaries."""
    return pl.Series(as_bytes(rows), dtype=pl.Binary)
