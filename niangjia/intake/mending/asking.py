"""A clerk asks whom a row is about to mend it, or takes that back: one live task for a row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from niangjia.core.days import day_of
from niangjia.core.errors import NotAllowed
from niangjia.core.ids import uuid7
from niangjia.core.roles import ROLL_WRITERS
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, parameters, vault, workflow
from niangjia.foundation.accounts import phones
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.states import Status as BatchStatus
from niangjia.foundation.scopes import within
from niangjia.intake.mending import jobs
from niangjia.intake.mending.links import text_of, token_of
from niangjia.intake.mending.needs import OPEN_TOO, needs_of
from niangjia.intake.mending.states import CHART, LIVE
from niangjia.intake.models import RepairTask
from niangjia.registry.held import queries as held
from niangjia.registry.held.states import Status
from niangjia.registry.models import HeldRow


class NotForThisRole(NotAllowed):
    """Another role of the office asks workers."""

    code = "mending_not_for_this_role"
    message = gettext_noop(
        "In your role you cannot ask workers to correct rows. Ask the clerk of your office."
    )


def visible_to(actor: Actor) -> QuerySet[RepairTask]:
    """Return the repair tasks that lie in the actor's scope."""
    return within(RepairTask.objects.all(), actor)


def askable(*, by: Actor) -> QuerySet[HeldRow]:
    """Return the rows of written lists that their workers can mend, in the order in which they came in."""
    written = plans.visible_to(by).filter(status=BatchStatus.COMMITTED)
    open_too = Q()
    for code in OPEN_TOO:
        open_too |= Q(findings__contains=[{"code": code}])
    mendable = Q(status=Status.RETURNED) | (Q(status=Status.OPEN) & open_too)
    rows = held.visible_to(by).filter(mendable, batch_id__in=written.order_by().values("pk"))
    return rows.order_by("batch_id", "row")


def latest_of(rows: Collection[HeldRow], *, by: Actor) -> dict[UUID, RepairTask]:
    """Return the latest task of each row that has one."""
    tasks = visible_to(by).filter(row_id__in=[row.pk for row in rows]).order_by("pk")
    return {task.row_id: task for task in tasks}


@transaction.atomic
def ask(rows: Collection[UUID], *, by: Actor, at: datetime) -> int:
    """Send a link to the phone in each row, and return to how many; a row whose link is on its way gets no second one.

    Raises:
        NotForThisRole: the actor may not.
    """
    if by.role not in ROLL_WRITERS:
        raise NotForThisRole
    return sum(_asked(row, by=by, at=at) for row in askable(by=by).filter(pk__in=list(rows)))


def _asked(row: HeldRow, *, by: Actor, at: datetime) -> bool:
    opened = vault.open_sealed(row.secrets, table=row._meta.db_table, row_id=row.pk, fields=["phone"])
    needs = needs_of(row.findings)
    if not opened["phone"] or not needs:
        return False
    key, days = uuid7(), parameters.at(day_of(at)).repair_link_days
    batch = plans.get(row.batch_id, by=by)
    task = RepairTask(
        id=key, row_id=row.pk, batch_id=row.batch_id, union_id=row.union_id or batch.organisation_id,
        token=token_of(text_of(key)), phone_token=phones.index(opened["phone"]), needs=needs,
        asked_at=at, asked_by=by.account_id, expires_at=at + timedelta(days=days),
        organisation_id=row.organisation_id, path=row.path, line_path=row.line_path,
    )  # fmt: skip
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        return False
    audit.record("repair-task.asked", by=by, at=at, subject=task, facts={"needs": needs})
    jobs.send.defer(task=task.pk)
    return True


@transaction.atomic
def withdraw(row_id: UUID, *, by: Actor, at: datetime) -> bool:
    """Take the live link of a row back, and tell whether there was one; whoever opens it then sees what is shown for any used link.

    Raises:
        NotForThisRole: the actor may not.
    """
    if by.role not in ROLL_WRITERS:
        raise NotForThisRole
    task = visible_to(by).select_for_update().filter(row_id=row_id, status__in=LIVE).first()
    if task is None:
        return False
    workflow.fire(task, "withdraw", machine=CHART, by=by, at=at)
    return True
