"""On whose roll each row goes: the union by its credit code, else by its name."""

from __future__ import annotations

import polars as pl

from niangjia.core.findings import Rule, Severity, finding_is, findings
from niangjia.core.words import gettext_noop


def _rule(code: str, message: str) -> Rule:
    return Rule(code, "union", message, "product default", finding_is("union_finding", code), Severity.HOLD)


RULES = (
    _rule(
        "UNION_UNKNOWN",
        gettext_noop("No union of your area has this name or code: misspelt, or not entered yet?"),
    ),
    _rule("UNION_AMBIGUOUS", gettext_noop("Several unions of your area bear this name: give the credit code.")),
    _rule("UNION_OUT_OF_SCOPE", gettext_noop("This union is not below your office: its own office takes the row.")),
)


def placed(columns: pl.DataFrame, organisations: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return the union's id of each row as text, null where none is certain, and what was found about it.

    Args:
        columns: with ``union`` and ``union_code``.
        organisations: ``id``, ``name``, ``credit_code``, ``in_scope``.
    """
    rows = columns.select("union", "union_code")
    by_code = _counted(organisations.drop_nulls("credit_code"), "credit_code")
    by_name = _counted(organisations, "name")
    rows = rows.join(by_code, left_on="union_code", right_on="credit_code", how="left", maintain_order="left")
    rows = rows.join(by_name, left_on="union", right_on="name", how="left", suffix="_named", maintain_order="left")
    known = {name: pl.coalesce(name, f"{name}_named") for name in ("id", "inside", "outside")}
    inside, outside = known["inside"].fill_null(0), known["outside"].fill_null(0)
    finding = (
        pl.when(inside == 1).then(None)
        .when(inside > 1).then(pl.lit("UNION_AMBIGUOUS"))
        .when(outside > 0).then(pl.lit("UNION_OUT_OF_SCOPE"))
        .otherwise(pl.lit("UNION_UNKNOWN"))
    )  # fmt: skip
    told = rows.select(pl.when(inside == 1).then(known["id"]).alias("id"), finding.alias("union_finding"))
    return told["id"], findings(told, RULES)


def _counted(organisations: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return for each value how many bear it, inside and outside the scope, and one id inside."""
    inside = pl.col("in_scope")
    return organisations.group_by(column).agg(
        pl.col("id").filter(inside).first(),
        inside.sum().cast(pl.Int64).alias("inside"),
        (~inside).sum().cast(pl.Int64).alias("outside"),
    )
