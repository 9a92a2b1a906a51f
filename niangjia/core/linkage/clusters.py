"""Clusters out of pairs: whoever is linked to somebody through others is in one cluster with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IndexArray = NDArray[np.int64]


def cluster_labels(pairs: IndexArray, n: int) -> IndexArray:
    """Return for each of ``n`` rows the least row of its cluster.

    Union-find, a whole column at a time: in each round every cluster takes the least label that it is linked to, then each
    row takes the label of its label. A label never grows, so it ends.

    Args:
        pairs: (m, 2) row numbers, 0 to n - 1, in any order.

    Returns:
        (n,) row numbers; a row without a pair has its own.
    """
    labels: IndexArray = np.arange(n, dtype=np.int64)
    while True:
        ends = labels[pairs]
        apart = ends[ends[:, 0] != ends[:, 1]]
        if not len(apart):
            return labels
        np.minimum.at(labels, apart.max(axis=1), apart.min(axis=1))
        labels = _flat(labels)


def _flat(labels: IndexArray) -> IndexArray:
    """Follow each label to the end of its chain, twice as far in each round."""
    while not np.array_equal(further := labels[labels], labels):
        labels = further
    return labels
