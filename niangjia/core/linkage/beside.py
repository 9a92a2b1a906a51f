"""Two finders over one register, beside each other: which pairs both found, and what each thinks a level is worth.

Neither is the truth: precision and recall say only how far one of them agrees with the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

import polars as pl

from niangjia.core.linkage import people
from niangjia.core.linkage.names import NAME_LEVELS

PAIR = ("row", "other")


@dataclass(frozen=True)
class Beside:
    """How many pairs ours and the other finder found, and both."""

    ours: int
    theirs: int
    both: int

    @property
    def precision(self) -> float | None:
        """Return the share of ours that the other found too; None where we found nothing."""
        return self.both / self.ours if self.ours else None

    @property
    def recall(self) -> float | None:
        """Return the share of the other's that we found too; None where it found nothing."""
        return self.both / self.theirs if self.theirs else None


@dataclass(frozen=True)
class Trained:
    """What a model has learned about one level of a field.

    Attributes:
        level: a code of ``people.MESSAGES``, or a word of its own for what we do not tell.
        m, u: how often the level occurs among two rows of one person, and among any two rows; None where the register
            showed none.
    """

    field: str
    level: str
    m: float | None
    u: float | None

    @property
    def weight(self) -> float | None:
        """Return log₂ of m / u, the scale of our own weights."""
        return log2(self.m / self.u) if self.m and self.u else None


@dataclass(frozen=True)
class Ours:
    """What a level weighs with us; of one whose weight follows how frequent the value is, the most that it can weigh."""

    weight: float
    by_frequency: bool = False


def beside(ours: pl.DataFrame, theirs: pl.DataFrame) -> Beside:
    """Return how far two sets of pairs are the same; each has ``row`` and ``other``, other < row, no pair twice."""
    return Beside(ours.height, theirs.height, ours.join(theirs, on=PAIR, how="semi").height)


def only_in(some: pl.DataFrame, rest: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of ``some`` that are not in ``rest``, in their order."""
    return some.join(rest, on=PAIR, how="anti", maintain_order="left")


def our_weights() -> dict[str, Ours]:
    """Return what each level weighs with us, by its code; beside an equal ID number a birth date weighs less."""
    fixed = {
        **dict(zip(people.ID_LEVELS, people.ID_WEIGHTS, strict=True)),
        **dict(zip(people.BIRTH_LEVELS, people.BIRTH_WEIGHTS, strict=True)),
        **dict(zip(people.PHONE_LEVELS, people.PHONE_WEIGHTS, strict=True)),
        **dict.fromkeys(people.SEX_LEVELS, people.SEX_WEIGHT),
    }
    rare = {
        "PHONE_EQUAL": people.MOST_PHONE,
        **dict.fromkeys(people.PLACE_LEVELS, people.MOST_PLACE),
        **{
            level: people.MOST_NAME * share
            for level, share in zip(NAME_LEVELS, people.NAME_SHARES, strict=True)
            if share
        },
    }
    names = {level: weight for level, weight in zip(NAME_LEVELS, people.NAME_WEIGHTS, strict=True) if weight}
    return {
        **{level: Ours(weight) for level, weight in (fixed | names).items()},
        **{level: Ours(weight, by_frequency=True) for level, weight in rare.items()},
    }


def weighed(trained: Iterable[Trained]) -> list[dict[str, object]]:
    """Return for each trained level its m, u and weight, and what it weighs with us (null where we do not tell it)."""
    ours = our_weights()
    return [
        {
            "field": each.field,
            "level": each.level,
            "m": each.m,
            "u": each.u,
            "trained": each.weight,
            "ours": ours[each.level].weight if each.level in ours else None,
            "by_frequency": each.level in ours and ours[each.level].by_frequency,
        }
        for each in trained
    ]
