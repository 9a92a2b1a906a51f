"""What can happen to a batch: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where a batch stands."""

    UPLOADED = "uploaded", _("Uploaded")
    PLANNING = "planning", _("Being checked")
    PLANNED = "planned", _("Trial run ready")
    COMMITTING = "committing", _("Being written")
    PARTLY_COMMITTED = "partly_committed", _("Written in part")
    COMMITTED = "committed", _("Written")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Could not be read")


CLERKS = frozenset({Role.CLERK, Role.REVIEWER})
CANCELLABLE = (Status.UPLOADED, Status.PLANNING, Status.PLANNED)

CHART = Machine(
    Step("plan", Status.UPLOADED, Status.PLANNING, role=Role.SYSTEM),
    Step("show", Status.PLANNING, Status.PLANNED, role=Role.SYSTEM),
    Step("fail", Status.PLANNING, Status.FAILED, role=Role.SYSTEM),
    Step("remap", Status.PLANNED, Status.UPLOADED, role=CLERKS),
    Step("remap", Status.FAILED, Status.UPLOADED, role=CLERKS),
    Step("commit", Status.PLANNED, Status.COMMITTING, role=CLERKS),
    Step("resume", Status.PARTLY_COMMITTED, Status.COMMITTING, role=CLERKS),
    Step("stop", Status.COMMITTING, Status.PARTLY_COMMITTED, role=Role.SYSTEM),
    Step("finish", Status.COMMITTING, Status.COMMITTED, role=Role.SYSTEM),
    *(Step("cancel", status, Status.CANCELLED, role=CLERKS) for status in CANCELLABLE),
    Step("undo", Status.COMMITTED, Status.UNDOING, role=CLERKS),
    Step("undo", Status.PARTLY_COMMITTED, Status.UNDOING, role=CLERKS),
    Step("stop", Status.UNDOING, Status.COMMITTED, role=Role.SYSTEM),
    Step("take_back", Status.UNDOING, Status.UNDONE, role=Role.SYSTEM),
    name="batch",
)

OVER = (Status.CANCELLED, Status.FAILED, Status.UNDONE)
