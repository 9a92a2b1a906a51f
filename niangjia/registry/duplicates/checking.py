"""The finder's check of one pair, now: whether it still is the same person, or likely, and what one has to choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from niangjia.foundation.actors import Actor
from niangjia.registry.duplicates import finding, register
from niangjia.registry.duplicates.finding import WHY
from niangjia.registry.duplicates.refusals import NoLongerAlike, RecordGone
from niangjia.registry.models import Pair


@dataclass(frozen=True)
class Looked:
    """What the finder says of a pair now."""

    decision: str
    reasons: tuple[str, ...]
    differs: tuple[str, ...]


def look(pair: Pair, *, by: Actor, at: datetime) -> Looked:
    """Open both records and compare them as the search did; how frequent their values are is taken from the search.

    Raises:
        RecordGone: one of them is not there for ``by``.
        NoLongerAlike: the finder would not find them any more.
    """
    plain = register.plain_of(pair.person_ids)
    if plain.height < 2:
        raise RecordGone
    secrets = register.opened(pair.person_ids, by=by, at=at)
    rows = plain.join(secrets, on="id", how="inner", maintain_order="left")
    pairs, _ = finding.pairs_among(rows, finding.as_counts(pair.counts))
    if not pairs.height:
        pairs = _as_found(pair, rows)
    if not pairs.height:
        raise NoLongerAlike
    told = finding.with_differences(pairs, rows, register.facts_of(pair.person_ids))
    looked = _looked(told)
    if (
        list(looked.differs) != pair.differs
    ):  # whoever opens the pair next is asked what there is to choose now
        pair.differs = list(looked.differs)
        Pair.objects.filter(pk=pair.pk).update(differs=pair.differs)
    return looked


def _as_found(pair: Pair, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a pair that was not found by our rules as it was found, as long as the facts are those of then."""
    pairs = pl.DataFrame({"row": [1], "other": [0]})
    if pair.found_by not in WHY or register.prints(rows).to_list() != [
        str(pair.first_print),
        str(pair.second_print),
    ]:
        pairs = pairs.clear()
    return finding.pairs_told(rows, pairs, finding.as_counts(pair.counts), why=WHY.get(pair.found_by, ""))


def _looked(told: pl.DataFrame) -> Looked:
    row = told.row(0, named=True)
    return Looked(row["decision"], tuple(row["reasons"]), tuple(row["differs"]))
