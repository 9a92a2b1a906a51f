"""Which union each row names: by credit code, by name, or by its line of superiors.

The algorithm: docs/algorithms/intake.md, "Unions".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from niangjia.core.findings import Rule, Severity, finding_is, findings
from niangjia.core.intake.cells import by_value
from niangjia.core.intake.rules import UNIONS
from niangjia.core.text import match_key

RULES = tuple(
    Rule(code, "union", message, "product default", finding_is("finding", code), Severity.HOLD)
    for code, message in UNIONS.items()
)
_NONE = pl.lit(None, dtype=pl.UInt32)
NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
# A row of digits in a column that was taken for the union's may be somebody's number: it is never told.
_LONGEST, _MAY_BE_A_NUMBER = 120, r"\d{6}"
UNFOUND = {"text": pl.String, "rows": pl.UInt32}


def match(
    columns: pl.DataFrame,
    organisations: pl.DataFrame,
    *,
    own: Any = None,
    said: Mapping[str, Any] = NOTHING_SAID,
) -> tuple[pl.Series, pl.DataFrame]:
    """Return the union of each row, and what is wrong where there is none.

    Args:
        columns: ``union`` (a name, or names from the top parted by "/"; as ``members.check`` makes it) and ``union_code``
            (a right credit code, or null).
        organisations: (id, code, name, path_text, in_scope) of all that may be named; ``path_text`` are the names from
            the top parted by "/".
        own: the id of the union that is meant where a row names none; without it such a row is UNION_BLANK.
        said: a name → the id of the union in scope that a clerk says it means, "" for rows that name none. It goes before
            what bears the name; against a credit code in the row it does not stand.

    Returns:
        (n,) ids, null for a row with a finding; and the findings in the schema of ``core.findings``.
    """
    listed = organisations.with_row_index("place").with_columns(pl.col("code").str.to_uppercase())
    told = _told(said, listed)
    own = next((union for name, union in told.iter_rows() if not name), own)
    key = by_value(columns["union"], lambda frame: frame.select(key=match_key(pl.col("text"))))
    rows = columns.select("union_code", key["key"], named=pl.col("union").is_not_null()).with_row_index("row")
    found = _candidates(rows, listed, told)
    decided = rows.join(found, on="row", how="left", maintain_order="left").select(_decision(), _finding(own))
    return _ids(decided, organisations, own), findings(decided, RULES)


def _candidates(rows: pl.DataFrame, listed: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return for each row what its code and what its name find, in scope and out of it: how many, and the first."""
    named = pl.concat(
        [
            listed.select("place", "in_scope", key=match_key(pl.col("name"))),
            listed.select("place", "in_scope", key=match_key(pl.col("path_text"))),
        ]
    ).unique(["place", "key"])
    meant = told.select("id", key=match_key(pl.col("name"))).unique("key", keep="last").drop_nulls()
    meant = meant.join(listed, on="id").select("place", "in_scope", "key")
    named = pl.concat([named.join(meant, on="key", how="anti"), meant])
    coded = listed.select("place", "in_scope", "code").drop_nulls("code")
    by_name, by_code = _counted(named, "key", "name"), _counted(coded, "code", "code")
    return (
        rows.select("row", "key", code="union_code")
        .join(by_name, on="key", how="left")
        .join(by_code, on="code", how="left")
        .join(
            listed.select(pl.col("place").alias("name_place"), known_code="code"), on="name_place", how="left"
        )
        .drop("key", "code")
    )


def _told(said: Mapping[str, Any], listed: pl.DataFrame) -> pl.DataFrame:
    """Return (name, id) of what a clerk said, without unions that have ended or lie elsewhere by now."""
    told = pl.DataFrame(
        {"name": list(said), "id": list(said.values())},
        schema={"name": pl.String, "id": listed.schema["id"]},
    )
    return told.join(listed.filter("in_scope").select("id"), on="id", how="semi")


def unfound(columns: pl.DataFrame, found: pl.DataFrame, where: pl.Series) -> pl.DataFrame:
    """Return the names that tell no union, of rows without a credit code, where a clerk can say which union is meant.

    Args:
        columns, found: what ``match`` took, and what it found.
        where: (n,) which rows count.

    Returns:
        (text, rows), "" for rows that name none; see ``UNFOUND``.
    """
    is_found = (
        pl.Series("found", [False]).new_from_index(0, columns.height).scatter(found["row"].unique(), True)
    )
    mine = columns.filter(is_found & where & columns["union_code"].is_null())
    text = pl.col("text")
    is_told = (text.str.len_chars() <= _LONGEST) & ~text.str.contains(_MAY_BE_A_NUMBER)
    return (
        mine.select(text=pl.col("union").fill_null(""))
        .filter(is_told)
        .group_by("text")
        .agg(pl.len().alias("rows"))
    )


def most_frequent(parts: Iterable[pl.DataFrame], most: int) -> list[dict[str, Any]]:
    """Return the ``most`` names with the most rows, of what ``unfound`` returned; writings of one name are one."""
    whole = pl.concat([pl.DataFrame(schema=UNFOUND), *parts]).with_columns(
        key=match_key(pl.col("text")).fill_null("")
    )
    once = whole.group_by("key").agg(pl.col("text").min(), pl.col("rows").sum())
    return once.sort("rows", "text", descending=[True, False]).head(most).select("text", "rows").to_dicts()


def _counted(names: pl.DataFrame, by: str, prefix: str) -> pl.DataFrame:
    inside = pl.col("place").filter("in_scope")
    return names.drop_nulls(by).group_by(by).agg(
        inside.len().alias(f"{prefix}_inside"),
        (pl.len() - inside.len()).alias(f"{prefix}_outside"),
        inside.min().alias(f"{prefix}_place"),
    )  # fmt: skip


def _one(prefix: str) -> pl.Expr:
    return (pl.col(f"{prefix}_inside") == 1).fill_null(value=False)


def _any(column: str) -> pl.Expr:
    return (pl.col(column) > 0).fill_null(value=False)


def _decision() -> pl.Expr:
    """Return the place of the union, null where code and name do not tell one."""
    same = _one("name") & (pl.col("name_place") == pl.col("code_place"))
    other_name = (_any("name_inside") | _any("name_outside")) & ~same
    # Two unions may bear the name that the code belongs to one of: the code tells.
    shared = (pl.col("name_inside") > 1).fill_null(value=False)
    other_code = pl.col("union_code").is_not_null() & (pl.col("known_code") != pl.col("union_code"))
    by_code = _one("code") & (~other_name | shared)
    by_name = ~_any("code_inside") & ~_any("code_outside") & _one("name") & ~other_code.fill_null(value=False)
    return (
        pl.when(by_code).then("code_place").when(by_name).then("name_place").otherwise(_NONE).alias("place")
    )


def _finding(own: Any) -> pl.Expr:
    inside = _any("name_inside") | _any("code_inside")
    outside = _any("name_outside") | _any("code_outside")
    blank = ~pl.col("named") & pl.col("union_code").is_null()
    return (
        pl.when(_decision().is_not_null() | (blank & pl.lit(own is not None)))
        .then(pl.lit(None, dtype=pl.String))
        .when(blank)
        .then(pl.lit("UNION_BLANK"))
        .when(inside)
        .then(pl.lit("UNION_AMBIGUOUS"))
        .when(outside)
        .then(pl.lit("UNION_OUT_OF_SCOPE"))
        .otherwise(pl.lit("UNION_UNKNOWN"))
        .alias("finding")
    )


def _ids(decided: pl.DataFrame, organisations: pl.DataFrame, own: Any) -> pl.Series:
    ids = organisations["id"].gather(decided["place"]).alias("organisation")
    if own is None:
        return ids
    blank = decided["place"].is_null() & decided["finding"].is_null()
    return ids.zip_with(~blank, pl.repeat(own, len(ids), dtype=ids.dtype, eager=True))
