"""Who would hold a post when, once a list is written: two in a seat for one, or one person twice, are found here.

A row that is held is not written, which may leave a seat taken that another row counted on: so it is asked until nothing
more is found.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from niangjia.registry.models.officers import SINGLE

NEVER = date(9999, 12, 31)
_KEPT = ("seat", "first", "beyond", "place")


def clashing(rows: pl.DataFrame, held: pl.DataFrame) -> pl.Series:
    """Return which rows cannot be written beside the register and the rows that are.

    Args:
        rows: ``place``, ``what`` (new, close, amend, again, or anything for a row that writes nothing), ``target``, ``post``,
            ``person_id``, ``officer_id`` and ``held_from`` of the post that it ends or amends, ``from_on``, ``left_on``.
        held: as ``known.posts`` gives it.

    Returns:
        (n,) in the order of ``rows``.
    """
    placed = rows.with_columns(_seat())
    register = held.select(
        "officer_id", _seat(), first="held_from", beyond=pl.col("held_to").fill_null(NEVER)
    )
    active = placed.filter(pl.col("what").is_in(["new", "close", "amend", "again"]))
    bad: list[int] = []
    while True:
        after = _afterwards(active.filter(~pl.col("place").is_in(bad)), register)
        more = _overlapping(after)
        if not more:
            return placed.select(pl.col("place").is_in(bad).alias("clashes")).to_series()
        bad += more


def _seat() -> pl.Expr:
    own = pl.when(pl.col("post").is_in(SINGLE)).then(pl.lit("")).otherwise("person_id")
    return pl.concat_str("target", "post", own, separator="|").alias("seat")


def _afterwards(rows: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return every stretch of days in every seat, with the row that writes it, null for what stays as it is."""
    replaced = rows.filter(pl.col("what") != "new")["officer_id"]
    stays = register.filter(~pl.col("officer_id").is_in(replaced.implode()))
    what, beyond = pl.col("what"), pl.col("left_on").fill_null(NEVER)
    ended = rows.filter(what.is_in(["close", "again"])).with_columns(
        first="held_from", beyond=pl.when(what == "close").then("left_on").otherwise("from_on")
    )
    begun = rows.filter(what != "close").with_columns(
        first=pl.coalesce("from_on", "held_from"), beyond=beyond
    )
    unchanged = stays.with_columns(place=pl.lit(None, dtype=pl.Int64))
    return pl.concat([frame.select(_KEPT) for frame in (unchanged, ended, begun)])


def _overlapping(stretches: pl.DataFrame) -> list[int]:
    ordered = stretches.sort("seat", "first", "beyond")
    before = pl.col("beyond").cum_max().shift(1).over("seat")
    after = pl.col("first").shift(-1).over("seat")
    meets = (pl.col("first") < before) | (pl.col("beyond") > after)
    return ordered.filter(meets.fill_null(value=False))["place"].drop_nulls().unique().to_list()
