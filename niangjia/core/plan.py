"""Values of a plan: what would become of each row, counted before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

import polars as pl

from niangjia.core.findings import Severity
from niangjia.core.words import gettext_noop


class Verdict(StrEnum):
    """What would become of one row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    HELD = "held"
    REFUSED = "refused"


LABELS = {
    Verdict.NEW: gettext_noop("New"),
    Verdict.CHANGED: gettext_noop("Changed"),
    Verdict.SAME: gettext_noop("Same as before"),
    Verdict.HELD: gettext_noop("Held for a decision"),
    Verdict.REFUSED: gettext_noop("Refused"),
}
VERDICTS = pl.Enum([verdict.value for verdict in Verdict])


@dataclass(frozen=True)
class Counts:
    """How many rows there are of each verdict."""

    new: int = 0
    changed: int = 0
    same: int = 0
    held: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows there are in all: no row is without a verdict, and none has two."""
        return self.new + self.changed + self.same + self.held + self.refused

    @property
    def written(self) -> int:
        """Return how many rows a commit would write."""
        return self.new + self.changed

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


@dataclass(frozen=True)
class Plan:
    """What a batch would do, in all and by organisation.

    Raises:
        ValueError: the counts do not add up to the rows; a plan that loses a row must not be shown.
    """

    rows: int
    counts: Counts
    by_organisation: Mapping[str, Counts]

    def __post_init__(self) -> None:
        if self.counts.rows != self.rows:
            raise ValueError(f"{self.rows} rows, but {self.counts.rows} verdicts")
        if sum(self.by_organisation.values(), Counts()) != self.counts:
            raise ValueError("the organisations do not add up to the whole")

    def __add__(self, other: Plan) -> Plan:
        names = self.by_organisation.keys() | other.by_organisation.keys()
        both = {name: self.of(name) + other.of(name) for name in sorted(names)}
        return Plan(self.rows + other.rows, self.counts + other.counts, both)

    def of(self, organisation: str) -> Counts:
        """Return the counts of one organisation."""
        return self.by_organisation.get(organisation, Counts())


NOTHING = Plan(0, Counts(), {})


def verdicts(known: pl.Series, worst: pl.Series) -> pl.Series:
    """Return each row's verdict.

    Args:
        known: (n,) new, changed or same: what comparison with the register says.
        worst: (n,) the gravest finding of the row (``findings.worst``): it refuses or holds a row whatever is known.

    Returns:
        (n,) of ``VERDICTS``.
    """
    frame = pl.DataFrame({"known": known.cast(pl.String), "worst": worst.cast(pl.String)})
    by_finding = (
        pl.when(pl.col("worst") == Severity.REFUSE.value)
        .then(pl.lit(Verdict.REFUSED.value))
        .when(pl.col("worst") == Severity.HOLD.value)
        .then(pl.lit(Verdict.HELD.value))
        .otherwise("known")
    )
    return frame.select(by_finding.cast(VERDICTS).alias("verdict")).to_series()


def plan(rows: pl.DataFrame) -> Plan:
    """Return the plan of rows that have their verdicts.

    Args:
        rows: (organisation, verdict); an organisation that is not known is counted under "".
    """
    named = rows.select(
        pl.col("organisation").cast(pl.String).fill_null(""), pl.col("verdict").cast(pl.String)
    )
    counted = named.group_by("organisation", "verdict").len().sort("organisation")
    parts: dict[str, dict[str, int]] = {}
    for organisation, verdict, n in counted.iter_rows():
        parts.setdefault(organisation, {})[verdict] = n
    by_organisation = {organisation: Counts(**counts) for organisation, counts in parts.items()}
    return Plan(rows.height, sum(by_organisation.values(), Counts()), by_organisation)
