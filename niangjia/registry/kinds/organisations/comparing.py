"""A list of unions against the tree: known, new, or not to be done by a list (docs/algorithms/organisations.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from niangjia.core import plan
from niangjia.core.codes.unions import places
from niangjia.core.findings import Severity, findings, worst
from niangjia.core.ids import uuid7s
from niangjia.core.intake import unions
from niangjia.core.intake.members import Checked
from niangjia.core.intake.organisations import AT_THE_GRASSROOTS, GRASSROOTS
from niangjia.core.text import match_key
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.copying import as_binary
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.comparing import Compared, told
from niangjia.registry.kinds.organisations.form import RULES
from niangjia.registry.kinds.organisations.known import standing
from niangjia.registry.kinds.unions import scope_of
from niangjia.registry.models import Organisation
from niangjia.registry.models.organisations import LINE_KINDS

DEEPEST = 10


class Trying:
    """One trial run of one list of unions. The whole list is one block, so that rows may name each other in any order."""

    def __init__(self, batch: Batch, on: date) -> None:
        self.on = on
        self.office = Organisation.objects.get(pk=batch.organisation_id)
        self.tree = standing(scope_of(self.office))

    def announce(self, columns: pl.DataFrame) -> None:
        """The whole list is one block: there is nothing to hear of others."""

    def count(self, rows: pl.DataFrame) -> None:
        """There is one chunk."""

    @property
    def shared(self) -> pl.DataFrame:
        """Nothing."""
        return pl.DataFrame()

    @property
    def options(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def compare(self, checked: Checked, _known: None, *, by: Actor, at: datetime) -> Compared:
        """Return the rows with their verdicts, and of the new ones how deep below known unions they stand."""
        drawn = as_binary(uuid7s(checked.columns.height, at)).bin.encode("hex")
        keys = drawn.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
        rows = checked.columns.rename({"region": "region_id"}).with_columns(
            worst(checked.findings, checked.columns.height).alias("worst"), keys.alias("new_id")
        )
        rows = _with_kinds(_with_known(rows, self.tree))
        rows, about = self._with_superiors(rows)
        found = pl.concat([checked.findings, about]).sort("row", maintain_order=True)
        rows = _judged(
            self._with_lines(rows).with_columns(worst(found, rows.height).alias("worst")), self.tree
        )
        rows = _with_depth(rows)
        both = pl.concat([found, findings(rows, RULES)]).sort("row", maintain_order=True)
        verdict = plan.verdicts(rows["known"], worst(both, rows.height))
        whole = rows.with_columns(
            verdict.alias("verdict"),
            organisation=pl.coalesce("org_id", "parent_id"),
            established_on=pl.col("established_on").fill_null(self.on),
        )
        return Compared(whole.with_columns(told(both, whole.height)), both, [])

    def _with_superiors(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Add ``parent_id``: of the tree, or of this very list."""
        new = pl.all_horizontal(pl.col("org_id", "repeats").is_null()) & pl.col("name").is_not_null()
        of_list = rows.filter(new).select(
            "name", "credit_code", id="new_id", own_code="code", path_text="name", in_scope=pl.lit(value=True)
        )
        every = pl.concat([self.tree.select(of_list.columns), of_list]).with_columns(
            pl.col("own_code").str.to_uppercase()
        )
        # An own code tells by itself, under no name, beside the credit code that the union may have too.
        by_own = every.drop_nulls("own_code").filter(pl.col("own_code").ne_missing(pl.col("credit_code")))
        listed = pl.concat(
            [
                every.select("id", "credit_code", "name", "path_text", "in_scope"),
                by_own.select("id", "own_code", pl.lit("").alias("name"), pl.lit("").alias("path_text"), "in_scope")
                .rename({"own_code": "credit_code"}),
            ]
        ).rename({"credit_code": "code"})  # fmt: skip
        is_own = pl.col("superior_code").is_in(list(set(by_own["own_code"]))).fill_null(value=False)
        asked = rows.select(
            pl.when(~is_own).then("superior").alias("union"), pl.col("superior_code").alias("union_code")
        )
        parent, about = unions.match(asked, listed, own=str(self.office.pk))
        told_one = pl.any_horizontal(pl.col("superior", "superior_code").is_not_null())
        # A known union for which the row names no superior stays where it is.
        parents = rows.with_columns(parent.alias("parent_id")).with_columns(
            pl.when(told_one | pl.col("org_id").is_null())
            .then("parent_id")
            .otherwise("known_parent")
            .alias("parent_id")
        )
        return parents, about

    def _with_lines(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add ``line_id``, the federation that a row names, and ``line_unknown``."""
        led = self.tree.filter(pl.col("kind").is_in(list(LINE_KINDS)))
        named = pl.concat(
            [led.select("id", key="name_key"), *(led.select("id", key=code) for code in ("credit_code", "own_code"))]
        ).drop_nulls("key").unique(["id", "key"])  # fmt: skip
        single = named.filter(pl.len().over("key") == 1).select(line_id="id", line_key="key")
        keyed = rows.with_columns(match_key(pl.col("line")).alias("line_key"))
        joined = keyed.join(single, on="line_key", how="left", maintain_order="left")
        return joined.with_columns(
            (pl.col("line").is_not_null() & pl.col("line_id").is_null()).alias("line_unknown")
        )


def _with_known(rows: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Add the union of the tree that each row is: by credit code, by own code, else by the name that one in scope bears."""
    placed = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    by_code = tree.drop_nulls("credit_code").select(by_code="id", credit_code="credit_code")
    by_own = tree.select(by_own="id", code=pl.col("own_code").str.to_uppercase())
    # Two unions of one name have two codes; where one has none, the name tells, if only one in scope bears it.
    bearers = tree.filter("in_scope").filter(pl.len().over("name_key") == 1)
    named = bearers.select(by_name="id", name_key="name_key", bearers_code="credit_code")
    joined = (
        placed.join(by_code, on="credit_code", how="left", maintain_order="left")
        .join(by_own, on="code", how="left", maintain_order="left")
        .join(named, on="name_key", how="left", maintain_order="left")
    )
    by_name = pl.when(pl.col("credit_code").is_null() | pl.col("bearers_code").is_null()).then("by_name")
    found = joined.with_columns(org_id=pl.coalesce("by_code", "by_own", by_name))
    there = tree.select(
        "in_scope", org_id="id", known_name="name", known_key="name_key", known_code="credit_code", known_kind="kind",
        known_level="level", known_region="region_id", known_line="line_id", known_parent="parent_id", seen="seen",
    )  # fmt: skip
    return found.join(there, on="org_id", how="left", maintain_order="left")


def _with_kinds(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill kind and level: as told, as known, or as the name tells."""
    kind = pl.coalesce("kind", "known_kind", "kind_named")
    at_the_grassroots = pl.when(kind.is_in(AT_THE_GRASSROOTS)).then(pl.lit(GRASSROOTS))
    return rows.with_columns(
        kind.alias("kind"), pl.coalesce("level", "known_level", at_the_grassroots).alias("level")
    )


def _judged(rows: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Add ``what`` a commit does, ``known`` (new, changed, same), ``differs`` (JSON) and ``register_finding``."""
    rows = _with_place(rows, tree)
    known, again = pl.col("org_id").is_not_null(), pl.col("repeats").is_not_null()
    differing = {
        "name": known & (pl.col("name_key") != pl.col("known_key")),
        "credit_code": known & pl.col("credit_code").is_not_null() & pl.col("known_code").is_null(),
        "region_id": known & (pl.col("region_id") != pl.col("known_region")),
    }
    names = pl.concat_list(
        pl.when(differs.fill_null(value=False)).then(pl.lit(name)) for name, differs in differing.items()
    ).list.drop_nulls()
    rows = rows.with_columns(names.alias("names"))
    what = (
        pl.when(again).then(pl.lit("same")).when(~known).then(pl.lit("new"))
        .when(pl.col("names").list.len() > 0).then(pl.lit("changed")).otherwise(pl.lit("same"))
    )  # fmt: skip
    quoted = '["' + pl.col("names").list.join('","') + '"]'
    return rows.with_columns(
        what.alias("what"),
        what.cast(plan.VERDICTS).alias("known"),
        pl.when(what == "changed").then(quoted).alias("differs"),
        pl.when(again).then(pl.lit("")).otherwise(_finding().fill_null("")).alias("register_finding"),
    )


def _finding() -> pl.Expr:
    known = pl.col("org_id").is_not_null()
    moves = known & (
        (pl.col("parent_id") != pl.col("known_parent")).fill_null(value=False)
        | (pl.col("kind") != pl.col("known_kind")).fill_null(value=False)
        | (pl.col("level") != pl.col("known_level")).fill_null(value=False)
        | (pl.col("line_id") != pl.col("known_line").fill_null("")).fill_null(value=False)
    )
    other_code = known & (pl.col("credit_code") != pl.col("known_code")).fill_null(value=False)
    return (
        pl.when((pl.col("worst") == Severity.REFUSE.value).fill_null(value=False)).then(None)
        .when(known & ~pl.col("in_scope")).then(pl.lit("ORG_OUTSIDE"))
        .when(other_code).then(pl.lit("ORG_OTHER_CODE"))
        .when("line_unknown").then(pl.lit("ORG_LINE"))
        .when(moves).then(pl.lit("ORG_MOVES"))
        .when(pl.col("level").is_null() & pl.col("kind").is_not_null()).then(pl.lit("LEVEL_BLANK"))
        .when(~known & pl.col("parent_id").is_not_null() & ~pl.col("may_stand")).then(pl.lit("ORG_PLACE"))
    )  # fmt: skip


def _with_place(rows: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Add ``may_stand``: whether the table of places lets the row stand under its superior."""
    above = pl.concat(
        [
            tree.select(parent_id="id", above_kind="kind", above_level="level"),
            rows.select(parent_id="new_id", above_kind="kind", above_level="level"),
        ]
    )
    pairs = [
        (*child, *parent, True)
        for child, parents in places().items()
        for parent in parents
        if parent is not None
    ]
    allowed = pl.DataFrame(
        pairs, schema=["kind", "level", "above_kind", "above_level", "may_stand"], orient="row"
    )
    joined = rows.join(above, on="parent_id", how="left", maintain_order="left")
    keys = ["kind", "level", "above_kind", "above_level"]
    return joined.join(allowed, on=keys, how="left", maintain_order="left").with_columns(
        pl.col("may_stand").fill_null(value=False)
    )


def _with_depth(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``depth``, so that superiors are founded first; who stands under a row that comes back comes back too."""
    goes_in = (pl.col("what") == "new") & (pl.col("register_finding") == "")
    held = pl.col("worst").is_in([Severity.REFUSE.value, Severity.HOLD.value]).fill_null(value=False)
    rows = rows.with_columns((goes_in & ~held).alias("goes_in"), pl.lit(None, dtype=pl.Int64).alias("depth"))
    listed = set(rows.filter(pl.col("org_id").is_null())["new_id"])
    rows = rows.with_columns(pl.col("parent_id").is_in(list(listed)).fill_null(value=False).alias("in_list"))
    depths: dict[str, int] = {}
    for depth in range(DEEPEST):
        above = pl.col("parent_id").is_in(list(depths)) if depth else ~pl.col("in_list")
        level = rows.filter(pl.col("goes_in") & above & ~pl.col("new_id").is_in(list(depths)))
        if level.is_empty():
            break
        depths |= dict.fromkeys(level["new_id"], depth)
    depth_of = pl.col("new_id").replace_strict(depths, default=None, return_dtype=pl.Int64)
    lost = pl.col("goes_in") & depth_of.is_null() & pl.col("parent_id").is_not_null()
    return rows.with_columns(
        pl.when("goes_in").then(depth_of).alias("depth"),
        pl.when(lost).then(pl.lit("SUPERIOR_HELD")).otherwise("register_finding").alias("register_finding"),
    )
