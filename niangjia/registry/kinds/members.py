"""The kind "members": a roster onto the rolls of an office's unions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl

from niangjia.core.codes.unions import Place, may_stand_under
from niangjia.core.days import day_of
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.kinds import Packed
from niangjia.foundation.plans.models import Batch, Chunk
from niangjia.registry import organisations
from niangjia.registry.kinds import employing, taking_back, writing
from niangjia.registry.models import Organisation

NAME = "members"
# What a union's name ends in → its kind; the first that fits. Others are the union of one employer.
KINDS_BY_NAME = (
    ("联合工会", "joint"),
    ("联合基层工会", "joint"),
    ("联合工会委员会", "joint"),
)
SINGLE, GRASSROOTS = "single", "grassroots"


class Members:
    """What the engine asks of this kind."""

    name = NAME

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

    def pack(self, rows: pl.DataFrame, shared: pl.DataFrame, *, batch: Batch, at: datetime) -> bytes:
        """See ``writing.pack``."""
        return writing.pack(rows.with_columns(employing.employer_ids(rows, shared)), at=at)

    def write(self, packed: Packed, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``writing.write``."""
        writing.write(packed, batch=batch, by=by, at=at)

    def take_back(self, chunk: Chunk, *, batch: Batch, by: Actor, at: datetime) -> None:
        """See ``taking_back.take_back``."""
        taking_back.take_back(chunk, batch=batch, by=by, at=at)


def kind_by_name(name: str) -> str:
    """Return the kind of union that a name tells of."""
    return next((kind for ending, kind in KINDS_BY_NAME if name.endswith(ending)), SINGLE)


def may_be_founded(name: str, office: Organisation) -> bool:
    """Tell whether a union of this name may stand right under ``office``."""
    return may_stand_under(Place(kind_by_name(name), GRASSROOTS), Place(office.kind, office.level))
