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
