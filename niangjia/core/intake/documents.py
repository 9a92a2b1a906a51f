"""The number of whatever document a person shows: citizen numbers by their own rules, passports and permits by shape."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from niangjia.core.codes import table
from niangjia.core.codes.divisions import DEMO, load
from niangjia.core.identifiers import citizen
from niangjia.core.identifiers.columns import as_text, number_cells, unpadded
from niangjia.core.intake.cells import Cells

# Passports have from 5 characters, permits up to 12, the older foreigners' cards 15.
_OTHER_NUMBER = "^[0-9A-Z]{5,18}$"


@cache
def demo_counties() -> frozenset[str]:
    """Return the made-up county codes, which are right only where the demo's divisions are loaded."""
    return frozenset(load(DEMO).filter(pl.col("level") == "county")["code"])


def checked(cells: Cells, *, on: date, allow_demo: bool) -> pl.DataFrame:
    """Return what ``citizen.checked`` does, where rows of another document are checked by shape alone.

    A row whose document is not named, or by a text that nobody knows, is taken for a citizen's.
    """
    numbers, numeric = cells.text("id_number"), cells.is_number("id_number")
    extra = demo_counties() if allow_demo else ()
    told = citizen.checked(numbers, on=on, extra=extra, numeric=numeric)
    kind = cells.coded("id_kind", "id_kind")
    is_other = kind.is_in(_shaped_otherwise()).fill_null(value=False)
    if not is_other.any():
        return told
    other = _by_shape(numbers, numeric).with_columns(kind.alias("kind_told"), is_other.alias("is_other"))
    return _mixed(told, other)


def _shaped_otherwise() -> list[str]:
    return [code.code for code in table("id_kind") if "number18" not in code.flags]


def _by_shape(numbers: pl.Series, numeric: pl.Series) -> pl.DataFrame:
    text = pl.DataFrame({"text": as_text(numbers)}).select(unpadded(pl.col("text"))).to_series()
    frame = pl.DataFrame({"text": text, "is_number": number_cells(numbers, text, numeric)})
    return frame.select(
        "text",
        pl.when(pl.col("text").is_null())
        .then(pl.lit("ID_BLANK"))
        .when("is_number")
        .then(pl.lit("ID_NUMBER_CELL"))
        .when(~pl.col("text").str.contains(_OTHER_NUMBER))
        .then(pl.lit("PERMIT_NUMBER"))
        .alias("shape_finding"),
    )


def _mixed(told: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    is_right = pl.col("shape_finding").is_null()
    instead = {
        "id_number": pl.when(is_right).then("text"),
        "id_finding": pl.col("shape_finding"),
        "id_kind": pl.when(is_right).then("kind_told"),
    }
    both = pl.concat([told, other], how="horizontal")
    return both.select(
        pl.when("is_other").then(instead.get(name, pl.lit(None))).otherwise(pl.col(name)).alias(name)
        for name in told.columns
    )
