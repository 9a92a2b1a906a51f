"""What can happen to a join request: the chart that pages, actions, tests and the diagram read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.roles import Role
from niangjia.core.statemachine import Machine, Step


class Status(models.TextChoices):
    """Where a join request stands."""

    PENDING = "pending", _("Awaiting review")
    NEED_MORE = "need_more", _("Something is missing")
    APPROVED = "approved", _("Approved, being registered")
    JOINED = "joined", _("Joined")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


REVIEWERS = frozenset({Role.REVIEWER, Role.CLERK})
WORKERS = frozenset({Role.APPLICANT, Role.MEMBER})

CHART = Machine(
    Step("contact", Status.PENDING, Status.PENDING, role=REVIEWERS, clock="joining_contact"),
    Step("confirm_phone", Status.PENDING, Status.PENDING, role=REVIEWERS),
    Step("need_more", Status.PENDING, Status.NEED_MORE, role=REVIEWERS),
    Step("complete", Status.NEED_MORE, Status.PENDING, role=WORKERS, clock="need_more_days"),
    Step("approve", Status.PENDING, Status.APPROVED, role=REVIEWERS, clock="joining_decide"),
    Step("reject", Status.PENDING, Status.REJECTED, role=REVIEWERS, clock="joining_decide"),
    Step("withdraw", Status.PENDING, Status.WITHDRAWN, role=WORKERS),
    Step("withdraw", Status.NEED_MORE, Status.WITHDRAWN, role=WORKERS),
    Step("lapse", Status.NEED_MORE, Status.WITHDRAWN, role=Role.SYSTEM),
    Step("hand_up", Status.PENDING, Status.PENDING, role=Role.SYSTEM, clock="joining_superior_decides"),
    Step("register", Status.APPROVED, Status.JOINED, role=Role.SYSTEM),
    Step("keep_elsewhere", Status.APPROVED, Status.REJECTED, role=Role.SYSTEM),
    name="join-request",
)

WAITING = (Status.PENDING, Status.NEED_MORE)
OPEN = (*WAITING, Status.APPROVED)
