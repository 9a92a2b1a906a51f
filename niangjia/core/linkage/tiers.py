"""Same-person tiers: which columns must be equal, from the surest down.

Columns are compared and never read: blind tokens of the ID number and phone serve as well as the numbers themselves, and a
null equals nothing. The algorithm: docs/algorithms/linkage.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

ID = "id_token"
SCHEMA = {"row": pl.UInt32, "other": pl.UInt32, "tier": pl.String, "is_doubtful": pl.Boolean}


@dataclass(frozen=True)
class Tier:
    """One way in which two rows may be told to be one person: all of ``columns`` are equal."""

    name: str
    columns: tuple[str, ...]


TIERS = (
    Tier("same_id", (ID,)),
    Tier("same_name_phone_birth", ("name_key", "phone_token", "born_on")),
)


def matches(rows: pl.DataFrame, roll: pl.DataFrame, tiers: Sequence[Tier] = TIERS) -> pl.DataFrame:
    """Return for each row the people on the roll that it may be, by the surest tier that finds any.

    Args:
        rows, roll: frames with the columns of ``tiers`` and ``id_token``; numbered from 0 in their order.

    Returns:
        (row, other, tier, is_doubtful), sorted; ``other`` is a row of ``roll``. Doubtful: both have an ID number and the
        two differ, or there is more than one to choose from; a person must look.
    """
    left, right = rows.with_row_index("row"), roll.with_row_index("other")
    found = [_joined(left, right, tier) for tier in tiers]
    best = _surest(pl.concat([_empty(), *found]), "row")
    several = pl.len().over("row") > 1
    return best.with_columns(is_doubtful=pl.col("is_doubtful") | several).sort("row", "other")


def duplicates(rows: pl.DataFrame, tiers: Sequence[Tier] = TIERS) -> pl.DataFrame:
    """Return the rows that repeat an earlier row of the same frame.

    Each is paired with the first of those it equals, not with all of them: a group of k rows gives k - 1 pairs, and
    ``cluster_labels`` joins what several tiers find.

    Returns:
        (row, other, tier, is_doubtful), sorted; ``other`` is the earlier row. Doubtful: there are different ID numbers
        among the rows that are equal.
    """
    numbered = rows.with_row_index("row")
    found = [_repeated(numbered, tier) for tier in tiers]
    pairs = pl.concat([_empty(), *found]).unique(["row", "other"], keep="first", maintain_order=True)
    return pairs.sort("row", "other")


def _joined(left: pl.DataFrame, right: pl.DataFrame, tier: Tier) -> pl.DataFrame:
    others = right.select("other", *tier.columns, other_id=ID)
    joined = left.join(others, on=tier.columns, how="inner")
    differ = (pl.col(ID) != pl.col("other_id")).fill_null(value=False)
    return joined.select("row", "other", pl.lit(tier.name).alias("tier"), differ.alias("is_doubtful"))


def _repeated(numbered: pl.DataFrame, tier: Tier) -> pl.DataFrame:
    known = numbered.drop_nulls(list(tier.columns))
    group = known.select(
        "row",
        pl.col("row").first().over(tier.columns).alias("other"),
        pl.lit(tier.name).alias("tier"),
        (pl.col(ID).drop_nulls().n_unique().over(tier.columns) > 1).alias("is_doubtful"),
    )
    return group.filter(pl.col("row") != pl.col("other"))


def _surest(pairs: pl.DataFrame, of: str) -> pl.DataFrame:
    """Keep for each row the pairs of the tier that comes first among its own."""
    return pairs.filter(pl.col("tier") == pl.col("tier").first().over(of))


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema=SCHEMA)
