"""What can happen to an export: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import ROLL_READERS, Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where an export stands."""

    ASKED = "asked", _("Being made")
    READY = "ready", _("Ready")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Could not be made")
    REMOVED = "removed", _("Removed")


CHART = Machine(
    Step("finish", Status.ASKED, Status.READY, role=Role.SYSTEM),
    Step("fail", Status.ASKED, Status.FAILED, role=Role.SYSTEM),
    Step("cancel", Status.ASKED, Status.CANCELLED, role=ROLL_READERS),
    Step("remove", Status.READY, Status.REMOVED, role=ROLL_READERS),
    Step("expire", Status.READY, Status.REMOVED, role=Role.SYSTEM, clock="export_days"),
    name="export",
)
