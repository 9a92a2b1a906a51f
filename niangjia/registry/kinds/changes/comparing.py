"""A list of changes against the rolls: what each row would do, and what a person has to look at."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from niangjia.core import plan
from niangjia.core.findings import Severity, findings, worst
from niangjia.core.ids import uuid7s
from niangjia.core.intake import unions
from niangjia.core.intake.changes import ENDING, JOIN, OPENING, RETAIN, TRANSFER_OUT
from niangjia.core.intake.members import Checked
from niangjia.foundation.actors import Scope
from niangjia.foundation.plans.copying import as_binary
from niangjia.registry.kinds.changes.form import RULES
from niangjia.registry.kinds.changes.known import known
from niangjia.registry.kinds.comparing import Compared, told

# What becomes of the spell that a change ends.
STATUS = {"3": "retained", "4": "transferred", "5": "expelled", "6": "exited"}
WRITES = ("open", "move", "close", "retain")


def compared(
    checked: Checked, listed: pl.DataFrame, *, scope: Scope, own: str | None, at: datetime
) -> Compared:
    """Return each row with its verdict and with what a commit needs of it.

    Args:
        checked: as ``core.intake.changes.check`` makes it, with what the rows repeat.
        listed: the unions that may be named (``kinds.unions.listed``).
        own: the union that a row means that takes somebody in and names none.
    """
    union, about = unions.match(checked.columns, listed, own=own)
    rows = checked.columns.with_columns(
        union.alias("target"), worst(checked.findings, checked.columns.height).alias("worst")
    )
    found = pl.concat([checked.findings, _of_those_that_need_one(about, rows)]).sort(
        "row", maintain_order=True
    )
    rows = _judged(_with_known(rows), scope)
    both = pl.concat([found, findings(rows, RULES)]).sort("row", maintain_order=True)
    verdict = plan.verdicts(rows["known"], worst(both, rows.height))
    drawn = as_binary(uuid7s(rows.height, at)).bin.encode("hex")
    whole = rows.with_columns(
        verdict.alias("verdict"), drawn.alias("new_id"), differs=pl.lit(None, dtype=pl.String)
    )
    return Compared(whole.with_columns(told(both, rows.height)), both, [])


def _takes_a_union() -> pl.Expr:
    """Tell which rows mean a union: who comes in, and who goes to a union that is named."""
    named = pl.col("union").is_not_null() | pl.col("union_code").is_not_null()
    return pl.col("change").is_in(OPENING) | ((pl.col("change") == TRANSFER_OUT) & named)


def _of_those_that_need_one(about: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    places = rows.select(_takes_a_union().fill_null(value=False)).to_series().arg_true()
    return about.filter(pl.col("row").is_in(places.implode()))


def _with_known(rows: pl.DataFrame) -> pl.DataFrame:
    refused = (pl.col("worst") == Severity.REFUSE.value).fill_null(value=False)
    usable = pl.col("id_number").is_not_null() & ~refused & pl.col("repeats").is_null()
    placed = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64), usable.alias("usable"))
    there = known(placed.filter("usable").select("place", "id_kind", "id_number"))
    return placed.join(there, on="place", how="left", maintain_order="left")


def _judged(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Add ``what`` a commit does, ``known`` (changed or same), ``organisation`` and ``roll_finding``.

    Who is not in scope is as unknown as who is on no roll: both have one wording, and no union.
    """
    path = pl.col("person_line_path" if scope.line else "person_path")
    inside = ((path >= scope.lo) & (path < scope.hi)).fill_null(value=False)
    takes = _takes_a_union().fill_null(value=False)
    rows = rows.with_columns(
        inside.alias("inside"),
        pl.when(takes).then("target").alias("target"),
        pl.col("spell_id").is_not_null().alias("has_spell"),
    )
    rows = rows.with_columns(_what().alias("what"))
    writes = pl.col("what").is_in(WRITES)
    status = pl.col("change").replace_strict(STATUS, default="transferred", return_dtype=pl.String)
    return rows.with_columns(
        _finding().fill_null("").alias("roll_finding"),
        pl.when(writes).then(pl.lit("changed")).otherwise(pl.lit("same")).cast(plan.VERDICTS).alias("known"),
        pl.when("inside")
        .then(pl.coalesce("target", "spell_union"))
        .otherwise("target")
        .alias("organisation"),
        status.alias("status"),
        pl.col("reason").fill_null(""),
    )


def _what() -> pl.Expr:
    change, same_union = pl.col("change"), pl.col("target") == pl.col("spell_union")
    ended_so = (pl.col("last_to") == pl.col("changed_on")) & (
        pl.col("last_status") == change.replace_strict(STATUS, default="", return_dtype=pl.String)
    )
    return (
        pl.when(pl.col("repeats").is_not_null()).then(pl.lit("same"))
        .when(~pl.col("inside")).then(pl.lit("hidden"))
        .when(change.is_in(OPENING) & ~pl.col("has_spell")).then(pl.lit("open"))
        .when(change.is_in(OPENING) & same_union & ~pl.col("is_retained")).then(pl.lit("same"))
        .when(change.is_in(OPENING) & (same_union | (change != JOIN))).then(pl.lit("move"))
        .when(change.is_in(OPENING)).then(pl.lit("elsewhere"))
        .when(~pl.col("has_spell") & ended_so.fill_null(value=False)).then(pl.lit("same"))
        .when(~pl.col("has_spell")).then(pl.lit("none"))
        .when((change == RETAIN) & pl.col("is_retained")).then(pl.lit("same"))
        .when(change == RETAIN).then(pl.lit("retain"))
        .when(same_union).then(pl.lit("stays"))
        .when(pl.col("target").is_not_null()).then(pl.lit("move"))
        .otherwise(pl.lit("close"))
    )  # fmt: skip


def _finding() -> pl.Expr:
    what = pl.col("what")
    before = pl.when(what == "open").then("last_to").otherwise("spell_from")
    too_early = what.is_in(WRITES) & (pl.col("changed_on") < before).fill_null(value=False)
    differs = pl.col("inside") & (pl.col("name_key") != pl.col("known_name_key")).fill_null(value=False)
    return (
        pl.when(~pl.col("usable")).then(None)
        .when(what == "hidden").then(pl.lit("ROLL_HELD"))
        .when(differs).then(pl.lit("NAME_DIFFERS"))
        .when(what == "elsewhere").then(pl.lit("ROLL_OTHER_UNION"))
        .when((what == "none") & pl.col("change").is_in(ENDING)).then(pl.lit("NOT_MEMBER"))
        .when(what == "stays").then(pl.lit("CHANGE_SAME_UNION"))
        .when(too_early).then(pl.lit("CHANGE_TOO_EARLY"))
    )  # fmt: skip
