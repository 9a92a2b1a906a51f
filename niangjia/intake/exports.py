"""The lists that came in, and the rows of one, to be taken out: what became of each and why, never what stood in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from niangjia.core.days import day_of
from niangjia.core.errors import NotFound
from niangjia.core.intake.lists import Form
from niangjia.core.plan import LABELS, Verdict
from niangjia.core.roles import ROLL_WRITERS
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.tables import Asked, Column, Reading, Row, Table
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.intake import queries
from niangjia.intake.words import Unspecified, form_of
from niangjia.registry import organisations


def _batches(asked: Asked, by: Actor) -> QuerySet[Batch]:
    return queries.visible_to(by)


def _cells(rows: Sequence[Batch], reading: Reading) -> list[Row]:
    offices = dict(
        organisations.visible_to(reading.by)
        .filter(pk__in={each.organisation_id for each in rows})
        .values_list("pk", "name")
    )
    return [
        Row(
            [each.file_name, offices.get(each.organisation_id, ""), str(each.get_status_display()),
            day_of(each.uploaded_at), each.rows, *(each.counts.get(verdict.value, 0) for verdict in LABELS)]
        )
        for each in rows
    ]  # fmt: skip


BATCHES = Table(
    name="batches",
    label=gettext_noop("Rosters that came in"),
    roles=ROLL_WRITERS,
    columns=(
        Column(gettext_noop("File"), 34),
        Column(gettext_noop("Office"), 34),
        Column(gettext_noop("State"), 16),
        Column(gettext_noop("Handed in on"), 12),
        Column(gettext_noop("Rows"), 10),
        *(Column(label, 10) for label in LABELS.values()),
    ),
    rows=_batches,
    cells=_cells,
)


def _rows(asked: Asked, by: Actor) -> QuerySet[BatchRow]:
    """Return what became of the rows of one list; of one that the reader may not know of, nothing."""
    try:
        batch = plans.get(UUID(asked.get("batch", "")), by=by)
    except (ValueError, NotFound):
        return BatchRow.objects.none()
    rows = plans.results_of(batch, by=by).select_related("batch")
    show = asked.get("show", "")
    return rows.filter(verdict=show) if show in set(Verdict) else rows


def _cells_of_rows(rows: Sequence[BatchRow], reading: Reading) -> list[Row]:
    unions = organisations.visible_to(reading.by).filter(pk__in={each.target_id for each in rows})
    names = dict(unions.values_list("pk", "name"))
    found = []
    for each in rows:
        form = form_of(each.batch)
        differs = [gettext(form.label_of(name)) for name in each.differs or ()]
        cells = [each.row, gettext(LABELS[Verdict(each.verdict)]), names.get(each.target_id, "")]
        found.append(Row([*cells, "\n".join(_whys(each, form)), ", ".join(differs)], each.person_id))
    return found


def _whys(row: BatchRow, form: Form) -> Iterator[str]:
    for each in row.findings or ():
        column, known = form.label_of(each["column"]), form.messages.get(each["code"])
        params = Unspecified(json.loads(each["params"]) if each["params"] else {})
        yield f"{gettext(column)}: {gettext(known) % params if known else each['code']}"
    if row.kept:
        yield gettext(form.kept[row.kept])


BATCH_ROWS = Table(
    name="batch-rows",
    label=gettext_noop("Rows of a list that came in"),
    roles=ROLL_WRITERS,
    columns=(
        Column(gettext_noop("Row in the file"), 10),
        Column(gettext_noop("What became of it"), 18),
        Column(gettext_noop("Union"), 34),
        Column(gettext_noop("Why, and what to do"), 60),
        Column(gettext_noop("What changed"), 24),
    ),
    rows=_rows,
    cells=_cells_of_rows,
    order=("batch_id", "place"),
    takes=("batch", "show"),
)
