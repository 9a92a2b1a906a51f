"""What the identifiers share: making the odd rows even, and text of one width as a matrix of bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from niangjia.core.text import HALF_WIDTH

ByteArray = NDArray[np.uint8]
IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]

# Spaces, invisible characters, dashes, and the apostrophe that tells a spreadsheet "this is text".
_PADDING = r"[\s\p{Cf}\-–—−'‘’`]"
# What a spreadsheet writes for a number that was too long for it: 3.69901E+17.
_SCIENTIFIC = r"^[0-9](\.[0-9]+)?E\+?[0-9]+$"


def as_text(cells: pl.Series) -> pl.Series:
    """Return the cells as text; whole numbers without a decimal point."""
    if cells.dtype.is_float():
        return cells.cast(pl.Int64, strict=False).cast(pl.String)
    return cells.cast(pl.String)


def unpadded(text: pl.Expr) -> pl.Expr:
    """Return text in half width and capitals, without spaces, dashes and invisible characters; null if nothing is left."""
    bare = text.str.replace_many(HALF_WIDTH).str.replace_all(_PADDING, "").str.to_uppercase()
    return pl.when(bare != "").then(bare)


def evened(text: pl.Series, plain: str, even: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Return the column with ``even`` applied to the rows that do not match ``plain``.

    Most rows of a good roster match, so the dear clean-up is paid for the few that do not.
    """
    odd = (~text.str.contains(plain)).fill_null(value=False).arg_true()
    if odd.is_empty():
        return text
    cleaned = pl.DataFrame({"text": text.gather(odd)}).select(even(pl.col("text"))).to_series()
    return text.clone().scatter(odd, cleaned)


def has_width(text: pl.Series, width: int) -> BoolArray:
    """Return (n,) whether each text is ``width`` ASCII characters long; false for null.

    Of other characters one takes several bytes, and a matrix of bytes would cut through it.
    """
    is_wide = (text.str.len_bytes() == width) & (text.str.len_chars() == width)
    return is_wide.fill_null(value=False).to_numpy()


def has_other_length(text: pl.Series, *lengths: int) -> BoolArray:
    """Return (n,) whether each text has none of these numbers of characters; bytes differ for a stray Chinese one."""
    return (~text.str.len_chars().is_in(lengths)).fill_null(value=False).to_numpy()


def byte_matrix(text: pl.Series, width: int) -> ByteArray:
    """Return texts that are all ``width`` bytes long as (n, width) bytes."""
    strings = text.rechunk().to_arrow().cast(pa.large_string())
    start, end = strings.offset * width, (strings.offset + len(strings)) * width
    data = strings.buffers()[2]
    flat = np.frombuffer(data, dtype=np.uint8)[start:end] if len(strings) else np.empty(0, dtype=np.uint8)
    return flat.reshape(len(strings), width)


def texts_of(matrix: ByteArray) -> pl.Series:
    """Return the rows of (n, width) ASCII bytes as a column of text."""
    width = matrix.shape[1]
    return pl.Series(np.ascontiguousarray(matrix).view(f"S{width}").reshape(-1)).cast(pl.String)


_ASCII = pl.Series([chr(code) for code in range(128)])


def letters_of(codes: ByteArray) -> pl.Series:
    """Return (n,) ASCII codes as a column of single characters: looked up, which is far quicker than made."""
    return _ASCII.gather(codes)


def number_cells(cells: pl.Series, text: pl.Series, numeric: pl.Series | None) -> BoolArray:
    """Return (n,) whether a cell was a number, by its column's type, by its file's word, or by how it is written."""
    if cells.dtype.is_numeric():
        return cells.is_not_null().to_numpy()
    typed = text.str.contains(_SCIENTIFIC)
    if numeric is not None:
        typed = typed | numeric
    return typed.fill_null(value=False).to_numpy()


def first_that_holds(claims: Mapping[str, BoolArray]) -> pl.Series:
    """Return for each row the name of the first claim that holds, null where none does."""
    codes = np.zeros(len(next(iter(claims.values()))), dtype=np.int32)
    for position, holds in reversed(list(enumerate(claims.values(), start=1))):
        codes[holds] = position
    names = pl.Series([None, *claims], dtype=pl.String)
    return names.gather(codes)
