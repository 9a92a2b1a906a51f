"""What can happen to a held row: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import ROLL_WRITERS, Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where a held row stands."""

    RETURNED = "returned", _("To be mended")
    OPEN = "open", _("To be decided")
    DECIDED = "decided", _("Being carried out")
    DONE = "done", _("Settled")
    LAPSED = "lapsed", _("Lapsed")


class Outcome(models.TextChoices):
    """What a clerk decided about a held row."""

    SAME = "same", _("It is this person")
    NEW = "new", _("Taken in as new")
    OUT = "out", _("Left out")


CHART = Machine(
    Step("mend", Status.RETURNED, Status.OPEN, role=Role.SYSTEM),
    Step("mend", Status.OPEN, Status.OPEN, role=Role.SYSTEM),
    Step("decide", Status.OPEN, Status.DECIDED, role=ROLL_WRITERS),
    Step("carry_out", Status.DECIDED, Status.DONE, role=Role.SYSTEM),
    Step("refuse", Status.DECIDED, Status.OPEN, role=Role.SYSTEM),
    Step("lapse", Status.OPEN, Status.LAPSED, role=Role.SYSTEM, clock="roster_file_days"),
    Step("lapse", Status.RETURNED, Status.LAPSED, role=Role.SYSTEM, clock="roster_file_days"),
    Step("lapse", Status.DECIDED, Status.LAPSED, role=Role.SYSTEM),
    name="held-row",
)
