"""Made-up rosters handed in to a made-up city; each helper opens ``acting`` itself."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import polars as pl

from niangjia.cli.synth.organisations import city
from niangjia.cli.synth.rosters import roster
from niangjia.core.intake import headers
from niangjia.core.roles import Role
from niangjia.foundation import workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.foundation.plans import committing, kinds
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART
from niangjia.intake import actions
from niangjia.intake.planning import plan_blocks
from niangjia.registry import organisations, regions
from niangjia.registry.models import Organisation, Region
from tests.factories import region

AT = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
SYSTEM = system_actor("test")


def load_city() -> Organisation:
    """Found the made-up city's unions, and return its federation."""
    made: dict[str, Organisation] = {}
    with acting(SYSTEM):
        if not Region.objects.filter(edition="demo").exists():
            region("36", Region.Level.PROVINCE, "某省")
            regions.load("demo")
        for union in city():
            facts = {
                "code": union.key, "credit_code": union.credit_code, "name": union.name, "kind": union.kind,
                "level": union.level, "region_id": union.region,
            }  # fmt: skip
            if union.line:
                facts["line"] = made[union.line]
            made[union.key] = organisations.found(
                facts, under=made.get(union.above or ""), on=date(2018, 11, 1)
            )
    return made["3699"]


def clerk_of(office: Organisation) -> Actor:
    """Return a clerk of ``office``."""
    scope = Scope.below(office.path, line=office.leads_a_line)
    return Actor(role=Role.CLERK, organisation_id=office.pk, scope=scope)


def sheet_of(made) -> tuple[pl.DataFrame, list[str]]:
    """Return a roster's rows as the reader gives them, without the blank ones."""
    frame = made.frame
    rows = frame.rename({name: f"c{k}" for k, name in enumerate(frame.columns)})
    rows = rows.with_columns(pl.all().replace("", None))
    numbers = pl.DataFrame(
        {f"c{k}_number": [isinstance(cell, float) for cell in cells] for k, cells in enumerate(made.cells)}
    )
    whole = rows.with_row_index("row", offset=made.first_row).hstack(numbers)
    return whole[made.truth["position"].to_list()], list(made.headers)


def as_text(sheet: pl.DataFrame, heads) -> bytes:
    """Return a sheet as a text table with its headings, each row at its place: as a job reads the file again."""
    texts = sheet.select(f"c{k}" for k in range(len(heads)))
    numbered = dict(zip(sheet["row"].to_list(), texts.iter_rows(), strict=True))
    first, blank = min(numbered, default=2), [""] * len(heads)
    lines = [numbered.get(row, blank) for row in range(first, max(numbered, default=1) + 1)]
    out = io.StringIO()
    csv.writer(out).writerows([*[blank] * (first - 2), heads, *lines])
    return out.getvalue().encode()


def planned(
    office, sheet, heads, *, name="roster.xlsx", kind="members", content=None, at=AT, **options
) -> Batch:
    """Hand a sheet in and make its trial run."""
    clerk = clerk_of(office)
    with acting(clerk):
        parts = [content or as_text(sheet, heads)]
        batch = actions.upload(
            parts,
            name=name,
            organisation=office,
            kind=kind,
            by=clerk,
            at=at,
            options={"demo": True, **options},
        )
    with acting(SYSTEM):
        batch = Batch.objects.get(pk=batch.pk)
        is_new = batch.status == "uploaded"
        if is_new:
            workflow.fire(batch, "plan", machine=CHART, by=SYSTEM, at=at)
    if is_new:
        mapping = headers.guess(heads, kinds.list_named(kind).form.fields)
        plan_blocks(batch, [sheet], mapping, by=SYSTEM, now=lambda: at)
    return fresh(batch)


def committed(office, batch, *, at=AT) -> Batch:
    """Write a planned batch."""
    clerk = clerk_of(office)
    with acting(clerk):
        actions.commit(fresh_inside(batch), by=clerk, at=at)
    committing.carry_out(batch.pk, by=SYSTEM, now=lambda: at)
    return fresh(batch)


def undone(office, batch, *, at=AT) -> Batch:
    """Take a batch back."""
    clerk = clerk_of(office)
    with acting(clerk):
        actions.undo(fresh_inside(batch), by=clerk, at=at)
    committing.carry_back(batch.pk, by=SYSTEM, now=lambda: at)
    return fresh(batch)


def fresh_inside(batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)


def fresh(batch) -> Batch:
    with acting(SYSTEM):
        return Batch.objects.get(pk=batch.pk)


def rows_of(headings, rows) -> tuple[pl.DataFrame, list[str]]:
    """Return rows of texts as the reader gives them, the first under headings in row 1."""
    columns = zip(*rows, strict=True)
    frame = pl.DataFrame({f"c{k}": list(cells) for k, cells in enumerate(columns)}, schema_overrides=None)
    texts = frame.with_columns(pl.all().cast(pl.String).replace("", None))
    return texts.with_row_index("row", offset=2), list(headings)


__all__ = ["roster"]
