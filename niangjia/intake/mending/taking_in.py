"""A worker's answer into the row, as the system: checked by the rules of the list, compared anew, and back before the clerk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.conf import settings

from niangjia.core.days import day_of
from niangjia.core.findings import Severity
from niangjia.core.intake.members import Checked, check_block
from niangjia.core.plan import Verdict
from niangjia.foundation import notices, vault, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.foundation.plans.recounting import recount
from niangjia.foundation.plans.states import Status as BatchStatus
from niangjia.intake.mending.needs import left_of
from niangjia.intake.mending.states import CHART, Status
from niangjia.intake.models import RepairAnswer, RepairTask
from niangjia.registry import consents
from niangjia.registry.held import keeping
from niangjia.registry.held.candidates import candidates
from niangjia.registry.held.states import CHART as ROWS
from niangjia.registry.held.states import Status as RowStatus
from niangjia.registry.kinds.roster import MENDED
from niangjia.registry.models import HeldRow, Person

TABLE = RepairAnswer._meta.db_table
CELLS = {"name": 0, "id_number": 1, "phone": 2}
CHECKED = ("name", "name_key", "id_kind", "sex", "birth_on")
OPEN = (RowStatus.OPEN, RowStatus.RETURNED)
HOLDS: dict[str, Any] = {"code": MENDED, "column": "name", "severity": str(Severity.HOLD), "params": None}


def take_in(answer_id: UUID, *, by: Actor, at: datetime) -> None:
    """Put an answer into its row; of one that came too late, or of another phone, nothing is kept."""
    answer = RepairAnswer.objects.select_for_update().select_related("task").get(pk=answer_id)
    if not answer.sealed:
        return
    task = RepairTask.objects.select_for_update().get(pk=answer.task_id)
    batch = Batch.objects.select_for_update().get(pk=task.batch_id)
    row = HeldRow.objects.select_for_update().filter(pk=task.row_id, status__in=OPEN).first()
    said = vault.open_sealed(answer.sealed, table=TABLE, row_id=answer.pk, fields=["id_number"])
    if _counts(task, answer) and row is not None and batch.status == BatchStatus.COMMITTED:
        _mend(row, batch, task, answer.name, said["id_number"], by=by, at=at)
        workflow.fire(task, "mend", machine=CHART, by=by, at=at, mended_at=at, consents=answer.consents)
        notices.tell_office(row.organisation_id, "row_mended", at=at, subject=batch.pk)
    elif task.status == Status.SENT:
        workflow.fire(task, "expire", machine=CHART, by=by, at=at)
    RepairAnswer.objects.filter(pk=answer.pk).update(sealed=b"", name="", consents={})


def _counts(task: RepairTask, answer: RepairAnswer) -> bool:
    return task.status == Status.SENT and answer.answered_at < task.expires_at


def _mend(
    row: HeldRow, batch: Batch, task: RepairTask, name: str, number: str, *, by: Actor, at: datetime
) -> None:
    """Write the corrected cells into the row, and put it before the clerk who may know whom it may be about now."""
    on = day_of(batch.planned_at or at)
    checked = _checked(row, name, number, on=on, demo=bool(batch.options.get("demo")))
    cells = checked.columns.row(0, named=True)
    row.said = row.said | {
        field: keeping.plain(cells[field]) for field in CHECKED if cells[field] is not None
    }
    secrets = {"id_number": cells["id_number"], "phone": cells["phone"]}
    row.secrets = vault.seal(secrets, table=keeping.TABLE, row_id=row.pk, at=at)
    found = [
        {name: each[name] for name in ("code", "column", "severity", "params")}
        for each in checked.findings.iter_rows(named=True)
    ]
    row.findings = [*left_of(row.findings, task.needs), *found, HOLDS]
    about = candidates(keeping.tokens_of(keeping.columns_of([row])))
    keeping.place_at([row], batch, about)
    facts = {
        "said": row.said, "secrets": row.secrets, "findings": row.findings, "refused": "",
        "candidates": [each.as_json() for each in about[0]], "organisation_id": row.organisation_id,
        "path": row.path, "line_path": row.line_path,
    }  # fmt: skip
    workflow.fire(row, "mend", machine=ROWS, by=by, at=at, **facts)
    told = {"verdict": Verdict.HELD.value, "findings": row.findings}
    BatchRow.objects.filter(batch=batch, place=row.place).update(**told)
    recount(batch)


def _checked(row: HeldRow, name: str, number: str, *, on: date, demo: bool) -> Checked:
    """Return the row with its corrected cells, checked by the rules of the list."""
    opened = vault.open_sealed(row.secrets, table=keeping.TABLE, row_id=row.pk, fields=keeping.SECRET)
    cells: Mapping[str, str | None] = {
        "name": name or row.said.get("name"),
        "id_number": number or opened["id_number"] or None,
        "phone": opened["phone"] or None,
    }
    frame = pl.DataFrame({"row": [row.row]} | {f"c{k}": [cells[field]] for field, k in CELLS.items()})
    frame = frame.with_columns(pl.col(f"c{k}").cast(pl.String) for k in CELLS.values())
    return check_block(frame, CELLS, on=on, allow_demo=settings.NIANGJIA_DEMO or demo)


def after_carrying_out(row: HeldRow, *, by: Actor, at: datetime) -> None:
    """Give what the worker agreed to, now that the row is on the roll; of a row that is left out nothing is kept."""
    task = RepairTask.objects.filter(row_id=row.pk, status=Status.MENDED).exclude(consents={}).last()
    if task is None:
        return
    person_id = row.chosen or _written(row)
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    if person is not None:
        for purpose, version in sorted(task.consents.items()):
            consents.give(person, purpose, version, by=by, at=at)
    RepairTask.objects.filter(row_id=row.pk).update(consents={})


def _written(row: HeldRow) -> UUID | None:
    results = BatchRow.objects.filter(batch_id=row.batch_id, place=row.place)
    return results.values_list("person_id", flat=True).first()
