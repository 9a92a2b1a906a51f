"""Two numbers of one person: equal, one slip apart, or others. Whole columns of bytes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.identifiers.citizen import FIRST_OF_THE_VERY_OLD, citizen_checks
from niangjia.core.identifiers.columns import byte_matrix, texts_of

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Slip = Callable[[pl.Series, pl.Series, int], Flags]

ZERO = ord("0")
CITIZEN_WIDTH, PHONE_WIDTH, DAY_WIDTH = 18, 11, 8


def widened(numbers: pl.Series) -> pl.Series:
    """Return the numbers, those of 15 digits as they are written with 18: with century and check character."""
    short = numbers.str.contains("^[0-9]{15}$").fill_null(value=False).arg_true()
    if short.is_empty():
        return numbers
    old = byte_matrix(numbers.gather(short), 15)
    orders = (old[:, 12:] - ZERO).astype(np.int32) @ np.array([100, 10, 1], dtype=np.int32)
    century = np.where(orders >= FIRST_OF_THE_VERY_OLD, ord("8"), ord("9")).astype(np.uint8)
    ones = np.full(len(old), ord("1"), dtype=np.uint8)
    stems = np.column_stack([old[:, :6], ones, century, old[:, 6:]])
    wide = np.column_stack([stems, citizen_checks(stems - ZERO)])
    return numbers.clone().scatter(short, texts_of(wide))


def is_right(numbers: pl.Series) -> Flags:
    """Return (n,) whether each number is one of 18 characters that ends with its check character."""
    wide = numbers.str.contains("^[0-9]{17}[0-9X]$").fill_null(value=False).to_numpy()
    matrix = byte_matrix(numbers.filter(pl.Series(wide)), CITIZEN_WIDTH)
    right = wide.copy()
    right[wide] = citizen_checks(matrix[:, :17] - ZERO) == matrix[:, 17]
    return right


def is_wrong(numbers: pl.Series) -> Flags:
    """Return (n,) whether each number has 18 characters and is not right; of other documents nothing is told."""
    wide = (numbers.str.len_chars() == CITIZEN_WIDTH).fill_null(value=False).to_numpy()
    wrong: Flags = wide & ~is_right(numbers)
    return wrong


def one_slip(mine: pl.Series, theirs: pl.Series, width: int) -> Flags:
    """Return (m,) whether one wrong character, or two neighbours in the wrong order, make one number of the other.

    Numbers of another width, and nulls, are not told: false.
    """
    fits = ((mine.str.len_bytes() == width) & (theirs.str.len_bytes() == width)).fill_null(value=False)
    a, b = byte_matrix(mine.filter(fits), width), byte_matrix(theirs.filter(fits), width)
    differs = a != b
    count = differs.sum(axis=1)
    first = np.minimum(differs.argmax(axis=1), width - 2)
    every = np.arange(len(a))
    crossed = (a[every, first] == b[every, first + 1]) & (a[every, first + 1] == b[every, first])
    slipped = fits.to_numpy().copy()
    slipped[slipped] = (count == 1) | ((count == 2) & crossed)
    return slipped


def day_slip(mine: pl.Series, theirs: pl.Series) -> Flags:
    """Return (m,) whether two unlike days are one slip apart: one digit, two neighbours, or day and month exchanged."""
    a, b = mine.dt.strftime("%Y%m%d"), theirs.dt.strftime("%Y%m%d")
    turned = a.str.slice(0, 4) + a.str.slice(6, 2) + a.str.slice(4, 2)
    exchanged: Flags = (turned == b).fill_null(value=False).to_numpy()
    return one_slip(a, b, DAY_WIDTH) | exchanged
