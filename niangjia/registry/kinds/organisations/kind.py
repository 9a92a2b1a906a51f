"""What the engine and the door ask of the kind "organisations"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from niangjia.core.intake import organisations
from niangjia.core.intake.members import Checked
from niangjia.core.roles import Role
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.kinds import staging
from niangjia.registry.kinds.organisations import taking_back, writing
from niangjia.registry.kinds.organisations.comparing import Trying
from niangjia.registry.kinds.organisations.form import FORM

NAME = FORM.name
WHOLE = 1_100_000  # more than a sheet has rows: rows may name each other in any order


class Organisations:
    """The kind."""

    name = NAME
    form = FORM
    roles = frozenset({Role.CLERK})
    chunk_rows = WHOLE
    kept = (*writing.COLUMNS[1:], "verdict")

    def check(
        self,
        rows: pl.DataFrame,
        mapping: Mapping[str, int],
        *,
        on: date,
        allow_demo: bool,
        options: Mapping[str, Any],
    ) -> Checked:
        """See ``core.intake.organisations.check``."""
        return organisations.check(rows, mapping, on=on, allow_demo=allow_demo, options=options)

    def keys_of(self, checked: Checked) -> pl.DataFrame:
        """See ``core.intake.organisations.keys_of``."""
        return organisations.keys_of(checked)

    def repeats(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See ``core.intake.organisations.repeats``."""
        return organisations.repeats(keys)

    def with_repeats(self, checked: Checked, again: pl.DataFrame) -> Checked:
        """See ``core.intake.organisations.with_repeats``."""
        return organisations.with_repeats(checked, again)

    def trial(self, batch: Batch, *, on: date, chunk_rows: int) -> Trying:
        """Begin a trial run."""
        return Trying(batch, on)

    def prepare(self, shared: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> pl.DataFrame:
        """There is one chunk."""
        return shared

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> Packed:
        """See ``staging.packed``."""
        return staging.packed(rows, writing.COLUMNS)

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``writing.write``."""
        writing.write(packed, batch=batch, by=by, at=at)

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``taking_back.take_back``."""
        taking_back.take_back(chunk, batch=batch, by=by, at=at)
