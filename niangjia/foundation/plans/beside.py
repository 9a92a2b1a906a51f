"""Work on several pieces at once, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.db import connection

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def side_by_side(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> Iterator[Done]:
    """Yield what ``work`` makes of each piece, in their order; at most ``NIANGJIA_WRITERS`` are in hand.

    So many connections are taken by all that goes on in the process together, however many jobs there are: the pool has
    no more of them. The first piece that fails ends it: none is begun after it.
    """
    at_once = settings.NIANGJIA_WRITERS
    if at_once == 1:
        yield from map(work, pieces)
        return
    coming: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(at_once) as threads:
        try:
            for piece in pieces:
                if len(coming) == at_once:
                    yield coming.popleft().result()
                coming.append(threads.submit(_in_thread, work, piece, _connections(at_once)))
            while coming:
                yield coming.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)


@cache
def _connections(at_once: int) -> threading.Semaphore:
    """Return what lets ``at_once`` threads of the process have a connection. None that has one waits here for another."""
    return threading.Semaphore(at_once)


def _in_thread(work: Callable[[Piece], Done], piece: Piece, free: threading.Semaphore) -> Done:
    with free:
        try:
            return work(piece)
        finally:
            connection.close()  # a connection is a thread's own
