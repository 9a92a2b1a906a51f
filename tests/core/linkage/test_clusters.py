import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.linkage import cluster_labels

rows = st.integers(0, 19)
pair_lists = st.lists(st.tuples(rows, rows), max_size=40)


def labels_one_pair_at_a_time(pairs, n):
    group = {i: {i} for i in range(n)}
    for a, b in pairs:
        merged = group[a] | group[b]
        for member in merged:
            group[member] = merged
    return [min(group[i]) for i in range(n)]


def labels(pairs, n):
    return cluster_labels(np.array(pairs, dtype=np.int64).reshape(-1, 2), n=n).tolist()


@given(pair_lists)
def test_agrees_with_the_obvious_slow_way(pairs):
    assert labels(pairs, 20) == labels_one_pair_at_a_time(pairs, n=20)


@pytest.mark.parametrize(
    "pairs",
    [
        [(k, k + 1) for k in range(999)],  # a chain
        [(k + 1, k) for k in reversed(range(999))],
        [(999, k) for k in range(999)],  # a star with its middle at the end
    ],
)
def test_long_chains_and_stars_are_one_cluster(pairs):
    assert labels(pairs, 1000) == [0] * 1000


def test_without_pairs_each_row_is_its_own_cluster():
    assert labels([], 3) == [0, 1, 2]
