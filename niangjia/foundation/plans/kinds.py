"""Kinds of bulk work: each is declared beside what it writes, and made known in ``config/wiring.py``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

import polars as pl

from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk


class Packed(NamedTuple):
    """A chunk as the database takes it in, and its number of rows."""

    content: bytes
    rows: int


class Kind(Protocol):
    """What the engine asks of a kind; but for ``pack``, inside a transaction of the system, which the engine opens."""

    name: str

    def prepare(self, shared: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> pl.DataFrame:
        """Write what all chunks need, and return what ``pack`` needs of it; called again after each kill.

        Args:
            shared: what the trial run kept for all chunks.
        """

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> bytes:
        """Return the rows of one chunk ready to be written: sealed and indexed. Asks the database nothing."""

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Write one chunk, its result rows and its audit event; other chunks are written beside it."""

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Restore what the chunk changed where nobody has touched it since, and mark what is kept."""


_kinds: dict[str, Callable[[], Kind]] = {}


def register(name: str, load: Callable[[], Kind]) -> None:
    """Make the kind ``name`` known; ``load`` gives it when it is first asked for."""
    _kinds[name] = load


def kind_of(batch: Batch) -> Kind:
    """Return the kind of ``batch``."""
    return _kinds[batch.kind]()
