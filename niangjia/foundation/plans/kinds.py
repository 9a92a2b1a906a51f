"""Kinds of bulk work: each is declared beside what it writes, and made known in ``config/wiring.py``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import polars as pl

from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk


class Kind(Protocol):
    """What the engine asks of a kind; each call is inside a transaction of the system, which the engine opens."""

    name: str

    def prepare(self, plan: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Write what all chunks need; called before the first of them, and after each kill again."""

    def write(self, rows: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Write the rows of one chunk, their result rows and their audit event."""

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Restore what the chunk changed where nobody has touched it since, and mark what is kept."""


_kinds: dict[str, Callable[[], Kind]] = {}


def register(name: str, load: Callable[[], Kind]) -> None:
    """Make the kind ``name`` known; ``load`` gives it when it is first asked for."""
    _kinds[name] = load


def kind_of(batch: Batch) -> Kind:
    """Return the kind of ``batch``."""
    return _kinds[batch.kind]()
