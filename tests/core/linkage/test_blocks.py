import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.linkage.blocks import MOST_IN_BLOCK, both, candidates, hashed

values = st.one_of(st.none(), st.sampled_from("abc"))


def pairs(found):
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


@given(st.lists(st.tuples(values, values), max_size=12))
def test_candidates_are_all_rows_with_a_key_in_common(table):
    first, second = (hashed(pl.Series([row[k] for row in table], dtype=pl.String)) for k in (0, 1))
    slow = [
        (i, j)
        for i in range(len(table))
        for j in range(i + 1, len(table))
        if table[i][0] is not None
        and (table[i][0] == table[j][0] or (None not in table[i] and table[i] == table[j]))
    ]
    assert pairs(candidates({"first": first, "both": both(first, second)})) == slow


@given(st.lists(st.tuples(values, values), max_size=12))
def test_a_key_of_two_columns_needs_both(table):
    keys = [hashed(pl.Series([row[k] for row in table], dtype=pl.String)) for k in (0, 1)]
    slow = [
        (i, j)
        for i in range(len(table))
        for j in range(i + 1, len(table))
        if None not in table[i] and table[i] == table[j]
    ]
    assert pairs(candidates({"both": both(*keys)})) == slow


def test_a_value_that_too_many_share_is_left_out_and_told():
    column = pl.Series(["000000"] * (MOST_IN_BLOCK + 1) + ["a"] * MOST_IN_BLOCK)
    found = candidates({"id": hashed(column)})
    assert len(found.left) == MOST_IN_BLOCK * (MOST_IN_BLOCK - 1) // 2
    assert found.left.min() == MOST_IN_BLOCK + 1
    assert found.left_out.rows() == [("id", MOST_IN_BLOCK + 1)]


def test_pairs_come_once_and_sorted_however_many_keys_they_share():
    key = hashed(pl.Series(["a", "b", "a", "b"]))
    found = candidates({"one": key, "other": key})
    assert pairs(found) == [(0, 2), (1, 3)]
    assert found.left.dtype == np.int64
