"""Rows of lists that may be an employer on the register: put before a person, and decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry.models import Employer, EmployerDoubt


class NotInQuestion(Invalid):
    """The employer that was chosen is none of those in question."""

    code = "employer_not_in_question"
    message = gettext_noop(
        "That employer is none of those in question. Load the page again and choose one of them."
    )


def visible_to(actor: Actor) -> QuerySet[EmployerDoubt]:
    """Return the doubts of the offices in the actor's scope."""
    return within(EmployerDoubt.objects.all(), actor)


def waiting(*, by: Actor) -> QuerySet[EmployerDoubt]:
    """Return what waits for a decision, in the order in which it came in."""
    return visible_to(by).filter(outcome="").select_related("region").order_by("batch_id", "row")


def candidates_of(doubts: list[EmployerDoubt]) -> dict[str, Employer]:
    """Return the employers in question, by id; one that was taken back meanwhile is none."""
    ids = {one["id"] for each in doubts for one in each.candidates}
    there = Employer.objects.filter(pk__in=ids, withdrawn_at__isnull=True).select_related(
        "region", "covered_by"
    )
    return {str(each.pk): each for each in there}


@transaction.atomic
def decide(answers: Mapping[UUID, UUID | None], *, by: Actor, at: datetime) -> set[UUID]:
    """Keep for each doubt which employer the row is, None for a new one; return the lists concerned.

    What somebody else decided first stays.

    Raises:
        NotInQuestion: an answer is none of the candidates; nothing is kept.
    """
    asked = list(waiting(by=by).filter(pk__in=list(answers)))
    there = candidates_of(asked)
    batches = set()
    for each in asked:
        employer = answers[each.pk]
        if employer is not None and not _is_in_question(each, employer, there):
            raise NotInQuestion
        outcome = EmployerDoubt.Outcome.NEW if employer is None else EmployerDoubt.Outcome.SAME
        told = {"outcome": outcome, "employer_id": employer, "decided_at": at, "decided_by": by.account_id}
        if EmployerDoubt.objects.filter(pk=each.pk, outcome="").update(**told):
            audit.record("employer.decided", by=by, at=at, subject=each, facts={"outcome": str(outcome)})
            batches.add(each.batch_id)
    return batches


def _is_in_question(doubt: EmployerDoubt, employer: UUID, there: Mapping[str, Employer]) -> bool:
    return str(employer) in there and any(one["id"] == str(employer) for one in doubt.candidates)
