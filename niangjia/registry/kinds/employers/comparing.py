"""A list of employers against the register: known, new, or to be decided by a person (docs/algorithms/employers.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from niangjia.core import plan
from niangjia.core.findings import Severity, findings, worst
from niangjia.core.ids import uuid7s
from niangjia.core.intake.members import Checked
from niangjia.core.linkage.employers import same_employers
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.copying import as_binary
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.comparing import Compared, told
from niangjia.registry.kinds.employers import known
from niangjia.registry.kinds.employers.form import LIKELY, OUTSIDE, RULES
from niangjia.registry.models import EmployerDoubt, Organisation

FILLED = ("region_id", "address", "nature", "economic_type", "industry", "status")
NEAR = ("county", "town", "grassroots")  # an office whose own region is near enough to stand for a blank cell
NATION = ("0", "00")


@dataclass
class Trying:
    """One trial run of one list of employers."""

    batch: Batch
    on: date
    office: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.office = Organisation.objects.select_related("region").get(pk=self.batch.organisation_id)
        self.region = self.office.region_id if self.office.level in NEAR else None
        self.register = known.standing()
        self.decided = known.decided(self.office.pk)
        EmployerDoubt.objects.filter(batch_id=self.batch.pk, outcome="").delete()

    def announce(self, columns: pl.DataFrame) -> None:
        """Blocks need nothing of each other."""

    def count(self, rows: pl.DataFrame) -> None:
        """Chunks share nothing."""

    @property
    def shared(self) -> pl.DataFrame:
        """Nothing."""
        return pl.DataFrame()

    @property
    def options(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def compare(self, checked: Checked, _known: None, *, by: Actor, at: datetime) -> Compared:
        """Return the rows with their verdicts; those that a person has to decide are put before one."""
        gravest = worst(checked.findings, checked.columns.height)
        rows = checked.columns.rename({"region": "region_id"}).with_columns(
            pl.coalesce("region_id", pl.lit(self.region, dtype=pl.String)).alias("region_id"),
            gravest.alias("worst"),
        )
        rows, likely = self._placed(rows)
        rows = _judged(_with_known(rows), self.office)
        both = pl.concat([checked.findings, findings(rows, RULES)]).sort("row", maintain_order=True)
        verdict = plan.verdicts(rows["known"], worst(both, rows.height))
        drawn = [as_binary(uuid7s(rows.height, at)).bin.encode("hex") for _ in range(2)]
        whole = rows.with_columns(
            verdict.alias("verdict"),
            pl.coalesce("employer_id", drawn[0]).alias("employer_id"),
            drawn[1].alias("count_id"),
            pl.lit(str(self.office.pk)).alias("organisation"),
        )
        self._ask(whole, likely)
        return Compared(whole.with_columns(told(both, rows.height)), both, [])

    def _placed(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, list[dict[str, str]]]]:
        """Add the employer that each row is, and return by place whom the others may be."""
        refused = (pl.col("worst") == Severity.REFUSE.value).fill_null(value=False)
        placed = rows.with_row_index("place").with_columns(
            pl.col("place").cast(pl.Int64), (~refused & pl.col("repeats").is_null()).alias("usable")
        )
        asked = placed.filter("usable")
        pairs = same_employers(
            asked.select("name", "credit_code"), self.register.select("name", "credit_code")
        )
        pairs = pairs.with_columns(
            place=asked["place"].gather(pairs["row"]), id=self.register["id"].gather(pairs["other"])
        )
        sure = pairs.filter(pl.col("decision") == "same").select("place", employer_id="id")
        likely, more = self._without_decided(placed, pairs.filter(pl.col("decision") == "likely"))
        matched = pl.concat(
            [sure, pl.DataFrame(more, schema={"place": pl.Int64, "employer_id": pl.String}, orient="row")]
        )
        return placed.join(matched, on="place", how="left", maintain_order="left").with_columns(
            pl.col("place").is_in(list(likely)).alias("is_likely")
        ), likely

    def _without_decided(
        self, placed: pl.DataFrame, pairs: pl.DataFrame
    ) -> tuple[dict[int, list[dict[str, str]]], list[tuple[int, str]]]:
        """Return the rows in doubt that nobody has decided, and the employers of those that somebody has."""
        likely: dict[int, list[dict[str, str]]] = {}
        for place, key, tier in pairs.select("place", "id", pl.col("tier").cast(pl.String)).iter_rows():
            likely.setdefault(place, []).append({"id": key, "tier": tier})
        names = placed.select("name_key", "credit_code")
        matched = []
        for place in list(likely):
            outcome, employer, before = self.decided.get(names.row(place), ("", None, frozenset()))
            now = {one["id"] for one in likely[place]}
            if outcome == EmployerDoubt.Outcome.SAME and employer in now:
                matched.append((place, str(employer)))
                del likely[place]
            elif outcome == EmployerDoubt.Outcome.NEW and now <= before:
                del likely[place]
            elif outcome == EmployerDoubt.Outcome.NEW and (
                made := self._made_of(names.row(place), now - before)
            ):
                matched.append((place, made))
                del likely[place]
        return likely, matched

    def _made_of(self, name: tuple[str, str | None], since: set[str]) -> str | None:
        """Return the employer that this row became when it was decided to be a new one."""
        mine = self.register.filter(pl.col("id").is_in(list(since)), pl.col("name_key") == name[0])
        return mine["id"].item() if len(since) == mine.height == 1 else None

    def _ask(self, rows: pl.DataFrame, likely: dict[int, list[dict[str, str]]]) -> None:
        """Put the rows in doubt before a person."""
        place = {"path": self.office.path, "line_path": self.office.line_path}
        columns = rows.select("row", "name", "name_key", "credit_code", "region_id", "address")
        doubts = [
            EmployerDoubt(
                batch_id=self.batch.pk, organisation=self.office, **place, candidates=candidates,
                **{name: value for name, value in columns.row(at, named=True).items() if name != "address"},
                address=columns["address"][at] or "",
            )
            for at, candidates in likely.items()
        ]  # fmt: skip
        # Decided before, and in doubt again: somebody else comes into question by now.
        again = ["candidates", "outcome", "employer", "decided_at", "decided_by"]
        EmployerDoubt.objects.bulk_create(
            doubts, update_conflicts=True, unique_fields=["batch_id", "row"], update_fields=again
        )


def _with_known(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what the register holds of the employers that rows are."""
    there = known.known(rows["employer_id"].drop_nulls())
    joined = rows.join(there, on="employer_id", how="left", maintain_order="left")
    counting = joined.filter(pl.col("employer_id").is_not_null() & pl.col("head_count").is_not_null())
    return joined.join(known.counts(counting), on="place", how="left", maintain_order="left")


def _judged(rows: pl.DataFrame, office: Organisation) -> pl.DataFrame:
    """Add ``what`` a commit does, ``known`` (new, changed, same), ``differs`` (JSON) and ``register_finding``."""
    is_known = pl.col("employer_id").is_not_null()
    names = pl.concat_list(
        pl.when(is_known & differs).then(pl.lit(name)) for name, differs in _differing().items()
    ).list.drop_nulls()
    rows = rows.with_columns(names.alias("names"))
    again = pl.col("repeats").is_not_null()
    what = (
        pl.when(again | pl.col("is_likely") | ~pl.col("usable")).then(pl.lit("same"))
        .when(~is_known).then(pl.lit("new"))
        .when(pl.col("names").list.len() > 0).then(pl.lit("changed"))
        .otherwise(pl.lit("same"))
    )  # fmt: skip
    quoted = '["' + pl.col("names").list.join('","') + '"]'
    finding = pl.when("is_likely").then(pl.lit(LIKELY)).when(_outside(office)).then(pl.lit(OUTSIDE))
    return rows.with_columns(
        what.alias("what"),
        what.cast(plan.VERDICTS).alias("known"),
        pl.when(what == "changed").then(quoted).alias("differs"),
        finding.fill_null("").alias("register_finding"),
    )


def _differing() -> dict[str, pl.Expr]:
    """Return for each column where the list says something else; a blank cell says nothing."""
    by_code = (pl.col("credit_code") == pl.col("known_credit_code")).fill_null(value=False)
    found = {
        # Another writing of the name is no change; another name under the same code is.
        "name": by_code & (pl.col("name_key") != pl.col("known_name_key")),
        "credit_code": pl.col("credit_code").is_not_null() & pl.col("known_credit_code").is_null(),
    }
    for name in FILLED:
        found[name] = (pl.col(name) != pl.col(f"known_{name}").fill_null("")).fill_null(value=False)
    found["head_count"] = pl.col("head_count").is_not_null() & pl.col("head_count").ne_missing(
        pl.col("known_count")
    )
    return found


def _outside(office: Organisation) -> pl.Expr:
    """Tell which rows are about an employer outside the area of the office."""
    if office.region_id in NATION:
        return pl.lit(value=False)
    here = str(office.region_id)
    told, held = pl.col("region_id"), pl.col("known_region_id")
    is_out = (~told.str.starts_with(here)).fill_null(value=False) | (~held.str.starts_with(here)).fill_null(
        value=False
    )
    return pl.col("usable") & is_out
