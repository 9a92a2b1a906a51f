"""The link goes to the phone in the row, as the system: no more of them in a day than a phone should bear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from niangjia.core.days import day_of
from niangjia.core.errors import Conflict, Refusal
from niangjia.core.words import gettext_noop
from niangjia.foundation import parameters, vault, workflow
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.notices import sms
from niangjia.foundation.notices.sms import NoGateway
from niangjia.intake.mending.links import link_of
from niangjia.intake.mending.states import CHART, LIVE, Status
from niangjia.intake.models import RepairTask
from niangjia.registry.held.lapsing import WAITING
from niangjia.registry.models import HeldRow, Organisation

Clock = Callable[[], datetime]
DAY = timedelta(days=1)


class TooManyLinks(Conflict):
    """The phone has had as many links today as it should bear."""

    code = "repair_too_many_links"
    message = gettext_noop("This phone has had enough messages today. Ask again tomorrow.")


class RowGone(Conflict):
    """The row was decided or lapsed meanwhile."""

    code = "repair_row_gone"
    message = gettext_noop("The row no longer waits, so nothing was sent.")


REFUSALS: dict[str, type[Refusal]] = {each.code: each for each in (TooManyLinks, RowGone, NoGateway)}


def send(task_id: UUID, *, by: Actor, now: Clock) -> None:
    """Send the link of a task. A message cannot be taken back: killed right after, the phone gets it once more.

    Nothing is locked while the gateway takes its time: whoever withdraws the link meanwhile does not wait, and what was sent
    then opens to nothing.
    """
    with acting(by):
        task = RepairTask.objects.select_for_update().get(pk=task_id)
        if task.status != Status.ASKED:
            return
        try:
            message = _message(task, at=now())
        except Conflict as refusal:
            _refuse(task, refusal, by=by, at=now())
            return
    try:
        sms.gateway().send(message.phone, message.text)
    except NoGateway as refusal:
        _end(task_id, partial(_refuse, refusal=refusal, by=by, at=now()), by=by)
        return
    _end(task_id, partial(_sent, by=by, at=now()), by=by)


def _end(task_id: UUID, step: Callable[[RepairTask], None], *, by: Actor) -> None:
    """Take the last step, unless the task was withdrawn meanwhile."""
    with acting(by):
        task = RepairTask.objects.select_for_update().get(pk=task_id)
        if task.status == Status.ASKED:
            step(task)


def _sent(task: RepairTask, *, by: Actor, at: datetime) -> None:
    workflow.fire(task, "send", machine=CHART, by=by, at=at, sent_at=at)


def _refuse(task: RepairTask, refusal: Refusal, *, by: Actor, at: datetime) -> None:
    workflow.fire(task, "refuse", machine=CHART, by=by, at=at, refused=refusal.code)


@dataclass(frozen=True)
class Message:
    """What is sent, and where; never logged."""

    phone: str = field(repr=False)
    text: str = field(repr=False)


def _message(task: RepairTask, *, at: datetime) -> Message:
    """Return what the worker is told.

    Raises:
        TooManyLinks, RowGone: nothing is to be sent.
    """
    same_phone = RepairTask.objects.filter(phone_token=task.phone_token)
    # What was asked for earlier and is on its way goes before, whichever job is quicker.
    on_their_way = same_phone.filter(status=Status.ASKED, pk__lt=task.pk)
    had = same_phone.filter(sent_at__gt=at - DAY).count() + on_their_way.count()
    if had >= parameters.at(day_of(at)).repair_links_per_phone_day:
        raise TooManyLinks
    row = HeldRow.objects.filter(pk=task.row_id, status__in=WAITING).first()
    if row is None:
        raise RowGone
    opened = vault.open_sealed(row.secrets, table=row._meta.db_table, row_id=row.pk, fields=["phone"])
    text = _(
        "[Niangjia] %(union)s asks you to correct your entry by %(day)s: %(link)s The link is for this phone alone."
    )
    union = Organisation.objects.get(pk=task.union_id).name
    said = {"union": union, "day": day_of(task.expires_at).isoformat(), "link": link_of(task.pk)}
    return Message(opened["phone"], text % said)


def expire(*, by: Actor, at: datetime) -> int:
    """End the tasks whose term is over, and return how many; no phone is kept of one that ended a day ago."""
    over = list(RepairTask.objects.select_for_update().filter(status=Status.SENT, expires_at__lte=at))
    for task in over:
        workflow.fire(task, "expire", machine=CHART, by=by, at=at)
    ended = RepairTask.objects.exclude(status__in=LIVE).filter(phone_token__isnull=False)
    ended.exclude(sent_at__gt=at - DAY).update(phone_token=None)
    return len(over)
