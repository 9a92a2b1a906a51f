"""What the worker does with the own request: answer what was asked, or take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop
from niangjia.foundation import clocks, notices, workflow
from niangjia.foundation.actors import Actor
from niangjia.joining.models import JoinRequest
from niangjia.joining.states import CHART

# What is asked for, and the column that an answer to it corrects. A number or a phone is not among them: a request
# stands for one number and one phone, and another one makes another request.
CORRECTS = {"name": "name", "group": "group", "employer": "workplace", "residence": "workplace"}
BY_ITSELF = frozenset({"id_number", "phone"})


class NothingAnswered(Invalid):
    """The answer leaves everything as it was."""

    code = "nothing_answered"
    message = gettext_noop("Answer at least one of the points, so that the union can go on.")


def corrected_by(join_request: JoinRequest) -> tuple[str, ...]:
    """Return the columns that an answer to this request may correct, each once."""
    return tuple(dict.fromkeys(CORRECTS[need] for need in join_request.needs if need in CORRECTS))


@transaction.atomic
def complete(
    join_request: JoinRequest, corrections: Mapping[str, str], answer: str, *, by: Actor, at: datetime
) -> None:
    """Answer what the union asked for: the decision's clocks go on where they stood.

    Args:
        corrections: by column, of those that ``corrected_by`` names; others are left out.
        answer: in the worker's words, without numbers of any card.

    Raises:
        NothingAnswered: neither a correction nor a word.
    """
    asked = corrected_by(join_request)
    facts = {name: value for name, value in corrections.items() if name in asked and value}
    if not facts and not answer:
        raise NothingAnswered
    workflow.fire(join_request, "complete", machine=CHART, by=by, at=at)
    # Not as facts of the step: these are people's own words, and the audit keeps codes only.
    JoinRequest.objects.filter(pk=join_request.pk).update(answer=answer, **facts)
    clocks.stop(join_request, "need_more_days", at=at)
    clocks.resume(join_request, at=at)
    notices.tell_office(join_request.holder_id, "join_request_completed", at=at, subject=join_request.pk)


@transaction.atomic
def withdraw(join_request: JoinRequest, *, by: Actor, at: datetime) -> None:
    """Take the request back; asking again later is asking anew."""
    workflow.fire(join_request, "withdraw", machine=CHART, by=by, at=at)
    clocks.stop_all(join_request, at=at)
