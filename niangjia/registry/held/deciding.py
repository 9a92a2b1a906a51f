"""What a clerk decides about held rows; a job looks again at the register, and writes.

No office may read tokens, so the last look is the system's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from niangjia.core.errors import Refusal
from niangjia.core.findings import Severity
from niangjia.foundation import workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import queries as plans
from niangjia.registry.held import jobs, queries
from niangjia.registry.held.candidates import NUMBER
from niangjia.registry.held.refusals import NeedsMending, NotInQuestion, NoUnion, NumberTaken, UnionUnknown
from niangjia.registry.held.states import CHART, Outcome
from niangjia.registry.kinds.unions import meant, scope_of
from niangjia.registry.models import HeldRow


@dataclass(frozen=True)
class Decision:
    """What becomes of a row.

    Attributes:
        person: whom it is about, for ``SAME``.
        union: code or full name of its union, where the list told none.
    """

    outcome: Outcome
    person: UUID | None = None
    union: str = ""


def why_not_new(row: HeldRow) -> Refusal | None:
    """Return why the row cannot be taken in as a new person, None where it can."""
    if needs_mending(row):
        return NeedsMending()
    return NumberTaken() if any(each["why"] == NUMBER for each in row.candidates) else None


def needs_mending(row: HeldRow) -> bool:
    """Tell whether a cell of the row cannot be right: then nobody can take it in as it is."""
    return any(each["severity"] == Severity.REFUSE.value for each in row.findings)


def asks_for_union(row: HeldRow) -> bool:
    """Tell whether the list told no union, so that whoever takes the row in has to say which it is."""
    return row.union_id is None and not needs_mending(row)


def why_not(row: HeldRow, decision: Decision, union: UUID | None, *, by: Actor) -> Refusal | None:
    """Return why the row cannot be decided so, with this union, None where it can."""
    if decision.outcome == Outcome.NEW:
        return why_not_new(row) or (NoUnion() if union is None else None)
    if decision.outcome == Outcome.SAME and needs_mending(row):
        return NeedsMending()
    if decision.outcome == Outcome.SAME:
        there = queries.candidates_of([row], by=by)
        return None if decision.person in there else NotInQuestion()
    return None


@transaction.atomic
def decide(decisions: Mapping[UUID, Decision], *, by: Actor, at: datetime) -> int:
    """Keep what becomes of each row, to be carried out in a moment; return how many were decided.

    What somebody else decided first stays.

    Raises:
        NumberTaken, NoUnion, UnionUnknown, NotInQuestion: a row cannot be decided so; nothing is kept.
        RoleNeeded: see ``workflow.fire``.
    """
    batches, n = set(), 0
    for row in queries.waiting(by=by).filter(pk__in=list(decisions)):
        decision = decisions[row.pk]
        union = _union_of(row, decision, by=by)
        refusal = why_not(row, decision, union, by=by)
        if refusal is not None:
            raise refusal
        if _decided(row, decision, union, by=by, at=at):
            batches.add(row.batch_id)
            n += 1
    for batch in batches:
        jobs.carry_out.defer(batch=batch)
    return n


def _union_of(row: HeldRow, decision: Decision, *, by: Actor) -> UUID | None:
    """Return the union that the list told, else the one that the clerk says: one with a roll, below the list's office.

    Raises:
        UnionUnknown: there is none.
    """
    if row.union_id is not None or not decision.union or decision.outcome == Outcome.OUT:
        return row.union_id
    batch = plans.get(row.batch_id, by=by)
    union = meant({decision.union}, scope_of(batch)).get(decision.union)
    if union is None:
        raise UnionUnknown(said=decision.union)
    return union.pk


def _decided(row: HeldRow, decision: Decision, union: UUID | None, *, by: Actor, at: datetime) -> bool:
    facts = {"outcome": decision.outcome, "chosen": decision.person, "union_id": union, "refused": ""}
    try:
        workflow.fire(
            row, "decide", machine=CHART, by=by, at=at, decided_at=at, decided_by=by.account_id, **facts
        )
    except workflow.MovedOn:
        return False
    return True
