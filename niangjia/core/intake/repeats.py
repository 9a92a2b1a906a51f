"""The same person twice in one file: what is repeated, what contradicts itself, and what a person should look at."""

from __future__ import annotations

import numpy as np
import polars as pl

_PERSON = ("name_key", "phone", "birth_on")
_NUMBER = ("id_kind", "id_number")


def keys(columns: pl.DataFrame, refused: pl.Series) -> pl.DataFrame:
    """Return what ``repeats`` needs of each row, in some fifty bytes: a roster of a million rows need not be held whole.

    Args:
        columns: as ``members.check`` makes them, ``name_key`` and ``id_number`` null where there is none.
        refused: (n,) rows that come back anyway: none repeats them, for then neither would go in.

    Returns:
        ``number`` and ``number_more`` (128 bits of hash over kind and ID number, null for none), ``person`` (64 bits over name,
        phone and birth date, null unless all are known), ``name``, ``content`` (of all that a row says of a
        person, its writing evened: equal rows have equal ones) and ``refused``.
    """
    number, person = pl.struct(_NUMBER), pl.struct(_PERSON)
    has_number = pl.col("id_number").is_not_null()
    is_known = pl.all_horizontal(pl.col(name).is_not_null() for name in (*_PERSON, "id_number"))
    said = [name for name in columns.columns if name not in ("row", "name")]
    return columns.select(
        pl.when(has_number).then(number.hash(seed=1)).alias("number"),
        pl.when(has_number).then(number.hash(seed=2)).alias("number_more"),
        pl.when(is_known).then(person.hash()).alias("person"),
        pl.when(pl.col("name_key").is_not_null()).then(pl.col("name_key").hash()).alias("name"),
        pl.struct(said).hash().alias("content"),
        refused.alias("refused"),
    )


def repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how each row stands to the others with its ID number, or with its name, phone and birth date.

    Args:
        rows: the ``keys`` of all rows of a roster.

    Returns:
        ``repeats``: the place of the row that this one says again, else null; ``repeats_same``: whether there is one;
        ``conflicts``: same number and another name, or the same name and another particular; ``likely_same``: same
        name, phone and birth date under two numbers that are each right.
    """
    # Few rows share anything: the rest needs no groups, which for a million rows would take hundreds of megabytes.
    some = rows.with_row_index("place").filter(_shared(rows["number"]) | _shared(rows["person"]))
    told = _told(some).with_columns(some["place"])
    whole = rows.select(place=pl.int_range(pl.len(), dtype=pl.UInt32))
    joined = whole.join(told, on="place", how="left", maintain_order="left").drop("place")
    return joined.with_columns(pl.col(pl.Boolean).fill_null(value=False))


def _shared(hashes: pl.Series) -> pl.Series:
    """Tell which values occur more than once; null never does."""
    ordered = np.sort(hashes.drop_nulls().to_numpy())
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    found = np.isin(hashes.fill_null(0).to_numpy(), twice)
    return pl.Series(found) & hashes.is_not_null()


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    number = ["number", "number_more"]
    has_number = pl.col("number").is_not_null()
    counted = rows.select(
        "place",
        "refused",
        "content",
        *number,
        (has_number & (pl.col("name").drop_nulls().n_unique().over(number) > 1)).alias("other_name"),
        (pl.col("person").is_not_null() & (pl.struct(number).n_unique().over("person") > 1)).alias(
            "likely_same"
        ),
    )
    return _compared(counted, number)


def _compared(counted: pl.DataFrame, number: list[str]) -> pl.DataFrame:
    takes_part = pl.col("number").is_not_null() & ~pl.col("refused") & ~pl.col("other_name")
    rest = counted.filter(takes_part).select(
        "place",
        pl.col("place").first().over(number).alias("first"),
        (pl.col("content").n_unique().over(number) > 1).alias("differs"),
    )
    whole = counted.join(rest, on="place", how="left", maintain_order="left")
    differs = pl.col("differs").fill_null(value=False)
    again = (pl.col("first") < pl.col("place")).fill_null(value=False) & ~differs
    return whole.select(
        pl.when(again).then("first").alias("repeats"),
        again.alias("repeats_same"),
        (pl.col("other_name") | differs).alias("conflicts"),
        "likely_same",
    )
