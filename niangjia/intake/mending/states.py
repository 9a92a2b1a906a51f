"""What can happen to a repair task: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import ROLL_WRITERS, Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where a repair task stands."""

    ASKED = "asked", _("Being sent")
    SENT = "sent", _("Sent to the phone")
    UNSENT = "unsent", _("Could not be sent")
    MENDED = "mended", _("Mended by the worker")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CHART = Machine(
    Step("send", Status.ASKED, Status.SENT, role=Role.SYSTEM),
    Step("refuse", Status.ASKED, Status.UNSENT, role=Role.SYSTEM),
    Step("mend", Status.SENT, Status.MENDED, role=Role.SYSTEM),
    Step("expire", Status.SENT, Status.EXPIRED, role=Role.SYSTEM, clock="repair_link_days"),
    Step("withdraw", Status.ASKED, Status.WITHDRAWN, role=ROLL_WRITERS),
    Step("withdraw", Status.SENT, Status.WITHDRAWN, role=ROLL_WRITERS),
    name="repair-task",
)
LIVE = (Status.ASKED, Status.SENT)
