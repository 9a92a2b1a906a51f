"""What a reviewer does with a request: contact, ask for more, approve, reject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from niangjia.core.codes import by_code
from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop
from niangjia.foundation import clocks, notices, workflow
from niangjia.foundation.actors import Actor
from niangjia.joining import jobs
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import CHART

NOT_CHECKED = "none"  # of code table 32


class ReasonNeeded(Invalid):
    """A refusal or a call for more must name its reason from the list."""

    code = "reason_needed"
    message = gettext_noop("Choose a reason from the list.")


class IdentityNotChecked(Invalid):
    """Nobody joins under a name that nobody has checked."""

    code = "identity_not_checked"
    message = gettext_noop("Say how you checked the identity: the card in person, a call, or another way.")


class PhoneNotConfirmed(Invalid):
    """The phone would open the record later on, so it must be the worker's."""

    code = "phone_not_confirmed"
    message = gettext_noop(
        "The phone is not proven yet. Call it and confirm, or wait until the code is entered."
    )


@transaction.atomic
def contact(join_request: JoinRequest, *, by: Actor, at: datetime) -> None:
    """Note that the worker has been spoken to; the contact clock stops."""
    workflow.fire(join_request, "contact", machine=CHART, by=by, at=at, contacted_at=at)
    clocks.stop(join_request, "joining_contact", at=at)


@transaction.atomic
def confirm_phone(join_request: JoinRequest, how: str, *, by: Actor, at: datetime) -> None:
    """Note that the phone is the worker's, where no code could be entered.

    Raises:
        ReasonNeeded: ``how`` is no confirmation method (code table 33).
    """
    if how not in by_code("confirmation_method"):
        raise ReasonNeeded
    workflow.fire(join_request, "confirm_phone", machine=CHART, by=by, at=at, phone_confirmed_by=how)


@transaction.atomic
def ask_for_more(join_request: JoinRequest, needs: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Name, once and completely, what is missing; the decision's clocks stand still until it comes.

    Raises:
        ReasonNeeded: nothing named, or not from the list.
    """
    known = by_code("need_more_reason")
    if not needs or any(need not in known for need in needs):
        raise ReasonNeeded
    workflow.fire(join_request, "need_more", machine=CHART, by=by, at=at, needs=list(needs), answer="")
    clocks.pause(join_request, at=at)
    clocks.start(join_request, "need_more_days", at=at)
    _tell(join_request, "join_request_needs_more", at=at)


@transaction.atomic
def approve(join_request: JoinRequest, *, checked_by: str, by: Actor, at: datetime) -> None:
    """Take the worker in. Registration follows as a job, the same for whoever is known already or not.

    Raises:
        IdentityNotChecked: ``checked_by`` is no identity-check method (code table 32), or says that nobody checked.
        PhoneNotConfirmed: neither a code nor an official has confirmed the phone.
    """
    if checked_by not in by_code("identity_check") or checked_by == NOT_CHECKED:
        raise IdentityNotChecked
    if not (join_request.phone_proven_at or join_request.phone_confirmed_by):
        raise PhoneNotConfirmed
    facts = {"decided_at": at, "decided_by": by.posting_id, "checked_by": checked_by}
    workflow.fire(join_request, "approve", machine=CHART, by=by, at=at, **facts)
    clocks.stop_all(join_request, at=at)
    jobs.register.defer(join_request=join_request.pk)


@transaction.atomic
def reject(join_request: JoinRequest, *, reason: str, by: Actor, at: datetime) -> None:
    """Do not take the worker in, and say why (code table 34).

    Raises:
        ReasonNeeded: no reason from the list.
    """
    if reason not in by_code("reject_reason"):
        raise ReasonNeeded
    facts = {"decided_at": at, "decided_by": by.posting_id, "reason": reason}
    workflow.fire(join_request, "reject", machine=CHART, by=by, at=at, **facts)
    clocks.stop_all(join_request, at=at)
    _tell(join_request, "join_request_rejected", at=at)


def _tell(join_request: JoinRequest, what: str, *, at: datetime) -> None:
    if join_request.account_id:
        notices.tell_account(join_request.account_id, what, at=at, subject=join_request.pk)
