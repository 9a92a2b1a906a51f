"""What can happen to a pair of records: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import ROLL_WRITERS, Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where a pair stands."""

    OPEN = "open", _("To be decided")
    MERGING = "merging", _("Being merged")
    MERGED = "merged", _("Merged")
    UNMERGING = "unmerging", _("Being taken apart")
    DIFFERENT = "different", _("Different people")
    GONE = "gone", _("No longer found")


class FoundBy(models.TextChoices):
    """How a pair came into the queue: what a search of ours does not find again stays, if it was found otherwise."""

    RULES = "rules", _("The search")
    MODEL = "model", _("A trained model")
    FORMER = "former", _("A record that was taken up")


CHART = Machine(
    Step("merge", Status.OPEN, Status.MERGING, role=ROLL_WRITERS),
    Step("carry_out", Status.MERGING, Status.MERGED, role=Role.SYSTEM),
    Step("refuse", Status.MERGING, Status.OPEN, role=Role.SYSTEM),
    Step("tell_apart", Status.OPEN, Status.DIFFERENT, role=ROLL_WRITERS),
    Step("look_again", Status.DIFFERENT, Status.OPEN, role=ROLL_WRITERS),
    Step("lapse", Status.OPEN, Status.GONE, role=Role.SYSTEM),
    Step("come_back", Status.DIFFERENT, Status.OPEN, role=Role.SYSTEM),
    Step("come_back", Status.GONE, Status.OPEN, role=Role.SYSTEM),
    Step("unmerge", Status.MERGED, Status.UNMERGING, role=ROLL_WRITERS, clock="merge_undo_days"),
    Step("take_apart", Status.UNMERGING, Status.OPEN, role=Role.SYSTEM),
    Step("stay", Status.UNMERGING, Status.MERGED, role=Role.SYSTEM),
    name="pair",
)

TWO = (Status.OPEN, Status.MERGING, Status.DIFFERENT)  # both records are there
ONE = (Status.MERGED, Status.UNMERGING)
