"""Citizen identity numbers, and the residence permits that are built like them.

Source:
    GB 11643-1999: 6 digits of county, 8 of birth, 3 of order (odd for men), 1 check character (ISO 7064, MOD 11-2);
    GB 11643-1989: 15 digits, birth without the century, no check. The algorithm: docs/algorithms/identifiers.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from niangjia.core.identifiers.births import days_of
from niangjia.core.identifiers.columns import (
    BoolArray,
    ByteArray,
    IntArray,
    as_text,
    byte_matrix,
    evened,
    first_that_holds,
    has_width,
    number_cells,
    texts_of,
    unpadded,
)
from niangjia.core.identifiers.counties import FIRST_NUMBERS, last_years

CHECKS: ByteArray = np.frombuffer(b"10X98765432", dtype=np.uint8)
ZERO, LETTER_X = ord("0"), ord("X")
# Nobody is older; an older birth date is a slip of the pen.
OLDEST_YEARS = 130
# In 15-digit numbers these orders were kept for people of a hundred and more: born in the century before.
FIRST_OF_THE_VERY_OLD = 996
_PLAIN = "^([0-9]{17}[0-9X]|[0-9]{15})$"
_LIKE_X = "[×✕ХΧ]"  # the sign of multiplication, and the Cyrillic and Greek letters that look like X

# What 17 digits say, in one product: (check sum, county, year, month, day). All below 2**24, so exact as float32.
_SAYS = np.zeros((17, 5), dtype=np.float32)
_SAYS[:, 0] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
_SAYS[0:6, 1] = [100_000, 10_000, 1_000, 100, 10, 1]
_SAYS[6:10, 2] = [1_000, 100, 10, 1]
_SAYS[10:12, 3] = [10, 1]
_SAYS[12:14, 4] = [10, 1]


@dataclass(frozen=True)
class Checked:
    """One number, checked: what ``checked`` says of a row."""

    id_number: str | None
    id_finding: str | None
    id_expected: str | None
    id_kind: str | None
    born_on: date | None
    sex: str | None
    county_code: str | None


def citizen_checks(digits: ByteArray) -> ByteArray:
    """Return the character that each citizen number ought to end with.

    Args:
        digits: (n, 17), values 0 to 9: the numbers without their last character.

    Returns:
        (n,) ASCII codes of "0" to "9" or "X".

    Source:
        GB 11643-1999, check code (ISO 7064, MOD 11-2).
    """
    return CHECKS[_said(digits)[:, 0] % 11]


def checked(
    numbers: pl.Series, *, on: date, extra: Collection[str] = (), numeric: pl.Series | None = None
) -> pl.DataFrame:
    """Return what each number is, and what is wrong with it.

    Args:
        numbers: the cells as they came, text (or numbers, which are all refused: they have lost digits).
        on: the day on which nobody may be unborn or older than ``OLDEST_YEARS``.
        extra: county codes that hold beside the real ones (edition "demo").
        numeric: for each cell, whether its file typed it as a number.

    Returns:
        One row per number: ``id_number`` (18 characters), ``id_finding`` (a code of ``rules.CITIZEN``, or null), ``id_expected``
        (the last character, for ID_CHECK only), ``id_kind`` (code table "id_kind"), ``born_on``, ``sex`` (GB/T 2261.1,
        "1" or "2"), ``county_code``. All but the finding are null for a refused number.
    """
    text = evened(as_text(numbers), _PLAIN, _even)
    matrix, short, long = _as_18(text)
    digits = matrix[:, :17] - ZERO
    said = _said(digits)
    expected = CHECKS[said[:, 0] % 11]
    matrix[short, 17] = expected[short]
    born = days_of(said[:, 2], said[:, 3], said[:, 4])
    claims = {
        "ID_BLANK": text.is_null().to_numpy(),
        "ID_NUMBER_CELL": number_cells(numbers, text, numeric),
        "ID_LENGTH": ~(short | long),
        "ID_CHARACTER": ~_has_right_characters(matrix),
        "ID_BIRTH": ~_may_live(born, on),
        "ID_COUNTY": last_years(frozenset(extra))[said[:, 1]] < np.maximum(said[:, 2], FIRST_NUMBERS),
        "ID_CHECK": matrix[:, 17] != expected,
        "ID_15_DIGITS": short,
    }
    finding = first_that_holds(claims)
    return _told(matrix, expected, born, finding)


def checked_one(number: str, *, on: date, extra: Collection[str] = ()) -> Checked:
    """Return what one number is, for a form: see ``checked``."""
    column = pl.Series([number], dtype=pl.String)
    return Checked(**checked(column, on=on, extra=extra).row(0, named=True))


def _even(text: pl.Expr) -> pl.Expr:
    return unpadded(text).str.replace_all(_LIKE_X, "X")


def _as_18(text: pl.Series) -> tuple[ByteArray, BoolArray, BoolArray]:
    """Return (n, 18) characters, and which rows had 15 and 18 of them; the rest are zeros.

    A row of 15 gets its century here, and its check character from the caller.
    """
    short, long = has_width(text, 15), has_width(text, 18)
    matrix = np.full((len(text), 18), ZERO, dtype=np.uint8)
    matrix[long] = byte_matrix(text.filter(pl.Series(long)), 18)
    old = byte_matrix(text.filter(pl.Series(short)), 15)
    orders = (old[:, 12:] - ZERO).astype(np.int32) @ np.array([100, 10, 1], dtype=np.int32)
    century = np.where(orders >= FIRST_OF_THE_VERY_OLD, ord("8"), ord("9"))
    ones = np.full(len(old), ord("1"))
    matrix[short, :17] = np.column_stack([old[:, :6], ones, century, old[:, 6:]])
    return matrix, short, long


def _said(digits: ByteArray) -> IntArray:
    """Return (n, 5): check sum, county, year, month, day of (n, 17) digits; zeros where they are not digits."""
    right = np.all(digits < 10, axis=1)
    said = (digits.astype(np.float32) @ _SAYS).astype(np.int32)
    said[~right] = 0
    return said


def _has_right_characters(matrix: ByteArray) -> BoolArray:
    is_digit = matrix - ZERO < 10
    is_digit[:, 17] |= matrix[:, 17] == LETTER_X
    right: BoolArray = np.all(is_digit, axis=1)
    return right


def _may_live(born: IntArray, on: date) -> BoolArray:
    today = np.datetime64(on, "D").astype(np.int32)
    oldest = np.datetime64(on.replace(year=on.year - OLDEST_YEARS, day=1), "D").astype(np.int32)
    return (born >= oldest) & (born <= today)


def _told(matrix: ByteArray, expected: ByteArray, born: IntArray, finding: pl.Series) -> pl.DataFrame:
    columns = pl.DataFrame(
        {
            "id_finding": finding,
            "number": texts_of(matrix),
            "expected": texts_of(expected.reshape(-1, 1)),
            "born": pl.Series(born).cast(pl.Date),
            "is_man": matrix[:, 16] % 2 == 1,
        }
    )
    county = pl.col("number").str.slice(0, 6)
    kinds = {"81": "hk_macao_residence", "82": "hk_macao_residence", "83": "taiwan_residence"}
    kind = county.str.slice(0, 2).replace_strict(kinds, default="citizen")
    accepted = pl.col("id_finding").is_null() | (pl.col("id_finding") == "ID_15_DIGITS")
    return columns.select(
        pl.when(accepted).then("number").alias("id_number"),
        "id_finding",
        pl.when(pl.col("id_finding") == "ID_CHECK").then("expected").alias("id_expected"),
        pl.when(accepted).then(kind).alias("id_kind"),
        pl.when(accepted).then("born").alias("born_on"),
        pl.when(accepted).then(pl.when("is_man").then(pl.lit("1")).otherwise(pl.lit("2"))).alias("sex"),
        pl.when(accepted).then(county).alias("county_code"),
    )
