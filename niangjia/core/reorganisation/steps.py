"""Paths of a tree: each step below a superior is four signs, and is used once, for good."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[Any]

STEP = 4
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_STEPS = len(SIGNS) ** STEP - 1
LONGEST = 255  # characters of a path
_WEIGHTS = len(SIGNS) ** np.arange(STEP - 1, -1, -1, dtype=np.int64)


def step_texts(numbers: Numbers) -> Texts:
    """Return each number as one step of a path: 1 is "0001", 36 is "0010".

    Args:
        numbers: (n,) 0 to ``MOST_STEPS``.
    """
    signs = np.array(list(SIGNS))
    digits = numbers[:, None] // _WEIGHTS % len(SIGNS)
    rows = signs[digits]
    return np.array(["".join(row) for row in rows], dtype=object)


def step_number(path: str) -> int:
    """Return the number of the last step of ``path``; 0 for the empty path."""
    return int(path[-STEP:], len(SIGNS)) if path else 0


def superiors(paths: Texts) -> Numbers:
    """Return for each unit the place of the unit right above it in the same column, -1 where none is in it.

    Args:
        paths: (n,) whole paths; the empty one stands nowhere yet.
    """
    place = {path: k for k, path in enumerate(paths.tolist()) if path}
    return np.array([place.get(path[:-STEP], -1) for path in paths.tolist()], dtype=np.int64)


def on_a_circle(above: Numbers) -> Flags:
    """Return which units stand on a circle.

    Args:
        above: (n,) place of the superior, -1 at the top.

    Units with nobody below are peeled off until none is left to peel: as many rounds as the tree is deep.
    """
    left = np.ones(len(above), dtype=bool)
    while True:
        has_below = np.zeros(len(above), dtype=bool)
        has_below[above[left & (above >= 0)]] = True
        kept = left & has_below
        if (kept == left).all():
            return left
        left = kept


def depths(above: Numbers) -> Numbers:
    """Return how many units stand above each, itself included: 1 at the top.

    Args:
        above: (n,) place of the superior, -1 at the top; without circles.
    """
    found = np.ones(len(above), dtype=np.int64)
    now = above.copy()
    while (now >= 0).any():
        found += now >= 0
        now = np.where(now >= 0, above[now], -1)
    return found


def paths_of(above: Numbers, own: Texts, tops: Texts) -> Texts:
    """Return the path of every unit, superiors before those below them.

    Args:
        above: (n,) place of the superior, -1 at the top; without circles.
        own: (n,) own last step.
        tops: (n,) the whole path of those at the top; not read for others.
    """
    found = tops.copy()
    depth = depths(above)
    for level in range(2, int(depth.max(initial=1)) + 1):
        here = depth == level
        found[here] = found[above[here]] + own[here]
    return found
