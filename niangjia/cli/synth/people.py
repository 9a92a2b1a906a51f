"""Made-up workers, column by column: nobody twice, no number twice."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from niangjia.cli.synth import names, numbers
from niangjia.cli.synth.numbers import Days, Ints, Texts
from niangjia.core.codes import divisions, phones

FIRST_BIRTH, LAST_BIRTH = date(1955, 1, 1), date(2008, 12, 31)
MOST = 1_000_000


@dataclass(frozen=True)
class People:
    """n made-up workers.

    Attributes:
        names, sexes, ethnics, numbers, phones: (n,) texts; sexes and ethnics are codes.
        births, joined: (n,) days; joined is at 16 or later, and not after the roster's day.
    """

    names: Texts
    sexes: Texts
    ethnics: Texts
    births: Days
    numbers: Texts
    phones: Texts
    joined: Days


@cache
def counties() -> Ints:
    """Return the county codes of the made-up city, which were never issued."""
    demo = divisions.load(divisions.DEMO).filter(pl.col("level") == "county")
    return np.asarray(demo["code"].cast(pl.Int64), dtype=np.int64)


def draw_people(rng: np.random.Generator, n: int, *, on: date) -> People:
    """Return n unlike people of working age.

    Raises:
        ValueError: more than a million, for the made-up prefix has ten million phones.
    """
    if n > MOST * 2:
        raise ValueError(f"at most {MOST * 2} people")
    places, births, sequences = _unlike(rng, n)
    sexes = np.where(sequences % 2 == 1, names.MALE, names.FEMALE).astype(object)
    written, ethnics = names.draw_names(rng, sexes)
    return People(
        names=written,
        sexes=sexes,
        ethnics=ethnics,
        births=births,
        numbers=numbers.citizen_numbers(counties()[places], births, sequences),
        phones=numbers.phones(rng, n, phones.demo_prefix()),
        joined=_joined(rng, births, on),
    )


def _unlike(rng: np.random.Generator, n: int) -> tuple[Ints, Days, Ints]:
    """Return county places, births and sequences such that no two people share all three."""
    first = np.datetime64(FIRST_BIRTH, "D")
    days = (LAST_BIRTH - FIRST_BIRTH).days + 1
    drawn = rng.choice(len(counties()) * days * numbers.SEQUENCES, size=n, replace=False)
    rest, sequences = np.divmod(drawn, numbers.SEQUENCES)
    places, offsets = np.divmod(rest, days)
    return places, first + offsets, sequences + 1


def _joined(rng: np.random.Generator, births: Days, on: date) -> Days:
    sixteen: npt.NDArray[np.datetime64] = births + np.timedelta64(16 * 366, "D")
    earliest = np.maximum(sixteen, np.datetime64("1995-01-01", "D"))
    span = (np.datetime64(on, "D") - earliest).astype(np.int64)
    return earliest + (rng.random(len(births)) * span).astype(np.int64)
