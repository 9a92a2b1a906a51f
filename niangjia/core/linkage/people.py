"""The same person in a register more than once: candidates by blocks, weights by field, and a decision with its reasons.

Whole columns throughout. What is found of two rows depends on these two and on how frequent their values are (``Counts``), not
on their order nor on who stands beside them; only then are "same" pairs that would make one person of two right numbers
left to a person (``CONTESTED``). The algorithm: docs/algorithms/linkage.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.linkage import names, numbers
from niangjia.core.linkage.blocks import Key, both, candidates, hashed
from niangjia.core.linkage.clusters import cluster_labels
from niangjia.core.words import gettext_noop

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Levels = NDArray[np.uint8]
Weights = NDArray[np.float32]

COLUMNS = {
    "id_kind": pl.String,
    "id_number": pl.String,
    "name_key": pl.String,
    "phone": pl.String,
    "birth_on": pl.Date,
    "sex": pl.String,
    "employer_key": pl.String,
    "union_key": pl.String,
}
DECISIONS = pl.Enum(["same", "likely", "different"])
SAME, LIKELY, DIFFERENT = range(3)

# Weights are logarithms, base 2, of how much more often a level occurs among two rows of one person than among any two
# rows; where they come from: docs/algorithms/linkage.md, "Weights".
ID_LEVELS = ("ID_EQUAL", "ID_SLIP", "ID_EQUAL_WRONG", "ID_UNSURE", "ID_OTHER_KIND", "ID_DIFFERS")
ID_EQUAL, ID_SLIP, ID_EQUAL_WRONG, ID_UNSURE, ID_OTHER_KIND, ID_DIFFERS = range(6)
ID_WEIGHTS = (30.0, 22.0, 10.0, -4.0, 0.0, -12.0)
NAME_SHARES = (1.0, 0.8, 0.75, 0.9, 0.0, 0.0, 0.0)  # of the weight that the name's rarity gives
NAME_WEIGHTS = (0.0, 0.0, 0.0, 0.0, 6.0, 2.0, -8.0)
PHONE_LEVELS = ("PHONE_EQUAL", "PHONE_SLIP", "PHONE_DIFFERS")
PHONE_EQUAL, PHONE_SLIP, PHONE_DIFFERS = range(3)
PHONE_WEIGHTS = (0.0, 10.0, -3.0)
BIRTH_LEVELS = ("BIRTH_EQUAL", "BIRTH_SLIP", "BIRTH_DIFFERS")
BIRTH_EQUAL, BIRTH_SLIP, BIRTH_DIFFERS = range(3)
BIRTH_WEIGHTS = (13.5, 5.0, -9.0)
BIRTH_WEIGHTS_WITH_ID = (0.0, -1.0, -2.0)  # the number says the day already
SEX_LEVELS = ("SEX_DIFFERS",)
SEX_WEIGHT = -6.0
PLACE_LEVELS = ("EMPLOYER_EQUAL", "UNION_EQUAL")
CAUTION_LEVELS = ("TWINS", "TWINS_POSSIBLE", "NUMBER_BORROWED", "CONTESTED")
TWINS, TWINS_POSSIBLE, NUMBER_BORROWED, CONTESTED = range(4)
UNKNOWN = np.uint8(255)

# A million rows hold 5e11 pairs and some 1e5 true ones: one in 2**22. Even odds at 22, 2000 to 1 at 33.
SAME_FROM, LIKELY_FROM = np.float32(33.0), np.float32(22.0)

# How frequent a value is when nothing is known: so many rows in a register of ``PRIOR_ROWS``.
PRIOR_ROWS = 100_000
NAME_PRIOR, PHONE_PRIOR, PLACE_PRIOR = 12.0, 0.5, 50.0
MOST_NAME, MOST_PHONE, MOST_PLACE = 15.0, 16.0, 12.0

LEVELS = {
    "id": ID_LEVELS,
    "name": names.NAME_LEVELS,
    "phone": PHONE_LEVELS,
    "birth": BIRTH_LEVELS,
    "sex": SEX_LEVELS,
    "place": PLACE_LEVELS,
    "caution": CAUTION_LEVELS,
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "other": pl.UInt32,
    "decision": DECISIONS,
    "weight": pl.Float32,
    **{field: pl.Enum(list(levels)) for field, levels in LEVELS.items()},
}

MESSAGES = {
    "ID_EQUAL": gettext_noop("The ID numbers are equal."),
    "ID_SLIP": gettext_noop("The ID numbers differ by one slip of the pen, and at least one is wrong."),
    "ID_EQUAL_WRONG": gettext_noop("The ID numbers are equal, but no right number: it may be a filler."),
    "ID_UNSURE": gettext_noop("The ID numbers differ, and at least one cannot be checked."),
    "ID_OTHER_KIND": gettext_noop("The ID documents are of different kinds."),
    "ID_DIFFERS": gettext_noop("Both ID numbers are right, and they differ."),
    "NAME_EQUAL": gettext_noop("The names are equal."),
    "NAME_SOUNDS": gettext_noop("The names sound alike."),
    "NAME_LOOKS": gettext_noop("The names differ by characters that look alike."),
    "NAME_TURNED": gettext_noop("The names have the same parts in another order."),
    "NAME_PART": gettext_noop("One name is the beginning of the other."),
    "NAME_ONE": gettext_noop("The names differ by one character."),
    "NAME_DIFFERS": gettext_noop("The names differ."),
    "PHONE_EQUAL": gettext_noop("The phone numbers are equal."),
    "PHONE_SLIP": gettext_noop("The phone numbers differ by one slip of the pen."),
    "PHONE_DIFFERS": gettext_noop("The phone numbers differ."),
    "BIRTH_EQUAL": gettext_noop("The birth dates are equal."),
    "BIRTH_SLIP": gettext_noop("The birth dates differ by one slip of the pen."),
    "BIRTH_DIFFERS": gettext_noop("The birth dates differ."),
    "SEX_DIFFERS": gettext_noop("The sexes differ."),
    "EMPLOYER_EQUAL": gettext_noop("Both work for the same employer."),
    "UNION_EQUAL": gettext_noop("Both are on the roll of the same union."),
    "TWINS": gettext_noop("Twins: two right numbers of one day and place, and two names."),
    "TWINS_POSSIBLE": gettext_noop("These may be twins: names that differ, and no number to tell them by."),
    "NUMBER_BORROWED": gettext_noop("One number under two names: it may have been borrowed or copied."),
    "CONTESTED": gettext_noop("More than one person comes into question."),
}


@dataclass(frozen=True)
class Counts:
    """How frequent the values of a register are.

    Attributes:
        names, phones, employers, unions: (n,) for each row, how many rows have its value.
        rows: of the register.
    """

    names: Weights
    phones: Weights
    employers: Weights
    unions: Weights
    rows: int

    def of(self, rows: Rows) -> Counts:
        """Return the counts of some of the rows, as the whole register has them."""
        return Counts(self.names[rows], self.phones[rows], self.employers[rows], self.unions[rows], self.rows)

    def commoner(self, left: Rows, right: Rows) -> Counts:
        """Return for m pairs of rows the count of the more frequent of their two values."""
        return Counts(
            np.maximum(self.names[left], self.names[right]),
            np.maximum(self.phones[left], self.phones[right]),
            np.maximum(self.employers[left], self.employers[right]),
            np.maximum(self.unions[left], self.unions[right]),
            self.rows,
        )


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        pairs: as ``SCHEMA``, sorted by row and other, other < row; each level is a code of ``MESSAGES``, null where a
            value is missing or says nothing.
        left_out: (block, rows): values that too many rows have in common, e.g. 500 rows with one ID number.
    """

    pairs: pl.DataFrame
    left_out: pl.DataFrame


def counted(rows: pl.DataFrame) -> Counts:
    """Return how frequent the values of ``rows`` are in it; nulls are frequent, and weigh nothing anyway."""
    frequencies = rows.select(
        pl.len().over(pl.col(name).hash()).cast(pl.Float32).alias(name)
        for name in ("name_key", "phone", "employer_key", "union_key")
    )
    names_of, phones, employers, unions = (column.to_numpy() for column in frequencies)
    return Counts(names_of, phones, employers, unions, rows.height)


def same_people(rows: pl.DataFrame, *, counts: Counts | None = None, keep_different: bool = False) -> Found:
    """Return which two rows are the same person, and which may be.

    Args:
        rows: with the columns of ``COLUMNS``, numbered from 0 in their order; any may be null. Numbers and phones as
            intake writes them (no spaces, capital X); an ID number may have 15 digits.
        counts: of the register that the rows are taken from, if they are not the whole of it.
        keep_different: whether pairs that were looked at and told apart are returned too.
    """
    plain = _plain(rows)
    sounds = names.sound_hashes(plain["name_key"])
    looked_at = candidates(_keys(plain, sounds))
    compared = _compared(plain, sounds, looked_at.left, looked_at.right, counts or counted(rows))
    kept = compared if keep_different else compared.filter(pl.col("decision") != "different")
    return Found(_contested(kept, plain["id_number"]), looked_at.left_out)


def told(rows: pl.DataFrame, left: Rows, right: Rows, *, counts: Counts) -> pl.DataFrame:
    """Return what we say of some pairs, however they were found: levels, weight and decision, "different" among them.

    Args:
        rows, counts: as for ``same_people``.
        left, right: (m,) rows, ``left`` < ``right``.

    Returns:
        As ``SCHEMA``, sorted by row and other; who else comes into question is not looked at.
    """
    plain = _plain(rows)
    return _compared(plain, names.sound_hashes(plain["name_key"]), left, right, counts)


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that are compared, each of its kind, and numbers of 15 digits with 18."""
    plain = rows.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    return plain.with_columns(numbers.widened(plain["id_number"]).alias("id_number"))


def reasons(pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair the list of its codes, in the order of ``LEVELS``."""
    codes = pl.concat_list(pl.col(field).cast(pl.String) for field in LEVELS).list.drop_nulls()
    return pairs.select(codes.alias("reasons")).to_series()


def _keys(rows: pl.DataFrame, sounds: NDArray[np.uint64]) -> dict[str, Key]:
    sound = Key(sounds, sounds != 0)
    number, phone, birth, union = (
        hashed(rows[name]) for name in ("id_number", "phone", "birth_on", "union_key")
    )
    order = hashed(rows["id_number"].str.slice(14))
    # A union of couriers has hundreds of thousands: of those born on one day only the ones with one surname.
    surname = hashed(rows["name_key"].str.slice(0, 1))
    return {
        "id": number,
        "phone, name": both(phone, sound),
        "birth, name": both(birth, sound),
        "end of id, name": both(order, sound),
        "phone, birth": both(phone, birth),
        "birth, union, surname": both(birth, union, surname),
    }


def _compared(
    rows: pl.DataFrame, sounds: NDArray[np.uint64], left: Rows, right: Rows, counts: Counts
) -> pl.DataFrame:
    mine, theirs = rows[left], rows[right]
    name = names.name_levels(rows["name_key"], sounds, left, right)
    ids, same_stem = _id_levels(mine, theirs)
    phone = _levels(mine["phone"], theirs["phone"], numbers.one_slip, numbers.PHONE_WIDTH)
    birth = _birth_levels(mine["birth_on"], theirs["birth_on"])
    sex = np.where(_differ(mine["sex"], theirs["sex"]), np.uint8(0), UNKNOWN)
    employer, union = (_equal(mine[key], theirs[key]) for key in ("employer_key", "union_key"))
    place = np.where(employer, np.uint8(0), np.where(union, np.uint8(1), UNKNOWN))
    rare = counts.commoner(left, right)
    weight = (
        _weighed(ids, ID_WEIGHTS)
        + _weighed(name, NAME_WEIGHTS)
        + _weighed(name, NAME_SHARES) * _rarity(rare.names, counts.rows, NAME_PRIOR, MOST_NAME)
        + _weighed(phone, PHONE_WEIGHTS)
        + (phone == PHONE_EQUAL) * _rarity(rare.phones, counts.rows, PHONE_PRIOR, MOST_PHONE)
        + np.where(ids <= ID_SLIP, _weighed(birth, BIRTH_WEIGHTS_WITH_ID), _weighed(birth, BIRTH_WEIGHTS))
        + np.where(sex == 0, np.float32(SEX_WEIGHT), np.float32(0))
        + np.where(phone == PHONE_EQUAL, np.float32(0), _place_weight(place, rare))
    )
    caution = _cautions(ids, name, birth, phone, same_stem)
    levels = {
        "id": ids,
        "name": name,
        "phone": phone,
        "birth": birth,
        "sex": sex,
        "place": place,
        "caution": caution,
    }
    return _told(right, left, _decided(weight, ids, name, caution), weight, levels)


def _id_levels(mine: pl.DataFrame, theirs: pl.DataFrame) -> tuple[Levels, Flags]:
    """Return the levels of the ID numbers, and where two unlike ones have county and birth date in common."""
    a, b = mine["id_number"], theirs["id_number"]
    levels = np.full(len(a), UNKNOWN, dtype=np.uint8)
    equal = np.flatnonzero(_equal(a, b))
    levels[equal] = np.where(numbers.is_wrong(a.gather(equal)), ID_EQUAL_WRONG, ID_EQUAL)
    same_stem = np.zeros(len(a), dtype=bool)
    unlike = np.flatnonzero(_differ(a, b))
    a, b = a.gather(unlike), b.gather(unlike)
    right = numbers.is_right(a) & numbers.is_right(b)
    slip = numbers.one_slip(a, b, numbers.CITIZEN_WIDTH)
    other_kind = _differ(mine["id_kind"].gather(unlike), theirs["id_kind"].gather(unlike))
    levels[unlike] = np.select(
        [other_kind, right, slip], [ID_OTHER_KIND, ID_DIFFERS, ID_SLIP], default=ID_UNSURE
    )
    same_stem[unlike] = _equal(a.str.slice(0, 14), b.str.slice(0, 14))
    return levels, same_stem


def _birth_levels(mine: pl.Series, theirs: pl.Series) -> Levels:
    levels = np.full(len(mine), UNKNOWN, dtype=np.uint8)
    levels[_equal(mine, theirs)] = BIRTH_EQUAL
    unlike = np.flatnonzero(_differ(mine, theirs))
    slip = numbers.day_slip(mine.gather(unlike), theirs.gather(unlike))
    levels[unlike] = np.where(slip, BIRTH_SLIP, BIRTH_DIFFERS)
    return levels


def _levels(mine: pl.Series, theirs: pl.Series, slip_of: numbers.Slip, width: int) -> Levels:
    """Return 0 for equal, 1 for one slip, 2 for different, ``UNKNOWN`` where one is missing."""
    levels = np.full(len(mine), UNKNOWN, dtype=np.uint8)
    levels[_equal(mine, theirs)] = 0
    unlike = np.flatnonzero(_differ(mine, theirs))
    levels[unlike] = np.where(slip_of(mine.gather(unlike), theirs.gather(unlike), width), 1, 2)
    return levels


def _cautions(ids: Levels, name: Levels, birth: Levels, phone: Levels, same_stem: Flags) -> Levels:
    """Return what forbids "same", whatever the weights say."""
    unlike_names = (name == names.ONE) | (name == names.DIFFERS)
    twins = (ids == ID_DIFFERS) & same_stem & (name != names.EQUAL)
    possible = unlike_names & (ids != ID_EQUAL) & (birth == BIRTH_EQUAL) & (phone == PHONE_EQUAL)
    borrowed = (ids == ID_EQUAL) & (name == names.DIFFERS)
    cautions = np.full(len(ids), UNKNOWN, dtype=np.uint8)
    for holds, caution in ((borrowed, NUMBER_BORROWED), (possible, TWINS_POSSIBLE), (twins, TWINS)):
        cautions[holds] = caution
    return cautions


def _decided(weight: Weights, ids: Levels, name: Levels, caution: Levels) -> Levels:
    unsure_name = (name >= names.PART) & (ids != ID_EQUAL)
    unsure_slip = (ids == ID_SLIP) & (name != names.EQUAL)
    unsure = (
        (ids == ID_DIFFERS)
        | (ids == ID_UNSURE)
        | unsure_name
        | unsure_slip
        | (name == names.DIFFERS)
        | (caution != UNKNOWN)
    )
    decision = np.where(weight >= SAME_FROM, SAME, np.where(weight >= LIKELY_FROM, LIKELY, DIFFERENT))
    decision = np.where(unsure & (decision == SAME), LIKELY, decision)
    return np.where(caution == TWINS, DIFFERENT, decision).astype(np.uint8)


def _contested(pairs: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Leave to a person what would make one person of two right numbers, through however many rows between them."""
    same = pairs.filter(pl.col("decision") == "same")
    rows, places = np.unique(same.select("row", "other").to_numpy().astype(np.int64), return_inverse=True)
    labels = cluster_labels(places.reshape(-1, 2), n=len(rows))
    numbers_of = ids.gather(rows)
    right = numbers_of.filter(pl.Series(numbers.is_right(numbers_of), dtype=pl.Boolean))
    held = pl.DataFrame({"cluster": labels, "id": numbers_of}).filter(pl.col("id").is_in(right.implode()))
    torn = held.group_by("cluster").agg(pl.col("id").n_unique()).filter(pl.col("id") > 1)["cluster"]
    members = (
        pl.Series(rows).filter(pl.Series(np.isin(labels, torn.to_numpy()), dtype=pl.Boolean)).cast(pl.UInt32)
    )
    contested = (
        (pl.col("decision") == "same")
        & pl.col("row").is_in(members.implode())
        & (pl.col("id") != "ID_EQUAL").fill_null(value=True)
    )
    return pairs.with_columns(
        decision=pl.when(contested).then(pl.lit("likely", dtype=DECISIONS)).otherwise("decision"),
        caution=pl.when(contested).then(pl.lit("CONTESTED", dtype=SCHEMA["caution"])).otherwise("caution"),
    )


def _told(
    row: Rows, other: Rows, decision: Levels, weight: Weights, levels: dict[str, Levels]
) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {
        "row": pl.Series(row, dtype=pl.UInt32),
        "other": pl.Series(other, dtype=pl.UInt32),
        "decision": _enum(decision, DECISIONS),
        "weight": pl.Series(weight, dtype=pl.Float32),
        **{field: _enum(places, pl.Enum(list(LEVELS[field]))) for field, places in levels.items()},
    }
    return pl.DataFrame(columns).sort("row", "other")


def _enum(places: Levels, kind: pl.Enum) -> pl.Series:
    """Return places as the words of an Enum; ``UNKNOWN`` is null."""
    words = pl.Series([*kind.categories, None], dtype=kind)
    return words.gather(np.minimum(places, len(kind.categories)))


def _equal(mine: pl.Series, theirs: pl.Series) -> Flags:
    return (mine == theirs).fill_null(value=False).to_numpy()


def _differ(mine: pl.Series, theirs: pl.Series) -> Flags:
    return (mine != theirs).fill_null(value=False).to_numpy()


def _weighed(levels: Levels, weights: tuple[float, ...]) -> Weights:
    """Return the weight of each level; unknown weighs nothing."""
    table = np.zeros(256, dtype=np.float32)
    table[: len(weights)] = weights
    return table[levels]


def _rarity(counts: Weights, rows: int, prior: float, most: float) -> Weights:
    """Return how much it says that two rows share a value: the logarithm of one in so many, drawn towards the prior."""
    share = (counts + np.float32(prior)) / np.float32(rows + PRIOR_ROWS)
    rarity: Weights = np.minimum(-np.log2(share), np.float32(most))
    return rarity


def _place_weight(place: Levels, counts: Counts) -> Weights:
    union = _rarity(counts.unions, counts.rows, PLACE_PRIOR, MOST_PLACE)
    employer = _rarity(counts.employers, counts.rows, PLACE_PRIOR, MOST_PLACE)
    return np.select([place == 0, place == 1], [employer, union], default=np.float32(0))
