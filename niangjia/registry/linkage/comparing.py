"""One run over the records of an office: by our rules and by the trained model, their pairs beside each other.

Reading opens every record, with its audit event; numbers in the clear are in the memory of this process alone. Nothing is
written but these events, and the pairs that only the model found where one asks for it: as likely, for a person to decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import polars as pl

from niangjia.core.linkage import people
from niangjia.core.linkage.beside import Beside, Trained, beside, only_in
from niangjia.foundation import audit
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.registry.duplicates import finding, keeping, register, searching
from niangjia.registry.duplicates.finding import WHY
from niangjia.registry.duplicates.states import FoundBy
from niangjia.registry.linkage.refusals import TooFew
from niangjia.registry.linkage.splinking import Splinked, table_of
from niangjia.registry.models import Organisation

Clock = Callable[[], datetime]
Finder = Callable[[pl.DataFrame], Splinked]


@dataclass(frozen=True)
class Run:
    """What came of it.

    Attributes:
        same, likely: how many pairs we found, by decision.
        barred: pairs of the model's that no weight may join: twins with two right numbers.
        queued: how many of the model's extra pairs are in the queue now that were not; None where one did not ask.
        seconds: by what was done.
    """

    persons: int
    same: int
    likely: int
    pairs: Beside
    barred: int
    queued: int | None
    trained: list[Trained]
    seconds: dict[str, float] = field(default_factory=dict)


def compared(
    office: Organisation, finder: Finder, *, threshold: float, queue: bool, by: Actor, now: Clock
) -> Run:
    """Let both find among the records below ``office``, and say what each found.

    Args:
        finder: trains the model on a table as ``splinking.table_of`` makes it, and lets it find.
        threshold: the least probability, 0 to 1, at which a pair counts as the model's.
        queue: whether pairs that only the model found are put into the queue.

    Raises:
        TooFew: fewer than two records.
        NothingLearned: the model could not be trained; the records were opened, nothing else was done.
    """
    clock = _Clock()
    rows, counts = _records(office, by=by, now=now)
    clock.lap("read")
    ours = people.same_people(rows, counts=counts).pairs
    clock.lap("ours")
    found = finder(table_of(rows))
    clock.lap("splink")
    theirs = found.pairs.filter(pl.col("probability") >= threshold)
    extra = only_in(theirs, ours)
    doubtful = finding.pairs_told(rows, extra, counts, why=WHY[FoundBy.MODEL])
    told = Run(
        persons=rows.height,
        same=int((ours["decision"] == "same").sum()),
        likely=int((ours["decision"] == "likely").sum()),
        pairs=beside(ours, theirs),
        barred=extra.height - doubtful.height,
        queued=_queued(doubtful, rows, counts.rows, by=by, now=now) if queue else None,
        trained=found.trained,
        seconds=clock.laps,
    )
    _recorded(office, told, by=by, at=now())
    return told


def _records(office: Organisation, *, by: Actor, now: Clock) -> tuple[pl.DataFrame, people.Counts]:
    """Return the records below ``office`` as the search compares them, and how frequent their values are."""
    with acting(by):
        plain = register.plain_of_scope(office.office_scope)
    if plain.height < 2:
        raise TooFew
    counts = finding.counts_of(plain)
    plain = plain.drop("phone_token").with_columns(pl.int_range(plain.height).alias("place"))
    rows = register.beside(plain, pl.concat(_opened(plain["id"], by=by, now=now)))
    return rows, counts.of(rows["place"].to_numpy())


def _opened(ids: pl.Series, *, by: Actor, now: Clock) -> Iterator[pl.DataFrame]:
    """Open the records a block at a time, each with its event in a transaction of its own."""
    for at in range(0, len(ids), register.AT_ONCE):
        with acting(by):
            yield register.opened([UUID(each) for each in ids[at : at + register.AT_ONCE]], by=by, at=now())


def _queued(pairs: pl.DataFrame, rows: pl.DataFrame, persons: int, *, by: Actor, now: Clock) -> int:
    whole = searching.completed(pairs.drop_nulls("path"), rows, rows=persons, by=by)
    return keeping.write(whole, found_by=FoundBy.MODEL, by=by, now=now)


def _recorded(office: Organisation, told: Run, *, by: Actor, at: datetime) -> None:
    facts = {
        "persons": told.persons,
        "ours": told.pairs.ours,
        "model": told.pairs.theirs,
        "both": told.pairs.both,
    }
    with acting(by):
        audit.record(
            "duplicates.compared_with_model", by=by, at=at, subject=office, organisation=office,
            facts={**facts, "queued": told.queued},
        )  # fmt: skip


class _Clock:
    """Seconds since the last time it was asked."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = round(now - self._last, 2), now
