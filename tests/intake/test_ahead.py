"""One step ahead: the same items in the same order, the error where it would come, and no more than one too many."""

from __future__ import annotations

import threading

import pytest

from niangjia.intake.reading.ahead import ahead


class Torn(Exception):
    """What items may end with."""


def items(n, made, *, torn=False):
    for k in range(n):
        made.append((k, threading.current_thread() is threading.main_thread()))
        yield k
    if torn:
        raise Torn


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_they_come_in_their_order_made_elsewhere_and_one_ahead(n):
    made: list[tuple[int, bool]] = []
    for k, item in enumerate(ahead(items(n, made))):
        assert item == k and len(made) <= k + 2
    assert made == [(k, False) for k in range(n)]


def test_an_error_comes_behind_what_was_made_before_it():
    taken = []
    with pytest.raises(Torn):
        for item in ahead(items(3, [], torn=True)):
            taken.append(item)
    assert taken == [0, 1, 2]


def test_who_stops_listening_leaves_no_thread_behind():
    made: list[tuple[int, bool]] = []
    before = set(threading.enumerate())
    listening = ahead(items(50, made))
    assert next(listening) == 0
    assert set(threading.enumerate()) - before
    listening.close()
    assert len(made) <= 2
    assert not set(threading.enumerate()) - before
