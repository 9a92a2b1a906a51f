"""Kinds of bulk work: each is declared beside what it writes, and made known in ``config/wiring.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import polars as pl

from niangjia.core.errors import NotFound
from niangjia.core.intake.lists import Form
from niangjia.core.roles import Role
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, Chunk


class Packed(NamedTuple):
    """A chunk as the database takes it in, its number of rows, and what its kind knows of them without asking the database."""

    content: bytes
    rows: int
    known: Mapping[str, Any] = MappingProxyType({})


class Kind(Protocol):
    """What the engine asks of a kind; but for ``pack``, inside a transaction of the system, which the engine opens."""

    name: str

    def prepare(self, shared: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> pl.DataFrame:
        """Write what all chunks need, and return what ``pack`` needs of it; called again after each kill.

        Args:
            shared: what the trial run kept for all chunks.
        """

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> Packed:
        """Return the rows of one chunk ready to be written: sealed and indexed. Asks the database nothing."""

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Write one chunk, its result rows and its audit event; other chunks are written beside it."""

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """Restore what the chunk changed where nobody has touched it since, and mark what is kept."""


class Checked(Protocol):
    """Rows of a list, made even, with what is wrong with each for itself."""

    @property
    def columns(self) -> pl.DataFrame:
        """One row for each row of the sheet; ``row`` is its number there."""

    @property
    def findings(self) -> pl.DataFrame:
        """In the schema of ``core.findings``."""

    def part(self, first: int, rows: int) -> Checked:
        """Return at most ``rows`` rows from the place ``first`` on, and their findings."""


class Compared(Protocol):
    """Rows with their verdicts, ready to be shown, and the persons whose secrets were opened to compare them."""

    @property
    def rows(self) -> pl.DataFrame:
        """With what a commit needs of each."""

    @property
    def findings(self) -> pl.DataFrame:
        """In the schema of ``core.findings``."""

    @property
    def opened(self) -> list[UUID]:
        """Whose secrets were opened."""


class Trial(Protocol):
    """One trial run of one kind; the engine asks it block by block, inside transactions of the system."""

    def announce(self, columns: pl.DataFrame) -> Any:
        """Take in what these rows are the first to name, and return what ``compare`` needs to know by now."""

    def compare(self, checked: Any, known: Any, *, by: Actor, at: datetime) -> Compared:
        """Return the rows of one block with their verdicts; other blocks are compared beside it."""

    def count(self, rows: pl.DataFrame) -> None:
        """Take in one block that has been compared, in the order of the file."""

    @property
    def shared(self) -> pl.DataFrame:
        """What all chunks need."""

    @property
    def options(self) -> dict[str, Any]:
        """What the batch has to keep."""


class ListKind(Kind, Protocol):
    """A kind whose rows come in by a file: what the door asks of it."""

    @property
    def form(self) -> Form:
        """Its columns and words."""

    @property
    def roles(self) -> frozenset[Role]:
        """Who may hand such a list in."""

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns of a compared block that a commit needs, beside ``place``."""

    @property
    def chunk_rows(self) -> int | None:
        """How many rows are one chunk; None is the figure of today."""

    def check(
        self,
        rows: pl.DataFrame,
        mapping: Mapping[str, int],
        *,
        on: date,
        allow_demo: bool,
        options: Mapping[str, Any],
    ) -> Checked:
        """Return some rows made even, each checked for itself."""

    def keys_of(self, checked: Any) -> pl.DataFrame:
        """Return what the search for repeats needs of these rows."""

    def repeats(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Return how each row of the whole list stands to the others."""

    def with_repeats(self, checked: Any, again: pl.DataFrame) -> Checked:
        """Return rows with what they repeat: ``again`` are their rows of ``repeats``."""

    def trial(self, batch: Batch, *, on: date, chunk_rows: int) -> Trial:
        """Begin a trial run, whose blocks are one or more chunks."""


_kinds: dict[str, Callable[[], Kind]] = {}
_lists: dict[str, Callable[[], ListKind]] = {}


def register(name: str, load: Callable[[], Kind]) -> None:
    """Make the kind ``name`` known; ``load`` gives it when it is first asked for."""
    _kinds[name] = load


def register_list(name: str, load: Callable[[], ListKind]) -> None:
    """Make known a kind whose rows come in by a file."""
    register(name, load)
    _lists[name] = load


def kind_of(batch: Batch) -> Kind:
    """Return the kind of ``batch``."""
    return _kinds[batch.kind]()


def list_named(name: str) -> ListKind:
    """Return one kind of list.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in _lists:
        raise NotFound
    return _lists[name]()


def lists(role: Role | None = None) -> dict[str, ListKind]:
    """Return the kinds of lists, or those that ``role`` may hand in, in the order in which they were made known."""
    every = {name: load() for name, load in _lists.items()}
    return {name: kind for name, kind in every.items() if role is None or role in kind.roles}
