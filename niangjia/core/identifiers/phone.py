"""Mobile numbers of the mainland.

Source:
    《电信网编号计划》: 11 digits that start with 1; which beginnings operators were given is data (core.codes.phones).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.identifiers.columns import (
    BoolArray,
    as_text,
    byte_matrix,
    evened,
    first_that_holds,
    has_width,
    unpadded,
)

DIGITS = 11
_PLAIN = "^1[0-9]{10}$"
_BRACKETS_AND_DOTS = "[().]"
# The country's code in its three writings, or the zero of an old long-distance call, before a mobile number.
_BEFORE = r"^(?:(?:\+|00)?86|0)(1[0-9]{10})$"


@dataclass(frozen=True)
class Checked:
    """One phone, checked: what ``checked`` says of a row."""

    phone_number: str | None
    phone_finding: str | None


def checked(phones: pl.Series, *, prefixes: Collection[str]) -> pl.DataFrame:
    """Return what each phone is, and what is wrong with it.

    Args:
        phones: the cells as they came; cells typed as numbers are welcome, for 11 digits lose nothing.
        prefixes: three or four digits with which a mobile number may start.

    Returns:
        One row per phone: ``phone_number`` (11 digits, null where refused), ``phone_finding`` (a code of
        ``rules.PHONE``, or null).
    """
    text = evened(as_text(phones), _PLAIN, _even)
    long = has_width(text, DIGITS)
    matrix = np.full((len(text), DIGITS), ord("0"), dtype=np.uint8)
    matrix[long] = byte_matrix(text.filter(pl.Series(long)), DIGITS)
    digits = matrix - ord("0")
    is_digits: BoolArray = np.all(digits < 10, axis=1)
    begins = (digits[:, :4] * is_digits[:, None]).astype(np.int32) @ np.array(
        [1000, 100, 10, 1], dtype=np.int32
    )
    claims = {
        "PHONE_BLANK": text.is_null().to_numpy(),
        "PHONE_CHARACTER": text.str.contains("[^0-9]").fill_null(value=False).to_numpy(),
        "PHONE_LENGTH": ~long,
        "PHONE_PREFIX": ~_allotted(frozenset(prefixes))[begins],
    }
    finding = first_that_holds(claims).alias("phone_finding")
    number = pl.when(pl.col("phone_finding").is_null()).then("text").alias("phone_number")
    return pl.DataFrame([text.alias("text"), finding]).select(number, "phone_finding")


def checked_one(phone: str, *, prefixes: Collection[str]) -> Checked:
    """Return what one phone is, for a form: see ``checked``."""
    column = pl.Series([phone], dtype=pl.String)
    return Checked(**checked(column, prefixes=prefixes).row(0, named=True))


def _even(text: pl.Expr) -> pl.Expr:
    whole = text.str.replace(r"\.0$", "")  # a reader that takes every number for a fraction
    return unpadded(whole).str.replace_all(_BRACKETS_AND_DOTS, "").str.replace(_BEFORE, "$1")


@lru_cache(maxsize=8)
def _allotted(prefixes: frozenset[str]) -> NDArray[np.bool_]:
    """Return for each four digits whether a mobile number may start with them."""
    table = np.zeros(10_000, dtype=np.bool_)
    for prefix in prefixes:
        first = int(prefix.ljust(4, "0"))
        table[first : first + 10 ** (4 - len(prefix))] = True
    return table
