"""What the engine and the door ask of the kind "changes"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from niangjia.core.codes.unions import KEEP_A_ROLL
from niangjia.core.intake import changes, members
from niangjia.core.intake.members import Checked
from niangjia.core.intake.repeats import repeats
from niangjia.core.roles import ROLL_WRITERS
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry.kinds import staging
from niangjia.registry.kinds.changes import taking_back, writing
from niangjia.registry.kinds.changes.comparing import compared
from niangjia.registry.kinds.changes.form import FORM
from niangjia.registry.kinds.comparing import Compared
from niangjia.registry.kinds.unions import listed, scope_of
from niangjia.registry.models import Organisation

NAME = FORM.name
KEPT = (*writing.COLUMNS[1:], "row", "verdict", "differs", "findings")


class Trying:
    """One trial run of one list of changes."""

    def __init__(self, batch: Batch) -> None:
        office = Organisation.objects.get(pk=batch.organisation_id)
        self.scope = scope_of(office)
        self.own = str(office.pk) if office.kind in KEEP_A_ROLL else None
        self.unions = listed(self.scope)

    def announce(self, columns: pl.DataFrame) -> pl.DataFrame:
        """Return the unions that rows may name: nothing new is founded on the way."""
        return self.unions

    def compare(self, checked: Checked, known: pl.DataFrame, *, by: Actor, at: datetime) -> Compared:
        """See ``comparing.compared``."""
        return compared(checked, known, scope=self.scope, own=self.own, at=at)

    def count(self, rows: pl.DataFrame) -> None:
        """Chunks share nothing."""

    @property
    def shared(self) -> pl.DataFrame:
        """Nothing."""
        return pl.DataFrame()

    @property
    def options(self) -> dict[str, Any]:
        """Nothing."""
        return {}


class Changes:
    """The kind."""

    name = NAME
    form = FORM
    roles = ROLL_WRITERS
    chunk_rows = None
    kept = KEPT

    def check(
        self,
        rows: pl.DataFrame,
        mapping: Mapping[str, int],
        *,
        on: date,
        allow_demo: bool,
        options: Mapping[str, Any],
    ) -> Checked:
        """See ``core.intake.changes.check``."""
        return changes.check(rows, mapping, on=on, allow_demo=allow_demo, options=options)

    def keys_of(self, checked: Checked) -> pl.DataFrame:
        """See ``core.intake.members.keys_of``."""
        return members.keys_of(checked)

    def repeats(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See ``core.intake.repeats``."""
        return repeats(keys)

    def with_repeats(self, checked: Checked, again: pl.DataFrame) -> Checked:
        """See ``core.intake.members.with_repeats``."""
        return members.with_repeats(checked, again)

    def trial(self, batch: Batch, *, on: date, chunk_rows: int) -> Trying:
        """Begin a trial run."""
        return Trying(batch)

    def prepare(self, shared: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> pl.DataFrame:
        """Chunks share nothing."""
        return shared

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> Packed:
        """See ``staging.packed``: a number is known by now as whose it is, and is not among the columns."""
        return staging.packed(rows, writing.COLUMNS)

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``writing.write``."""
        writing.write(packed, batch=batch, by=by, at=at)

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``taking_back.take_back``."""
        taking_back.take_back(chunk, batch=batch, by=by, at=at)
