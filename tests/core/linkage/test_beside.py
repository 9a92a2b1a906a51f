"""Two finders beside each other are counted as sets are, and every level that we weigh can be compared."""

from __future__ import annotations

from math import log2

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.linkage import people
from niangjia.core.linkage.beside import Trained, beside, only_in, our_weights, weighed

pair_sets = st.frozensets(
    st.tuples(st.integers(1, 9), st.integers(0, 8)).filter(lambda pair: pair[1] < pair[0])
)


def frame(pairs):
    rows = sorted(pairs)
    return pl.DataFrame(rows, schema={"row": pl.UInt32, "other": pl.UInt32}, orient="row")


@given(pair_sets, pair_sets)
def test_agrees_with_sets(ours, theirs):
    told = beside(frame(ours), frame(theirs))
    assert (told.ours, told.theirs, told.both) == (len(ours), len(theirs), len(ours & theirs))
    assert told.precision == (len(ours & theirs) / len(ours) if ours else None)
    assert told.recall == (len(ours & theirs) / len(theirs) if theirs else None)
    assert only_in(frame(theirs), frame(ours)).rows() == sorted(theirs - ours)


def test_each_level_that_weighs_anything_is_among_ours():
    levels = {level for field, levels in people.LEVELS.items() if field != "caution" for level in levels}
    assert our_weights().keys() == levels


def test_what_a_name_weighs_at_most_is_what_the_finder_gives_a_name_that_nobody_else_has():
    rows = pl.DataFrame(
        [{"name_key": "欧阳娜娜", "birth_on": None, "phone": None}] * 2
        + [{"name_key": f"王{chr(0x4E00 + k)}", "birth_on": None, "phone": None} for k in range(50)]
    )
    blank = [pl.lit(None).alias(name) for name in people.COLUMNS if name not in rows.columns]
    whole = rows.with_columns(blank)
    counts = people.Counts(
        *(
            people.counted(whole).of(range(52)).__dict__[n]
            for n in ("names", "phones", "employers", "unions")
        ),
        rows=10**9,
    )
    told = people.told(whole, left=pl.Series([0]).to_numpy(), right=pl.Series([1]).to_numpy(), counts=counts)
    assert told["weight"].item() == our_weights()["NAME_EQUAL"].weight


def test_a_trained_weight_stands_beside_ours_on_one_scale():
    (known, unseen, foreign) = weighed(
        [
            Trained("phone", "PHONE_SLIP", 0.08, 0.00001),
            Trained("sex", "SEX_DIFFERS", None, 0.5),
            Trained("sex", "SEX_EQUAL", 1.0, 0.5),
        ]
    )
    assert known["trained"] == pytest.approx(log2(8000))
    assert known["ours"] == people.PHONE_WEIGHTS[people.PHONE_SLIP]
    assert (unseen["trained"], unseen["ours"]) == (None, people.SEX_WEIGHT)
    assert (foreign["trained"], foreign["ours"]) == (1.0, None)
