"""The same person twice in one file: what is repeated, what contradicts itself, and what a person should look at."""

from __future__ import annotations

import polars as pl

_PERSON = ("name_key", "phone", "birth_on")


def repeats(columns: pl.DataFrame, refused: pl.Series) -> pl.DataFrame:
    """Return how each row stands to the others with its ID number, or with its name, phone and birth date.

    Args:
        columns: as ``members.check`` makes them, ``name_key`` and ``id_number`` null where there is none.
        refused: (n,) rows that come back anyway: none repeats them, for then neither would go in.

    Returns:
        ``repeats``: the place of the row that this one says again, else null; ``repeats_same``: whether there is one;
        ``conflicts``: same number and another name, or the same name and another particular; ``likely_same``: same
        name, phone and birth date under two numbers that are each right.
    """
    frame = columns.with_columns(refused.alias("refused"), content=_content(columns)).with_row_index("place")
    number = ["id_kind", "id_number"]
    is_known = pl.col("id_number").is_not_null()
    counted = frame.select(
        "place",
        "refused",
        "content",
        *number,
        (is_known & (pl.col("name_key").drop_nulls().n_unique().over(number) > 1)).alias("other_name"),
        _likely_same().alias("likely_same"),
    )
    return _compared(counted, number)


def _compared(counted: pl.DataFrame, number: list[str]) -> pl.DataFrame:
    takes_part = pl.col("id_number").is_not_null() & ~pl.col("refused") & ~pl.col("other_name")
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


def _content(columns: pl.DataFrame) -> pl.Expr:
    """Return one number for all that a row says of a person, its writing evened: equal rows have equal ones."""
    said = [name for name in columns.columns if name not in ("row", "name")]
    return pl.struct(said).hash()


def _likely_same() -> pl.Expr:
    is_known = pl.all_horizontal(pl.col(name).is_not_null() for name in (*_PERSON, "id_number"))
    numbers = pl.col("id_number").drop_nulls().n_unique().over(_PERSON)
    return is_known & (numbers > 1)
