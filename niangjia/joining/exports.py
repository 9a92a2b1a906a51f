"""Requests that wait, and join codes, to be taken out."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from niangjia.core.codes import by_code, code_name
from niangjia.core.days import day_of
from niangjia.core.roles import ROLL_READERS
from niangjia.core.words import gettext_noop
from niangjia.foundation import clocks
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.tables import Asked, Cell, Column, Reading, Row, Table
from niangjia.joining import codes, queries
from niangjia.joining.models import JoinCode, JoinRequest
from niangjia.registry.exports import shown_name, shown_secrets

DECIDE = "joining_decide"


def _waiting(asked: Asked, by: Actor) -> QuerySet[JoinRequest]:
    rows = queries.awaiting_review(by=by)
    return rows.filter(group=asked["group"]) if asked.get("group") in by_code("worker_group") else rows


def _requests(rows: Sequence[JoinRequest], reading: Reading) -> list[Row]:
    due = clocks.due_of([each.pk for each in rows], DECIDE)
    secrets, told = shown_secrets(rows, reading), []
    for each in rows:
        number, phone = secrets[each.pk]
        clock = due.get(each.pk)
        cells: list[Cell] = [
            shown_name(each.name, reading), number, phone, code_name(each.group, "worker_group", reading.language),
            each.workplace, each.organisation.name, day_of(each.submitted_at), str(each.get_status_display()),
            day_of(clock.due_at) if clock and clock.due_at else None,
        ]  # fmt: skip
        told.append(Row(cells, person=each.person_id))
    return told


REQUESTS = Table(
    name="requests",
    label=gettext_noop("Join requests that wait"),
    roles=ROLL_READERS,
    columns=(
        Column(gettext_noop("Name")),
        Column(gettext_noop("Document number"), 22),
        Column(gettext_noop("Mobile phone"), 16),
        Column(gettext_noop("Group of workers"), 16),
        Column(gettext_noop("Place of work"), 34),
        Column(gettext_noop("Union"), 34),
        Column(gettext_noop("Asked on"), 12),
        Column(gettext_noop("State")),
        Column(gettext_noop("Answer due"), 12),
    ),
    rows=_waiting,
    cells=_requests,
    takes=("group",),
    has_secrets=True,
)


def _codes(asked: Asked, by: Actor) -> QuerySet[JoinCode]:
    return codes.visible_to(by).select_related("organisation")


def _code(rows: Sequence[JoinCode], reading: Reading) -> list[Row]:
    return [
        Row([each.label, each.organisation.name, day_of(each.made_at), day_of(each.revoked_at) if each.revoked_at else None])
        for each in rows
    ]  # fmt: skip


CODES = Table(
    name="codes",
    label=gettext_noop("Join codes"),
    roles=ROLL_READERS,
    columns=(
        Column(gettext_noop("Where it hangs"), 34),
        Column(gettext_noop("Union"), 34),
        Column(gettext_noop("Made on"), 12),
        Column(gettext_noop("Revoked on"), 12),
    ),
    rows=_codes,
    cells=_code,
)
