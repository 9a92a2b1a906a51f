"""Pieces of work at once, on no more connections than the pool has for them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from niangjia.foundation.plans import beside

JOBS, PIECES, WRITERS = 4, 3, 2


class Counted:
    """Work that stays until more than ``WRITERS`` pieces are in hand, or a moment; remembers how many there were."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.changed = threading.Condition()

    def __call__(self, piece: int) -> int:
        with self.changed:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most > WRITERS, timeout=0.2)
            self.inside -= 1
        return piece


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_jobs_at_once_take_no_more_connections_together_than_one_alone(settings, monkeypatch, guarded):
    settings.NIANGJIA_WRITERS = WRITERS
    if not guarded:
        monkeypatch.setattr(beside, "_connections", lambda at_once: threading.Semaphore(JOBS * PIECES))
    work = Counted()
    with ThreadPoolExecutor(JOBS) as jobs:
        done = list(jobs.map(lambda _: list(beside.side_by_side(work, range(PIECES))), range(JOBS)))
    assert done == [list(range(PIECES))] * JOBS
    assert (work.most == WRITERS) is guarded


class Refused(Exception):
    """What a piece may end with."""


def test_pieces_come_back_in_their_order_and_one_waits_while_the_caller_looks(settings):
    settings.NIANGJIA_WRITERS = WRITERS
    begun, taken = [], []
    pieces = (taken.append(piece) or piece for piece in range(20))
    for looked_at, done in enumerate(beside.side_by_side(lambda piece: begun.append(piece) or piece, pieces)):
        assert done == looked_at
        assert len(taken) <= looked_at + 1 + WRITERS
    assert sorted(begun) == list(range(20))


def test_none_is_begun_after_one_has_failed_and_its_error_is_the_one_that_is_told(settings):
    settings.NIANGJIA_WRITERS = WRITERS
    begun, has_failed = [], threading.Event()

    def work(piece):
        begun.append(piece)
        if piece == 1:
            has_failed.set()
            raise Refused
        assert has_failed.wait(10)  # the one before is still at work when this one fails
        return piece

    with pytest.raises(Refused):
        list(beside.side_by_side(work, range(20)))
    assert len(begun) <= WRITERS + 1


def test_a_piece_that_waits_for_a_connection_when_another_fails_tells_the_error_too(settings, monkeypatch):
    """The second piece has the one connection first; the first, which is looked at first, is not begun."""
    settings.NIANGJIA_WRITERS = WRITERS
    free = threading.Semaphore(0)
    monkeypatch.setattr(beside, "_connections", lambda at_once: free)
    failed = [Refused()]
    free.release()
    with pytest.raises(Refused):
        beside._in_thread(lambda piece: pytest.fail("begun"), 0, free, failed)
