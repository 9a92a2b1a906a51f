"""What can happen to an order: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where an order stands."""

    DRAFT = "draft", _("Being drafted")
    PREVIEWED = "previewed", _("Ready to be signed")
    SIGNED = "signed", _("Signed, waits for its day")
    CARRYING_OUT = "carrying_out", _("Being carried out")
    CARRIED_OUT = "carried_out", _("Carried out")
    REFUSED = "refused", _("Refused on its day")
    TAKING_BACK = "taking_back", _("Being taken back")
    TAKEN_BACK = "taken_back", _("Taken back")
    CANCELLED = "cancelled", _("Cancelled")


DRAFTERS = frozenset({Role.CLERK})
SIGNERS = frozenset({Role.CLERK, Role.LEADER})
EDITABLE = (Status.DRAFT, Status.PREVIEWED, Status.REFUSED)

CHART = Machine(
    *(Step("edit", status, Status.DRAFT, role=DRAFTERS) for status in EDITABLE),
    Step("preview", Status.DRAFT, Status.PREVIEWED, role=DRAFTERS),
    Step("sign", Status.PREVIEWED, Status.SIGNED, role=SIGNERS),
    *(Step("cancel", status, Status.CANCELLED, role=SIGNERS) for status in (*EDITABLE, Status.SIGNED)),
    Step("begin", Status.SIGNED, Status.CARRYING_OUT, role=Role.SYSTEM),
    Step("finish", Status.CARRYING_OUT, Status.CARRIED_OUT, role=Role.SYSTEM),
    Step("refuse", Status.CARRYING_OUT, Status.REFUSED, role=Role.SYSTEM),
    Step("take_back", Status.CARRIED_OUT, Status.TAKING_BACK, role=SIGNERS),
    Step("restore", Status.TAKING_BACK, Status.TAKEN_BACK, role=Role.SYSTEM),
    Step("keep", Status.TAKING_BACK, Status.CARRIED_OUT, role=Role.SYSTEM),
    name="reorganisation",
)

AT_WORK = (Status.CARRYING_OUT, Status.TAKING_BACK)
OVER = (Status.CANCELLED, Status.TAKEN_BACK)
WAS_SIGNED = (
    Status.SIGNED,
    Status.CARRYING_OUT,
    Status.CARRIED_OUT,
    Status.TAKING_BACK,
    Status.TAKEN_BACK,
)
