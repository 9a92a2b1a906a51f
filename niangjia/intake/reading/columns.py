"""Cells of whatever type a reader gives, as columns of text with flags beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl

NUMBERS = (float, int)
EXACT, MOST_SHOWN = 10**15, 10**20


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
        return _number(cell)
    if type(cell) is bool:
        return "TRUE" if cell else "FALSE"
    if type(cell) is datetime and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat().replace("T", " ")
    return str(cell)


def _number(cell: float) -> str:
    """Return a number as a spreadsheet shows it: fifteen digits are kept, and zeros follow."""
    if not cell.is_integer() or abs(cell) >= MOST_SHOWN:
        return repr(cell)
    return str(int(cell)) if abs(cell) < EXACT else str(int(Decimal(f"{cell:.15g}")))


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
        formula = pl.repeat(value=False, n=len(text), eager=True).scatter(at.get(k, []), values=True)
        found += [text, number.alias(f"c{k}_number"), formula.alias(f"c{k}_formula")]
    frame = pl.DataFrame(found)
    texts = [f"c{k}" for k in range(width)]
    return frame.with_columns(
        *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts)
    ).with_row_index("row", offset=first + 1)
