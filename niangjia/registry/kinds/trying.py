"""The trial run of a roster of members: its unions found or announced, its rows compared with the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from niangjia.core.codes.unions import KEEP_A_ROLL, Place, may_stand_under
from niangjia.core.ids import uuid7
from niangjia.core.intake import unions
from niangjia.core.intake.members import Checked
from niangjia.core.plan import Verdict
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.comparing import Compared, compared
from niangjia.registry.kinds.employing import said
from niangjia.registry.kinds.unions import LISTED, SAID, UNFOUND, listed, scope_of
from niangjia.registry.models import Organisation

# What a union's name ends in → its kind; the first that fits. Others are the union of one employer.
KINDS_BY_NAME = (
    ("联合工会", "joint"),
    ("联合基层工会", "joint"),
    ("联合工会委员会", "joint"),
)
SINGLE, GRASSROOTS = "single", "grassroots"
MOST_UNFOUND = 50  # names that a clerk is asked about at once


class Trying:
    """One trial run of one roster: what it has come to so far."""

    def __init__(self, batch: Batch, on: date, chunk_rows: int) -> None:
        self.batch, self.on, self.chunk_rows = batch, on, chunk_rows
        self.office = Organisation.objects.get(pk=batch.organisation_id)
        self.scope = scope_of(self.office)
        self.unions = listed(self.scope)
        self.to_found: list[dict[str, Any]] = []
        self.employers: list[pl.DataFrame] = []
        self.said: dict[str, str] = batch.options.get(SAID, {})
        self.unfound: list[pl.DataFrame] = []

    def announce(self, columns: pl.DataFrame) -> pl.DataFrame:
        """Return the unions that these rows may name: those that are there, and new ones where the batch may found them."""
        if not self.batch.options.get("create_organisations"):
            return self.unions
        names = set(self.unions["name"]) | set(self.unions["path_text"]) | set(self.unions["code"])
        wanted = (
            columns.select("union", "union_code").drop_nulls("union").unique("union", maintain_order=True)
        )
        new = [
            _to_found(name, code, self.office)
            for name, code in wanted.iter_rows()
            if name not in names and (code is None or code not in names) and may_be_founded(name, self.office)
        ]
        rows = [(each["id"], each["credit_code"], each["name"], each["name"], True) for each in new]
        self.unions = pl.concat([self.unions, pl.DataFrame(rows, schema=LISTED, orient="row")])
        self.to_found += new
        return self.unions

    def compare(self, checked: Checked, known: pl.DataFrame, *, by: Actor, at: datetime) -> Compared:
        """Return the rows of one block with their unions, of those ``known``, and their verdicts."""
        own = str(self.office.pk) if self.office.kind in KEEP_A_ROLL else None
        union, about_unions = unions.match(checked.columns, known, own=own, said=self.said)
        found = pl.concat([checked.findings, about_unions]).sort("row", maintain_order=True)
        columns = checked.columns.with_columns(union.alias("organisation"))
        told = compared(columns, found, scope=self.scope, on=self.on, at=at, chunk_rows=self.chunk_rows)
        is_held = told.rows["verdict"] == Verdict.HELD.value
        self.unfound.append(unions.unfound(checked.columns, about_unions, is_held))
        return told

    def count(self, rows: pl.DataFrame) -> None:
        """Take the employers of one block's rows among those that the chunks share."""
        self.employers.append(said(rows))

    @property
    def shared(self) -> pl.DataFrame:
        """The employers that the chunks share."""
        return said(pl.concat(self.employers))

    @property
    def options(self) -> dict[str, Any]:
        """The unions that a commit founds first, under the keys that were drawn for them; and which names tell none."""
        return {
            "unions_to_found": self.to_found,
            UNFOUND: unions.most_frequent(self.unfound, MOST_UNFOUND),
        }


def kind_by_name(name: str) -> str:
    """Return the kind of union that a name tells of."""
    return next((kind for ending, kind in KINDS_BY_NAME if name.endswith(ending)), SINGLE)


def may_be_founded(name: str, office: Organisation) -> bool:
    """Tell whether a union of this name may stand right under ``office``."""
    return may_stand_under(Place(kind_by_name(name), GRASSROOTS), Place(office.kind, office.level))


def _to_found(name: str, code: str | None, office: Organisation) -> dict[str, Any]:
    key = uuid7()
    return {"id": str(key), "name": name, "credit_code": code, "code": code or f"{office.code}-{key.hex[-8:]}", "kind": kind_by_name(name)}  # fmt: skip
