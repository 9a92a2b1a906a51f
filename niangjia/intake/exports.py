"""The rosters of an office, to be taken out: what became of each, never what stood in it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from niangjia.core.days import day_of
from niangjia.core.plan import LABELS
from niangjia.core.roles import ROLL_WRITERS
from niangjia.core.words import gettext_noop
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.tables import Asked, Column, Reading, Row, Table
from niangjia.foundation.plans.models import Batch
from niangjia.intake import queries
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
