"""The trial run of a roster: read, checked, placed, compared with the register. Nothing of the register is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.conf import settings

from niangjia.core.days import day_of
from niangjia.core.ids import uuid7
from niangjia.core.intake import members, unions
from niangjia.core.parameters.values import Parameters
from niangjia.core.plan import Plan
from niangjia.foundation import audit, notices
from niangjia.foundation.actors import Actor, Scope
from niangjia.foundation.plans import planning
from niangjia.foundation.plans.models import Batch
from niangjia.registry.kinds.comparing import compared
from niangjia.registry.kinds.members import kind_by_name, may_be_founded
from niangjia.registry.models import Organisation
from niangjia.registry.organisations import parent_of

NATION = "00"
KEEP_A_ROLL = ("single", "joint")
LISTED = {
    "id": pl.String,
    "code": pl.String,
    "name": pl.String,
    "path_text": pl.String,
    "in_scope": pl.Boolean,
}
KEPT = ("name", "name_key", "id_kind", "id_number", "earlier_numbers", "phone", "address", "sex",
    "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region_id", "employer", "employer_key",
    "employer_code", "from_on", "person_id", "membership_id", "organisation", "id_token", "phone_token", "npb_token",
    "seen", "what", "row", "verdict", "differs", "findings")  # fmt: skip


def plan_sheet(
    batch: Batch, sheet: pl.DataFrame, mapping: Mapping[str, int], *, by: Actor, at: datetime
) -> Plan:
    """Show what would become of the rows of ``sheet``; ``batch`` is being planned."""
    on, office = day_of(at), Organisation.objects.get(pk=batch.organisation_id)
    figures = Parameters(on, NATION)
    checked = members.check(
        sheet, mapping, on=on, allow_demo=settings.NIANGJIA_DEMO or bool(batch.options.get("demo"))
    )
    organisations, to_found = _unions(checked.columns, office, batch.options)
    own = str(office.pk) if office.kind in KEEP_A_ROLL else None
    union, about_unions = unions.match(checked.columns, organisations, own=own)
    found = pl.concat([checked.findings, about_unions]).sort("row", maintain_order=True)
    columns = checked.columns.with_columns(union.alias("organisation"))
    scope = Scope.below(office.path, line=office.leads_a_line)
    told = compared(columns, found, scope=scope, on=on, at=at)
    if told.opened:
        audit.record(
            "secrets.read", by=by, at=at, subject=batch, persons=told.opened, facts={"purpose": "roster"}
        )
    counts = dict(told.findings["code"].value_counts().sort("code").iter_rows())
    made = planning.show(
        told.rows.select(KEPT), counts, batch=batch,
        chunk_rows=int(batch.options.get("chunk_rows") or figures.chunk_rows),
        expires_on=on + timedelta(days=figures.batch_undo_days), by=by, at=at,
        mapping=dict(mapping), options={**batch.options, "unions_to_found": to_found},
    )  # fmt: skip
    _alarm(batch, office, counts.get("ROLL_HELD", 0), figures, at=at)
    return made


def _unions(
    columns: pl.DataFrame, office: Organisation, options: Mapping[str, Any]
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """Return every union with whether it is in scope, and those that would be founded, as the batch keeps them."""
    scope = Scope.below(office.path, line=office.leads_a_line)
    there = list(Organisation.objects.filter(ended_on__isnull=True).select_related("line").order_by("path"))
    names_by_path = {each.path: each.name for each in there}
    listed = [
        (str(each.pk), each.credit_code, each.name, _path_text(each.path, names_by_path), _is_in(scope, each))
        for each in there
    ]
    frame = pl.DataFrame(listed, schema=LISTED, orient="row")
    if not options.get("create_organisations"):
        return frame, []
    names = set(frame["name"]) | set(frame["path_text"]) | set(frame["code"])
    wanted = columns.select("union", "union_code").drop_nulls("union").unique("union", maintain_order=True)
    to_found = [
        _to_found(name, code, office)
        for name, code in wanted.iter_rows()
        if name not in names and (code is None or code not in names) and may_be_founded(name, office)
    ]
    rows = [(each["id"], each["credit_code"], each["name"], each["name"], True) for each in to_found]
    return pl.concat([frame, pl.DataFrame(rows, schema=LISTED, orient="row")]), to_found


def _path_text(path: str, names: Mapping[str, str]) -> str:
    steps = range(Organisation.steplen, len(path) + 1, Organisation.steplen)
    return "/".join(names.get(path[:end], "") for end in steps)


def _is_in(scope: Scope, union: Organisation) -> bool:
    return scope.holds(union.line_path if scope.line else union.path)


def _to_found(name: str, code: str | None, office: Organisation) -> dict[str, Any]:
    key = uuid7()
    return {"id": str(key), "name": name, "credit_code": code, "code": code or f"{office.code}-{key.hex[-8:]}", "kind": kind_by_name(name)}  # fmt: skip


def _alarm(batch: Batch, office: Organisation, held: int, figures: Parameters, *, at: datetime) -> None:
    """Tell the office above when so many rows are held that somebody may be trying numbers out."""
    today = Batch.objects.filter(organisation_id=office.pk, kind=batch.kind, planned_at__date=day_of(at))
    day = sum(each.get("ROLL_HELD", 0) for each in today.values_list("finding_counts", flat=True))
    if held and (day > figures.held_alarm_per_day or held >= figures.held_alarm_share * batch.rows):
        superior = parent_of(office)
        if superior is not None:
            notices.tell_office(superior.pk, "held_alarm", at=at, subject=batch.pk)
