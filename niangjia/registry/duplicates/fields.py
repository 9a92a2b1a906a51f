"""The fields of a record between which a clerk may have to choose: by the column, for a search and for one pair alike."""

from __future__ import annotations

import polars as pl

# Field → columns of the record that go with it. ``roll`` is the union of the open primary spell.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "name_key"),
    "id_number": ("id_kind", "checked_by"),
    "phone": (),
    "address": (),
    "sex": ("sex",),
    "birth_on": ("birth_on",),
    "group": ("group",),
    "ethnic": ("ethnic",),
    "education": ("education",),
    "work_status": ("work_status",),
    "hukou": ("hukou",),
    "region": ("region_id",),
    "employer": ("employer_id",),
    "roll": (),
}
FIELDS = tuple(COLUMNS)
SECRET = ("id_number", "phone", "address")
VALUES = tuple(field for field in FIELDS if field not in (*SECRET, "roll"))
UNKNOWN_SEX = "0"  # of code table 1
# Nobody is asked to guess these: a clerk chooses them with the papers at hand.
WITHOUT_SUGGESTION = frozenset({"name", "id_number", "phone", "sex", "birth_on", "roll"})


def is_blank(field: str, value: object) -> bool:
    """Tell whether a value says nothing."""
    return value in (None, "") or (field == "sex" and value == UNKNOWN_SEX)


def differing(first: pl.DataFrame, second: pl.DataFrame) -> pl.Series:
    """Return for each of n pairs the list of fields in which both records say something, and not the same.

    Args:
        first, second: (n,) rows with a column of text for each of ``FIELDS``, null or empty for nothing.
    """
    mine = first.select(pl.col(FIELDS)).with_columns(sex=pl.col("sex").replace(UNKNOWN_SEX, None))
    theirs = second.select(pl.col(FIELDS)).with_columns(sex=pl.col("sex").replace(UNKNOWN_SEX, None))
    both = pl.concat([mine, theirs.rename({field: f"other_{field}" for field in FIELDS})], how="horizontal")
    names = [
        pl.when(
            (pl.col(field) != pl.col(f"other_{field}"))
            & (pl.col(field) != "")
            & (pl.col(f"other_{field}") != "")
        ).then(pl.lit(field))
        for field in FIELDS
    ]
    return both.select(pl.concat_list(names).list.drop_nulls().alias("differs")).to_series()
