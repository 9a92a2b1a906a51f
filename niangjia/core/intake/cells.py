"""The cells of one roster by field, whatever the order of its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from niangjia.core.codes import names
from niangjia.core.text import HALF_WIDTH, tidied

_FORMULA = r"^\s*[=＝]"
_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+"


@dataclass(frozen=True)
class Cells:
    """Columns of a sheet by field; a field without a column is blank in every row.

    Attributes:
        rows: ``c0`` … as text, ``c0_number`` … and ``c0_formula`` … as flags (see ``niangjia.intake.reading``).
        mapping: field → column.
    """

    rows: pl.DataFrame
    mapping: Mapping[str, int]

    def text(self, field: str) -> pl.Series:
        """Return the cells exactly as they came."""
        return self._column(field, "", pl.String)

    def is_number(self, field: str) -> pl.Series:
        """Return whether the file typed each cell as a number."""
        return self._column(field, "_number", pl.Boolean).fill_null(value=False)

    def formulas(self, fields: Iterable[str]) -> pl.DataFrame:
        """Return for each field ``{field}_formula``: whether a cell is one, or a text that a spreadsheet would take for one."""
        return self.rows.select(self._formula(field).alias(f"{field}_formula") for field in fields)

    def tidied(self, field: str) -> pl.Series:
        """Return the cells in one form of width and spaces; line breaks and invisible signs inside fall away."""
        bare = pl.col("text").str.replace_all(_INVISIBLE, "")
        return by_value(self.text(field), lambda frame: frame.select(tidied(bare))).to_series().alias(field)

    def coded(self, field: str, table: str) -> pl.Series:
        """Return the code that each cell means by the table's names and synonyms, null for blank or unknown."""
        keys = _key(pl.col("text"))
        meant = keys.replace_strict(_meanings(table), default=None, return_dtype=pl.String)
        return by_value(self.text(field), lambda frame: frame.select(meant)).to_series().alias(field)

    def _formula(self, field: str) -> pl.Expr:
        if field not in self.mapping:
            return pl.repeat(value=False, n=pl.len())
        place = f"c{self.mapping[field]}"
        typed = pl.col(place).str.contains(_FORMULA)
        flag = f"{place}_formula"
        either = pl.any_horizontal(typed, flag) if flag in self.rows.columns else typed
        return either.fill_null(value=False)

    def _column(self, field: str, kind: str, dtype: type[pl.DataType]) -> pl.Series:
        place = f"c{self.mapping[field]}{kind}" if field in self.mapping else ""
        if place in self.rows.columns:
            return self.rows[place].alias(field)
        return pl.repeat(None, self.rows.height, dtype=dtype, eager=True).alias(field)


def by_value(text: pl.Series, work: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Return what ``work`` makes of a column, done once for each text where the same ones come often.

    Args:
        work: takes a frame with the column ``text``, and returns as many rows, each made of its text alone.
    """
    values = text.unique()
    if len(values) * 4 > len(text):
        return work(pl.DataFrame({"text": text}))
    told = work(pl.DataFrame({"text": values}))
    if len(values) == 1:
        return told[pl.zeros(len(text), dtype=pl.UInt32, eager=True)]
    told = told.rename(lambda name: f"told_{name}")
    whole = pl.DataFrame({"text": text}).join(
        told.with_columns(values.alias("text")),
        on="text",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return whole.drop("text").rename(lambda name: name.removeprefix("told_"))


def _key(text: pl.Expr) -> pl.Expr:
    """Return what is compared with the names of a code table: small letters, half width, without spaces."""
    return text.str.replace_many(HALF_WIDTH).str.replace_all(r"[\s\p{Cc}\p{Cf}]", "").str.to_lowercase()


@cache
def _meanings(table: str) -> dict[str, str]:
    """Return the code for each name of a table; a code of "01" is also written "1", as number cells have it."""
    texts, codes = zip(*names(table).items(), strict=True)
    keys = pl.DataFrame({"text": texts}).select(_key(pl.col("text"))).to_series().to_list()
    known = dict(zip(keys, codes, strict=True))
    short = {code.lstrip("0"): code for code in set(codes) if code.isdecimal() and code.strip("0")}
    return short | known
