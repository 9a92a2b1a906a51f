"""Pairs among records, as a frame ready to be written; asks the finder of ``core`` and adds what a clerk needs.

The algorithm: docs/algorithms/duplicates.md.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.linkage import people
from niangjia.core.linkage.names import sound_hashes
from niangjia.core.linkage.people import Counts
from niangjia.core.words import gettext_noop
from niangjia.registry.duplicates.fields import differing
from niangjia.registry.duplicates.states import FoundBy
from niangjia.registry.models import Organisation

Rows = NDArray[np.int64]
COUNTED = ("names", "phones", "employers", "unions")
# What stands among the reasons of a pair that our rules did not find.
WHY: dict[str, str] = {FoundBy.MODEL: "FOUND_BY_MODEL", FoundBy.FORMER: "FOUND_OF_FORMER"}
MESSAGES = people.MESSAGES | {
    "FOUND_BY_MODEL": gettext_noop(
        "A model trained on this register finds them alike; the rules of the search do not."
    ),
    "FOUND_OF_FORMER": gettext_noop(
        "This was found of a record that has since been taken up into one of these two."
    ),
}


def near(rows: pl.DataFrame, newcomers: Collection[str]) -> pl.DataFrame:
    """Return the newcomers and whoever shares with one of them what can be seen without opening anything.

    That is the phone's token, birth date and sound of the name, or birth date, union and first character. Whoever has
    nothing but the end of the ID number and the sound in common is found by the next whole search.
    """
    keyed = rows.with_columns(
        pl.Series("sound", sound_hashes(rows["name_key"])),
        pl.col("name_key").str.slice(0, 1).alias("surname"),
    )
    new = keyed.filter(pl.col("id").is_in(list(newcomers)))
    shares = [
        keyed.join(new.select(keys).drop_nulls().unique(), on=keys, how="semi")["id"]
        for keys in (["phone_token"], ["birth_on", "sound"], ["birth_on", "union_key", "surname"])
    ]
    chosen = pl.concat([new["id"], *shares]).unique()
    return rows.filter(pl.col("id").is_in(chosen.implode()))


def counts_of(rows: pl.DataFrame) -> Counts:
    """Return how frequent the values of the whole register are, of phones by their tokens."""
    return people.counted(rows.rename({"phone_token": "phone"}))


def pairs_among(rows: pl.DataFrame, counts: Counts) -> tuple[pl.DataFrame, int]:
    """Return the pairs that are the same person or may be, and how many values too many rows share to be looked at.

    Args:
        rows: the plain columns of ``register`` and what was opened, in the order of their ids.
        counts: of the register that ``rows`` are taken from.

    Returns:
        ``first``, ``second`` (ids, first < second), ``decision``, ``weight``, ``reasons``, a count for each of
        ``COUNTED`` and the places of both.
    """
    found = people.same_people(rows, counts=counts)
    return _as_pairs(found.pairs, rows, counts), found.left_out.height


def pairs_told(rows: pl.DataFrame, pairs: pl.DataFrame, counts: Counts, *, why: str) -> pl.DataFrame:
    """Return pairs that were found otherwise, as ``pairs_among`` does: likely, and why; twins are left out.

    Args:
        pairs: ``row`` and ``other``, places in ``rows``, other < row.
        why: the code that says how they were found, put behind our own reasons.
    """
    left, right = (pairs[name].to_numpy().astype(np.int64) for name in ("other", "row"))
    told = people.told(rows, left, right, counts=counts)
    told = told.filter((pl.col("caution") != "TWINS").fill_null(value=True))
    likely = _as_pairs(told, rows, counts).with_columns(decision=pl.lit("likely"))
    return likely.with_columns(pl.concat_list("reasons", pl.lit(why)).alias("reasons"))


def _as_pairs(found: pl.DataFrame, rows: pl.DataFrame, counts: Counts) -> pl.DataFrame:
    left, right = (found[name].to_numpy().astype(np.int64) for name in ("other", "row"))
    rare = counts.commoner(left, right)
    mine, theirs = rows[left], rows[right]
    return pl.DataFrame(
        {
            "first": mine["id"],
            "second": theirs["id"],
            "decision": found["decision"].cast(pl.String),
            "weight": found["weight"],
            "reasons": people.reasons(found),
            **{name: pl.Series(getattr(rare, name), dtype=pl.Float32) for name in COUNTED},
            "path": _common(mine["path"], theirs["path"]),
            "line_path": _common(mine["line_path"], theirs["line_path"]),
        }
    )


def with_differences(pairs: pl.DataFrame, rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs with ``differs``, the fields between which one has to choose.

    Args:
        rows: with what was opened.
        facts: see ``register.facts_of``.
    """
    whole = rows.select("id", "id_number", "phone", "address").join(facts, on="id", how="inner")
    sides = [
        pairs.select(pl.col(side).alias("id")).join(whole, on="id", how="left", maintain_order="left")
        for side in ("first", "second")
    ]
    return pairs.with_columns(differing(*sides).alias("differs"))


def _common(mine: pl.Series, theirs: pl.Series) -> pl.Series:
    """Return the longest common path of each two, a step of the tree at a time; null where they have none."""
    step = Organisation.steplen
    frame = pl.DataFrame({"mine": mine.cast(pl.String), "theirs": theirs.cast(pl.String)})
    deepest = (frame["mine"].str.len_chars().max() or 0) // step  # type: ignore[operator]
    shared = pl.lit(0)
    for depth in range(1, deepest + 1):
        head = pl.col("mine").str.slice(0, step * depth)
        is_shared = (head == pl.col("theirs").str.slice(0, step * depth)) & (
            head.str.len_chars() == step * depth
        )
        shared = pl.when(is_shared).then(pl.lit(step * depth)).otherwise(shared)
    common = pl.col("mine").str.slice(0, shared).replace("", None)
    return frame.select(common.alias("path")).to_series()


def as_counts(told: dict[str, float]) -> Counts:
    """Return for the two rows of one pair the counts that the search found."""
    columns = {name: np.full(2, told[name], dtype=np.float32) for name in COUNTED}
    return Counts(**columns, rows=int(told["rows"]))
