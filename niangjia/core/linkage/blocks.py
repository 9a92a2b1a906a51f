"""Blocks: rows with one key in common, and every two of them as a pair to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

# A key that more rows have in common is no key of a person: a number typed as 000000, a phone of a whole office.
MOST_IN_BLOCK = 64
_MIXERS = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


@dataclass(frozen=True)
class Key:
    """One key for every row.

    Attributes:
        values: (n,) numbers, equal for rows of one block. Two keys may meet by accident once in 2**64; it costs a comparison.
        known: (n,) false where a part of the key is missing; such a row is in no block.
    """

    values: Hashes
    known: Flags


@dataclass(frozen=True)
class Candidates:
    """What is to be looked at.

    Attributes:
        left, right: (m,) rows, ``left`` < ``right``; no pair twice, sorted.
        left_out: (block, rows): blocks that are too large to be looked at pair by pair.
    """

    left: Rows
    right: Rows
    left_out: pl.DataFrame


def hashed(column: pl.Series) -> Key:
    """Return a key of one column; null is unknown."""
    return Key(column.hash().to_numpy(), column.is_not_null().to_numpy())


def both(*keys: Key) -> Key:
    """Return a key of several: all must be known and equal."""
    values = np.zeros(len(keys[0].values), dtype=np.uint64)
    for key, mixer in zip(keys, _MIXERS, strict=False):
        values = (values ^ key.values) * mixer
        values ^= values >> np.uint64(29)
    return Key(values, np.logical_and.reduce([key.known for key in keys]))


def candidates(keys: Mapping[str, Key]) -> Candidates:
    """Return every two rows that have at least one key in common."""
    n = len(next(iter(keys.values())).values)
    codes, left_out = [np.zeros(0, dtype=np.int64)], []
    for name, key in keys.items():
        left, right, large = _pairs(key)
        codes.append(np.minimum(left, right) * n + np.maximum(left, right))
        left_out += [(name, size) for size in large.tolist()]
    pairs = np.unique(np.concatenate(codes))
    schema = {"block": pl.String, "rows": pl.Int64}
    return Candidates(
        pairs // max(n, 1), pairs % max(n, 1), pl.DataFrame(left_out, schema=schema, orient="row")
    )


def _pairs(key: Key) -> tuple[Rows, Rows, Rows]:
    """Return the pairs of one key, and the sizes of the blocks that are too large."""
    known = np.flatnonzero(key.known)
    values = key.values[known]
    shared = pl.Series(values).is_duplicated().to_numpy()
    rows, values = known[shared], values[shared]
    order = np.argsort(values, kind="stable")
    rows, values = rows[order], values[order]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if len(values) else np.zeros(0, int)
    sizes = np.diff(np.append(starts, len(values)))
    small = np.repeat(sizes <= MOST_IN_BLOCK, sizes)
    rows, values = rows[small], values[small]
    left, right = [], []
    here = np.arange(len(rows))
    for step in range(1, MOST_IN_BLOCK):
        here = here[here + step < len(rows)]
        here = here[values[here] == values[here + step]]
        if not len(here):
            break
        left.append(rows[here])
        right.append(rows[here + step])
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *left]), np.concatenate([empty, *right]), sizes[sizes > MOST_IN_BLOCK]
