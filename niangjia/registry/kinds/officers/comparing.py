"""A list of officers against the register: what each row would do, and what a person has to look at."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from niangjia.core import plan
from niangjia.core.findings import Severity, findings, worst
from niangjia.core.ids import uuid7s
from niangjia.core.intake import unions
from niangjia.core.intake.members import Checked
from niangjia.foundation.actors import Scope
from niangjia.foundation.plans.copying import as_binary
from niangjia.registry.kinds.comparing import Compared, told
from niangjia.registry.kinds.officers import known
from niangjia.registry.kinds.officers.form import RULES
from niangjia.registry.kinds.officers.seats import clashing
from niangjia.registry.models.officers import SINGLE

WRITES = {"new": "new", "close": "changed", "amend": "changed", "again": "changed"}
# Column of the register → what a row says of it.
AMENDED = {"from_on": "held_from", "term_until": "held_term", "basis": "held_basis"}
_COMING_BACK = [Severity.REFUSE.value, Severity.HOLD.value]


def compared(checked: Checked, listed: pl.DataFrame, *, scope: Scope, own: str, at: datetime) -> Compared:
    """Return each row of the whole list with its verdict and with what a commit needs of it.

    Args:
        checked: as ``core.intake.officers.check`` makes it, with what the rows repeat.
        listed: the unions that may be named (``kinds.unions.listed``).
        own: the union that a row means that names none.
    """
    union, about = unions.match(checked.columns, listed, own=own)
    found = pl.concat([checked.findings, about]).sort("row", maintain_order=True)
    rows = checked.columns.with_columns(union.alias("target"), worst(found, union.len()).alias("worst"))
    held = known.posts(rows["target"])
    rows = _judged(_with_posts(_with_persons(rows, held, scope), held))
    rows = _with_clashes(rows, held)
    both = pl.concat([found, findings(rows, RULES)]).sort("row", maintain_order=True)
    verdict = plan.verdicts(rows["known"], worst(both, rows.height))
    drawn = as_binary(uuid7s(rows.height, at)).bin.encode("hex")
    whole = rows.with_columns(
        verdict.alias("verdict"), drawn.alias("new_id"), pl.col("target").alias("organisation")
    )
    return Compared(whole.with_columns(told(both, rows.height)), both, [])


def _with_persons(rows: pl.DataFrame, held: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Add the person that each row means, and how many it may mean.

    Who has no record in scope is as unknown as who has none at all, but for an officer of that very union: of its own
    posts a union knows.
    """
    is_sound = ~pl.col("worst").is_in(_COMING_BACK).fill_null(value=False)
    usable = is_sound & pl.col("repeats").is_null() & pl.col("target").is_not_null()
    placed = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64), usable.alias("usable"))
    asked = placed.filter("usable")
    path = pl.col("person_line_path" if scope.line else "person_path")
    own = held.select("target", "person_id", pl.lit(value=True).alias("is_officer")).unique()
    there = (
        known.persons(asked)
        .join(asked.select("place", "target"), on="place")
        .join(own, on=["target", "person_id"], how="left")
        .with_columns(((path >= scope.lo) & (path < scope.hi)).fill_null(value=False).alias("inside"))
        .filter(pl.col("inside") | pl.col("is_officer").fill_null(value=False))
    )
    one = there.group_by("place").agg(
        pl.len().alias("candidates"), pl.col("person_id", "known_name_key", "on_roll", "inside").first()
    )
    return placed.join(one, on="place", how="left", maintain_order="left")


def _with_posts(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Add the post that the person holds still, whether it has ended just as the row says, and what is known of the seat."""
    keys = ["target", "post", "person_id"]
    still = held.filter(pl.col("held_to").is_null()).drop("held_to")
    over = held.drop_nulls("held_to").select(
        *keys, left_on="held_to", over_from="held_from", is_over=pl.lit(value=True)
    )
    since = pl.col("from_on").is_null() | (pl.col("from_on") == pl.col("over_from"))
    return (
        rows.join(still, on=keys, how="left", maintain_order="left")
        .join(over, on=[*keys, "left_on"], how="left", maintain_order="left")
        .with_columns((pl.col("is_over") & since).fill_null(value=False).alias("is_over"))
        .unique("place", keep="first", maintain_order=True)
        .join(known.seats(rows), on=["target", "post"], how="left", maintain_order="left")
    )


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``what`` a commit does, ``known`` (new, changed, same), ``differs`` (JSON) and ``register_finding``."""
    names = pl.concat_list(
        pl.when((pl.col(name) != pl.col(was)).fill_null(pl.col(name).is_not_null())).then(pl.lit(name))
        for name, was in AMENDED.items()
    ).list.drop_nulls()
    rows = rows.with_columns(names.alias("names")).with_columns(_what().alias("what"))
    quoted = '["' + pl.col("names").list.join('","') + '"]'
    writes = pl.col("what").replace_strict(WRITES, default="same", return_dtype=pl.String)
    return rows.with_columns(
        writes.cast(plan.VERDICTS).alias("known"),
        pl.when(pl.col("what") == "amend").then(quoted)
        .when(pl.col("what") == "again").then(pl.lit('["from_on"]'))
        .when(pl.col("what") == "close").then(pl.lit('["left_on"]'))
        .alias("differs"),
        _finding().fill_null("").alias("register_finding"),
    )  # fmt: skip


def _what() -> pl.Expr:
    has_post, leaves = pl.col("officer_id").is_not_null(), pl.col("left_on").is_not_null()
    since = pl.col("from_on")
    same_day = (since.is_null() | (since == pl.col("held_from"))).fill_null(value=False)
    return (
        pl.when(pl.col("repeats").is_not_null()).then(pl.lit("same"))
        .when(pl.col("candidates").is_null()).then(pl.lit("hidden"))
        .when(pl.col("candidates") > 1).then(pl.lit("several"))
        .when("is_over").then(pl.lit("same"))
        .when(leaves & has_post & same_day).then(pl.lit("close"))
        .when(leaves & since.is_not_null()).then(pl.lit("new"))
        .when(leaves).then(pl.lit("none"))
        .when(has_post & (since > pl.col("held_from")).fill_null(value=False)).then(pl.lit("again"))
        .when(has_post & (pl.col("names").list.len() > 0)).then(pl.lit("amend"))
        .when(has_post).then(pl.lit("same"))
        .when(since.is_null()).then(pl.lit("blank"))
        .otherwise(pl.lit("new"))
    )  # fmt: skip


def _finding() -> pl.Expr:
    what, begins = pl.col("what"), pl.col("what").is_in(["new", "again"]) & pl.col("left_on").is_null()
    by_number = pl.col("inside") & pl.col("id_number").is_not_null()
    other_name = by_number & (pl.col("name_key") != pl.col("known_name_key"))
    ends_early = (what == "close") & (pl.col("left_on") <= pl.col("held_from"))
    term_early = (what == "amend") & (pl.col("term_until") <= pl.coalesce("from_on", "held_from"))
    return (
        pl.when(~pl.col("usable")).then(None)
        .when(what == "hidden").then(pl.lit("ROLL_HELD"))
        .when(what == "several").then(pl.lit("WHO_AMBIGUOUS"))
        .when(other_name.fill_null(value=False)).then(pl.lit("NAME_DIFFERS"))
        .when(what == "none").then(pl.lit("NOT_IN_POST"))
        .when(what == "blank").then(pl.lit("POST_FROM_BLANK"))
        .when((ends_early | term_early).fill_null(value=False)).then(pl.lit("POST_TOO_EARLY"))
        .when(begins & ~pl.col("on_roll")).then(pl.lit("OFFICER_NOT_MEMBER"))
    )  # fmt: skip


def _with_clashes(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    goes_in = pl.col("usable") & (pl.col("register_finding") == "")
    clashes = clashing(rows.with_columns(pl.when(goes_in).then("what").alias("what")), held)
    code = pl.when(pl.col("post").is_in(SINGLE)).then(pl.lit("SEAT_TAKEN")).otherwise(pl.lit("POST_TWICE"))
    return rows.with_columns(
        pl.when(clashes).then(code).otherwise("register_finding").alias("register_finding")
    )
