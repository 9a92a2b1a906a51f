"""Unified social credit codes of employers and unions.

Source:
    GB 32100-2015: department and category, 6 digits of region, 9 characters of the organisation, 1 check character out
    of 31 (the ten digits and the capitals without I, O, S, V, Z). A union's starts with 81.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from niangjia.core.identifiers.columns import (
    ByteArray,
    as_text,
    byte_matrix,
    evened,
    first_that_holds,
    has_width,
    number_cells,
    texts_of,
    unpadded,
)

ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
UNION = "81"
NOT_IN_ALPHABET = 255
_CHARACTERS: ByteArray = np.frombuffer(ALPHABET, dtype=np.uint8)
_VALUES: ByteArray = np.full(256, NOT_IN_ALPHABET, dtype=np.uint8)
_VALUES[_CHARACTERS] = np.arange(31)
_WEIGHTS = np.array([pow(3, k, 31) for k in range(17)], dtype=np.float32)
_PLAIN = "^[0-9A-Z]{18}$"


@dataclass(frozen=True)
class Checked:
    """One code, checked: what ``checked`` says of a row."""

    credit_code: str | None
    credit_finding: str | None
    credit_expected: str | None
    is_union: bool | None


def credit_checks(values: ByteArray) -> ByteArray:
    """Return the character that each code ought to end with.

    Args:
        values: (n, 17), values 0 to 30: the codes without their last character, as places in ``ALPHABET``.

    Returns:
        (n,) ASCII codes.
    """
    sums = (values.astype(np.float32) @ _WEIGHTS).astype(np.int32)  # at most 30 * 31 * 17: exact as float32
    return _CHARACTERS[-sums % 31]


def checked(codes: pl.Series, *, numeric: pl.Series | None = None) -> pl.DataFrame:
    """Return what each code is, and what is wrong with it.

    Args:
        codes: the cells as they came.
        numeric: for each cell, whether its file typed it as a number.

    Returns:
        One row per code: ``credit_code`` (18 capitals and digits), ``credit_finding`` (a code of ``rules.CREDIT``, or null),
        ``credit_expected`` (the last character, for CREDIT_CHECK only), ``is_union``. All but the finding are null for
        a refused code.
    """
    text = evened(as_text(codes), _PLAIN, unpadded)
    long = has_width(text, 18)
    matrix = np.full((len(text), 18), ALPHABET[0], dtype=np.uint8)
    matrix[long] = byte_matrix(text.filter(pl.Series(long)), 18)
    values = _VALUES[matrix]
    expected = credit_checks(values[:, :17])
    claims = {
        "CREDIT_BLANK": text.is_null().to_numpy(),
        "CREDIT_NUMBER_CELL": number_cells(codes, text, numeric),
        "CREDIT_LENGTH": ~long,
        "CREDIT_CHARACTER": (values == NOT_IN_ALPHABET).any(axis=1),
        "CREDIT_REGION": (values[:, 2:8] > 9).any(axis=1),
        "CREDIT_CHECK": matrix[:, 17] != expected,
    }
    return _told(text, expected, first_that_holds(claims))


def checked_one(code: str) -> Checked:
    """Return what one code is, for a form: see ``checked``."""
    return Checked(**checked(pl.Series([code], dtype=pl.String)).row(0, named=True))


def _told(text: pl.Series, expected: ByteArray, finding: pl.Series) -> pl.DataFrame:
    columns = pl.DataFrame(
        {"code": text, "credit_finding": finding, "expected": texts_of(expected.reshape(-1, 1))}
    )
    accepted = pl.col("credit_finding").is_null()
    return columns.select(
        pl.when(accepted).then("code").alias("credit_code"),
        "credit_finding",
        pl.when(pl.col("credit_finding") == "CREDIT_CHECK").then("expected").alias("credit_expected"),
        pl.when(accepted).then(pl.col("code").str.starts_with(UNION)).alias("is_union"),
    )
