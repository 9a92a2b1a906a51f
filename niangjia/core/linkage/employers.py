"""The same employer on two lists: candidates by keys of code and name parts, tiers, and what only a person may decide.

Whole columns throughout; a row's place in its list decides nothing. The algorithm: docs/algorithms/linkage.md, "Employers".
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray

from niangjia.core.identifiers.columns import byte_matrix
from niangjia.core.identifiers.credit import ALPHABET, credit_checks
from niangjia.core.linkage.blocks import Key, both, hashed
from niangjia.core.linkage.firms import COMPANIES, parsed
from niangjia.core.linkage.names import one_edit, sound_hashes
from niangjia.core.words import gettext_noop

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

CODE_WIDTH = 18
# A key that so many pairs have in common tells nothing: 鑫源贸易 without a place.
MOST_OF_A_KEY = 900
# More candidates than this are no help to the person who is to choose.
MOST_CANDIDATES = 5
# From this many characters on, a brand with one slip in it is still hard to take for another.
LONG_BRAND = 3

TIERS = (
    "CODE_EQUAL",
    "EMPLOYER_NAME_EQUAL",
    "PARTS_EQUAL",
    "FORM_MISSING",
    "FORM_CHANGED",
    "TRADE_PART",
    "EMPLOYER_SOUNDS",
    "PLACE_WITHIN",
    "PLACE_MISSING",
    "ONE_EDIT",
    "FORMER_NAME",
)
(
    CODE_EQUAL,
    NAME_EQUAL,
    PARTS_EQUAL,
    FORM_MISSING,
    FORM_CHANGED,
    TRADE_PART,
    SOUNDS,
    PLACE_WITHIN,
    PLACE_MISSING,
    ONE_EDIT,
    FORMER_NAME,
) = range(len(TIERS))
# What precision each tier has: docs/algorithms/linkage.md. Only these are matched without a person.
AUTOMATIC = (CODE_EQUAL, NAME_EQUAL, PARTS_EQUAL, FORM_MISSING)
NO_TIER = np.uint8(255)
DECISIONS = pl.Enum(["same", "likely"])
CAUTIONS = pl.Enum(["CANDIDATES", "OFFICE_UNLIKE"])
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "other": pl.UInt32,
    "decision": DECISIONS,
    "tier": pl.Enum(list(TIERS)),
    "caution": CAUTIONS,
}

MESSAGES = {
    "CODE_EQUAL": gettext_noop("The credit codes are equal."),
    "EMPLOYER_NAME_EQUAL": gettext_noop("The full names are equal."),
    "PARTS_EQUAL": gettext_noop("Place, brand, trade and legal form are equal."),
    "FORM_MISSING": gettext_noop("Place, brand and trade are equal; one name lacks the legal form."),
    "FORM_CHANGED": gettext_noop("Only the legal form of the company differs."),
    "TRADE_PART": gettext_noop("Place and brand are equal; one trade is a shorter word for the other."),
    "EMPLOYER_SOUNDS": gettext_noop("The place is equal, and the names sound alike."),
    "PLACE_WITHIN": gettext_noop("The names are equal, and one place lies within the other."),
    "PLACE_MISSING": gettext_noop("The names are equal; one lacks the place."),
    "ONE_EDIT": gettext_noop("The place is equal, and the brands differ by one character."),
    "FORMER_NAME": gettext_noop("The name equals a former name of the other."),
    "CANDIDATES": gettext_noop("More than one employer comes into question."),
    "OFFICE_UNLIKE": gettext_noop("One is a branch office, the other is not that branch."),
}


def same_employers(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return which entries of two lists are the same employer, and which may be.

    Two right credit codes that differ are two employers, whatever the names say.

    Args:
        left, right: ``name`` and ``credit_code`` (18 characters, may be null), numbered from 0 in their order.

    Returns:
        (row, other, decision, tier, caution) as ``SCHEMA``, sorted; ``row`` is of left, ``other`` of right. "likely" waits for a
        person; a row that has been matched is not among them any more.
    """
    # Reading names is most of the work, and the lists are read apart from each other.
    with ThreadPoolExecutor(2) as pool:
        mine, theirs = pool.map(_entries, (left, right))
        keys, their_keys = pool.map(_keys, (mine, theirs))
    a, b = _joined(keys, their_keys, mine.height, theirs.height)
    tier, unlike = _tiers(mine[a], theirs[b])
    kept = tier != NO_TIER
    pairs = pl.DataFrame(
        {
            "row": mine["row"].gather(a[kept]),
            "other": theirs["row"].gather(b[kept]),
            "tier": tier[kept],
            "unlike": unlike[kept],
        }
    )
    surest = pairs.group_by("row", "other").agg(pl.col("tier").min(), pl.col("unlike").min())
    return _settled(surest)


def _entries(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of each name, with row, code and sound; former names are entries of their own without a code."""
    codes = rows["credit_code"].cast(pl.String)
    parts = parsed(rows["name"].cast(pl.String))
    numbered = parts.with_columns(
        row=pl.int_range(rows.height, dtype=pl.UInt32), code=codes, is_former=pl.lit(value=False)
    )
    older = numbered.filter(pl.col("former").is_not_null()).select("row", "former")
    entries = numbered
    if older.height:
        formers = parsed(older["former"]).with_columns(
            row=older["row"], code=pl.lit(None, dtype=pl.String), is_former=pl.lit(value=True)
        )
        entries = pl.concat([numbered, formers])
    text = pl.col("brand") + pl.col("trade")
    core = entries.select(core=pl.when(text != "").then(text)).to_series()
    return entries.with_columns(
        core=core,
        sound=pl.Series(sound_hashes(core), dtype=pl.UInt64),
        is_right=pl.Series(_is_right(entries["code"]), dtype=pl.Boolean),
        width=pl.col("brand").str.len_chars().fill_null(0),
    ).drop("former")


def _is_right(codes: pl.Series) -> Flags:
    """Return (n,) whether each code ends with its check character."""
    wide = codes.str.contains("^[0-9A-HJ-NPQRTUWXY]{18}$").fill_null(value=False)
    matrix = byte_matrix(codes.filter(wide), CODE_WIDTH)
    values = np.searchsorted(np.frombuffer(ALPHABET, dtype=np.uint8), matrix).astype(np.uint8)
    right = wide.to_numpy().copy()
    right[right] = credit_checks(values[:, :17]) == matrix[:, 17]
    return right


def _keys(entries: pl.DataFrame) -> dict[str, list[Key]]:
    """Return for each block one key or more for every entry: entries with any in common are candidates."""
    office = Key(entries["office"].fill_null("").hash().to_numpy(), np.ones(entries.height, dtype=bool))
    place, brand, trade, core = (hashed(entries[name]) for name in ("place", "brand", "trade", "core"))
    sound = Key(entries["sound"].to_numpy(), entries["sound"].to_numpy() != 0)
    return {
        "code": [hashed(entries["code"])],
        "full": [hashed(entries["full"])],
        "core": [both(core, office)],
        "place, brand": [both(place, brand, office)],
        "place, sound": [both(place, sound, office)],
        "place, brand less one": [both(place, trade, shorter) for shorter in _shorter(entries)],
    }


def _shorter(entries: pl.DataFrame) -> list[Key]:
    """Return keys of the brand and of what is left of a long one without each of its first characters."""
    width = entries["width"]
    keys = [hashed(entries["brand"])]
    long = (width >= LONG_BRAND).to_numpy()
    for place in range(LONG_BRAND + 1):
        less = entries.select(
            pl.col("brand").str.slice(0, place) + pl.col("brand").str.slice(place + 1)
        ).to_series()
        keys.append(Key(less.hash().to_numpy(), long & (width > place).to_numpy()))
    return keys


def _joined(
    keys: Mapping[str, list[Key]], theirs: Mapping[str, list[Key]], n: int, m: int
) -> tuple[Rows, Rows]:
    """Return the pairs of entries, each once, that have a key in common."""
    found = [np.zeros(0, dtype=np.int64)]
    for name in keys:
        a, b = _listed(keys[name]), _listed(theirs[name])
        a = a.join(b, on="key", how="semi")
        b = b.join(a, on="key", how="semi")
        a = a.with_columns(size=pl.len().over("key"))
        b = b.with_columns(other_size=pl.len().over("key"))
        pairs = a.join(b, on="key").filter(pl.col("size") * pl.col("other_size") <= MOST_OF_A_KEY)
        found.append(pairs["place"].to_numpy() * m + pairs["place_right"].to_numpy())
    pairs_of = np.unique(np.concatenate(found))
    return pairs_of // max(m, 1), pairs_of % max(m, 1)


def _listed(keys: list[Key]) -> pl.DataFrame:
    """Return (key, place) of the entries that have the key."""
    places = [np.flatnonzero(key.known) for key in keys]
    values = [key.values[known] for key, known in zip(keys, places, strict=True)]
    return pl.DataFrame({"key": np.concatenate(values), "place": np.concatenate(places)})


def _tiers(mine: pl.DataFrame, theirs: pl.DataFrame) -> tuple[NDArray[np.uint8], Flags]:
    """Return for each pair the surest tier, and whether one is a branch that the other is not."""
    place_same, place_missing, place_within = _places(mine["place"], theirs["place"])
    form_same, form_missing, form_changed = _forms(mine["form"], theirs["form"])
    form_fits = form_same | form_missing | form_changed
    core, brand = _equal(mine["core"], theirs["core"]), _equal(mine["brand"], theirs["brand"])
    part = brand & ~core & _either(mine["trade"], theirs["trade"])
    sounds = ~core & _equal(mine["sound"], theirs["sound"])
    unlike = mine["office"].ne_missing(theirs["office"]).to_numpy()
    tier = np.full(mine.height, NO_TIER, dtype=np.uint8)
    near = np.flatnonzero(place_same & ~core & ~brand & ~sounds & form_fits & ~unlike)
    edited = np.zeros(mine.height, dtype=bool)
    edited[near] = one_edit(mine["brand"].gather(near), theirs["brand"].gather(near)) & _equal(
        mine["trade"].gather(near), theirs["trade"].gather(near)
    )
    claims = {
        ONE_EDIT: edited,
        PLACE_MISSING: core & place_missing & form_fits,
        PLACE_WITHIN: core & place_within & form_fits,
        SOUNDS: sounds & place_same & form_fits,
        TRADE_PART: part & place_same & form_fits,
        FORM_CHANGED: core & place_same & form_changed,
        FORM_MISSING: core & place_same & form_missing,
        PARTS_EQUAL: core & place_same & form_same,
        NAME_EQUAL: _equal(mine["full"], theirs["full"]) & place_same,
    }
    for place, holds in claims.items():
        tier[holds & ~unlike] = place
    former = (mine["is_former"] | theirs["is_former"]).to_numpy()
    tier[former & (tier != NO_TIER)] = FORMER_NAME
    vetoed = (mine["is_right"] & theirs["is_right"]).to_numpy() & _differ(mine["code"], theirs["code"])
    tier[vetoed] = NO_TIER
    tier[_equal(mine["code"], theirs["code"])] = CODE_EQUAL
    return tier, unlike & (tier == CODE_EQUAL)


def _places(mine: pl.Series, theirs: pl.Series) -> tuple[Flags, Flags, Flags]:
    """Return where two places are the same, where one is missing, and where one lies in the other."""
    pair = pl.DataFrame({"a": mine, "b": theirs})
    same = _equal(mine, theirs)
    within = pair.select(
        (pl.col("a").str.starts_with(pl.col("b")) | pl.col("b").str.starts_with(pl.col("a"))).fill_null(
            value=False
        )
    )
    missing = (mine.is_null() | theirs.is_null()).to_numpy()
    return same, missing, within.to_series().to_numpy() & ~same


def _forms(mine: pl.Series, theirs: pl.Series) -> tuple[Flags, Flags, Flags]:
    """Return where two legal forms are the same, where one is missing, and where one company became another kind."""
    same = mine.eq_missing(theirs).to_numpy()
    missing = (mine.is_null() != theirs.is_null()).to_numpy()
    companies = (mine.is_in(COMPANIES) & theirs.is_in(COMPANIES)).fill_null(value=False).to_numpy()
    return same, missing, companies & ~same


def _either(mine: pl.Series, theirs: pl.Series) -> Flags:
    """Return where one text is the other's beginning or end, or missing."""
    pair = pl.DataFrame({"a": mine, "b": theirs})
    a, b = pl.col("a"), pl.col("b")
    return (
        pair.select(a.str.starts_with(b) | b.str.starts_with(a) | a.str.ends_with(b) | b.str.ends_with(a))
        .to_series()
        .to_numpy()
    )


def _settled(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions: one partner each for the automatic tiers, and the queue for those who have none.

    Codes go before names. Where the surest tier of a row names several, or the other side is wanted by several, a person
    chooses.
    """
    coded = pairs.filter((pl.col("tier") == CODE_EQUAL) & ~pl.col("unlike"))
    free = _without(pairs.join(coded, on=["row", "other"], how="anti"), coded)
    named = free.filter(pl.col("tier").is_in(AUTOMATIC) & ~pl.col("unlike"))
    alone = (pl.len().over("row") == 1) & (pl.len().over("other") == 1)
    matched = named.filter(alone)
    several = (pl.len().over("row") > 1) | (pl.len().over("other") > 1)
    queue = _without(free.join(matched, on=["row", "other"], how="anti"), matched)
    few = (pl.len().over("row") <= MOST_CANDIDATES) & (pl.len().over("other") <= MOST_CANDIDATES)
    queue = queue.filter(few | (pl.col("tier") == CODE_EQUAL))
    told = pl.concat(
        [
            pl.concat([coded, matched]).with_columns(
                decision=pl.lit("same"), caution=pl.lit(None, dtype=pl.String)
            ),
            queue.with_columns(
                decision=pl.lit("likely"),
                caution=pl.when("unlike")
                .then(pl.lit("OFFICE_UNLIKE"))
                .when(several)
                .then(pl.lit("CANDIDATES")),
            ),
        ]
    )
    words = pl.Series(TIERS, dtype=SCHEMA["tier"])
    told = told.with_columns(tier=words.gather(told["tier"]))
    return told.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).sort("row", "other")


def _without(pairs: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs neither side of which has a partner already."""
    return pairs.join(settled, on="row", how="anti").join(settled, on="other", how="anti")


def _equal(mine: pl.Series, theirs: pl.Series) -> Flags:
    return (mine == theirs).fill_null(value=False).to_numpy()


def _differ(mine: pl.Series, theirs: pl.Series) -> Flags:
    return (mine != theirs).fill_null(value=False).to_numpy()
