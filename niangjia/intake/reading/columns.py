"""Cells of whatever type a reader gives, as columns of text with flags beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np
import polars as pl

NUMBERS = (float, int)


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet: ``row`` (from 1), ``c0`` …, ``c0_number`` …, ``c0_formula`` …"""

    sheet: str
    rows: pl.DataFrame


def text_of(cell: Any) -> str | None:
    """Return a cell as text: as typed, a whole number without a point, a date as 2026-11-24; None for nothing."""
    if type(cell) is str:
        return cell or None
    if cell is None:
        return None
    if type(cell) is float:
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if type(cell) is bool:
        return "TRUE" if cell else "FALSE"
    if type(cell) is datetime and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat().replace("T", " ")
    return str(cell)


def block_of(
    columns: Iterable[Sequence[Any]], width: int, first: int, formulas: Sequence[tuple[int, int]] = ()
) -> pl.DataFrame:
    """Return some rows as a frame.

    Args:
        columns: as many as ``width``, each a sequence of cells.
        first: the place of the first row in the sheet, from 0.
        formulas: (row here, column) of cells with a formula.
    """
    found: list[pl.Series] = []
    at: dict[int, list[int]] = {}
    for row, column in formulas:
        at.setdefault(column, []).append(row)
    for k, cells in enumerate(columns):
        kinds = set(map(type, cells))
        if kinds <= {str}:
            text = pl.Series(f"c{k}", cells, dtype=pl.String)
            number = pl.repeat(value=False, n=len(text), eager=True)
        else:
            text = pl.Series(f"c{k}", [text_of(cell) for cell in cells], dtype=pl.String)
            number = pl.Series([type(cell) in NUMBERS for cell in cells], dtype=pl.Boolean)
        formula = np.zeros(len(text), dtype=np.bool_)
        formula[at.get(k, [])] = True
        found += [text, number.alias(f"c{k}_number"), pl.Series(f"c{k}_formula", formula)]
    frame = pl.DataFrame(found)
    texts = [f"c{k}" for k in range(width)]
    return frame.with_columns(
        *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts)
    ).with_row_index("row", offset=first + 1)
