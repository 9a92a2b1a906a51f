"""The kind "members": a roster onto the rolls of an office's unions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl

from niangjia.core.days import day_of
from niangjia.core.intake import members
from niangjia.core.intake.members import Checked
from niangjia.core.intake.repeats import repeats
from niangjia.core.roles import ROLL_WRITERS
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry import organisations
from niangjia.registry.kinds import employing, taking_back, writing
from niangjia.registry.kinds.roster import FORM
from niangjia.registry.kinds.trying import GRASSROOTS, Trying
from niangjia.registry.models import Organisation

NAME = "members"
KEPT = ("name", "name_key", "id_kind", "id_number", "earlier_numbers", "phone", "address", "sex",
    "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region_id", "employer", "employer_key",
    "employer_code", "from_on", "person_id", "membership_id", "organisation", "id_token", "phone_token",
    "seen", "what", "row", "verdict", "differs", "findings")  # fmt: skip


class Members:
    """What the engine asks of this kind."""

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
        """See ``core.intake.members.check_block``."""
        return members.check_block(rows, mapping, on=on, allow_demo=allow_demo)

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
        """See ``trying``."""
        return Trying(batch, on, chunk_rows)

    def prepare(self, shared: pl.DataFrame, *, batch: Batch, by: Actor, at: datetime) -> pl.DataFrame:
        """Found the unions that the trial run announced, under the keys that it drew for them, and the employers."""
        wanted: list[dict[str, Any]] = batch.options.get("unions_to_found", [])
        there = set(
            Organisation.objects.filter(pk__in=[each["id"] for each in wanted]).values_list("pk", flat=True)
        )
        office = Organisation.objects.get(pk=batch.organisation_id)
        for each in wanted:
            if UUID(each["id"]) not in there:
                facts = {**each, "id": UUID(each["id"]), "level": GRASSROOTS, "region_id": office.region_id}
                organisations.found(facts, under=office, on=day_of(at))
        return employing.founded(shared, batch)

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> Packed:
        """See ``writing.pack``."""
        return writing.pack(rows.with_columns(employing.employer_ids(rows, shared)), at=at)

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``writing.write``."""
        writing.write(packed, batch=batch, by=by, at=at)

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``taking_back.take_back``."""
        taking_back.take_back(chunk, batch=batch, by=by, at=at)
