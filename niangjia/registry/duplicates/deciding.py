"""What a clerk decides about a pair: the same person, different people, look again, take apart.

The records themselves are changed by a job, as the system: no office may read tokens or sign-ins.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from niangjia.core.days import day_of
from niangjia.foundation import workflow
from niangjia.foundation.actors import Actor
from niangjia.registry.duplicates import checking, jobs
from niangjia.registry.duplicates.refusals import ChoiceNeeded, MergedAgain, TooLate
from niangjia.registry.duplicates.states import CHART
from niangjia.registry.models import Merge, Pair

SIDES = ("first", "second")


def merge(pair: Pair, choices: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    """Say that both records are one person's; they become one in a moment.

    Args:
        choices: for each field that differs, whose value stands: ``first`` or ``second``.

    That both records were opened stays written, also where the answer is no.

    Raises:
        NoSuchStep, RoleNeeded, MovedOn: see ``workflow.fire``; of the first two nothing was opened.
        RecordGone, NoLongerAlike: see ``checking.look``.
        ChoiceNeeded: a field that differs has no choice.
    """
    if not CHART.step("merge", pair.status).is_open_to(str(by.role)):
        raise workflow.RoleNeeded
    looked = checking.look(pair, by=by, at=at)
    chosen = {field: choices.get(field, "") for field in looked.differs}
    if any(side not in SIDES for side in chosen.values()):
        raise ChoiceNeeded
    facts = {"decided_at": at, "decided_by": by.posting_id, "refused": "", "choices": chosen}
    with transaction.atomic():
        workflow.fire(pair, "merge", machine=CHART, by=by, at=at, **facts)
        jobs.merge.defer(pair=pair.pk)


def tell_apart(pair: Pair, *, by: Actor, at: datetime) -> None:
    """Say that they are two people; the pair comes back only when what was compared has changed."""
    facts = {"decided_at": at, "decided_by": by.posting_id, "refused": ""}
    workflow.fire(pair, "tell_apart", machine=CHART, by=by, at=at, **facts)


def look_again(pair: Pair, *, by: Actor, at: datetime) -> None:
    """Put a pair that was told apart into the queue again."""
    workflow.fire(pair, "look_again", machine=CHART, by=by, at=at, decided_at=None, decided_by=None)


@transaction.atomic
def unmerge(pair: Pair, *, by: Actor, at: datetime) -> None:
    """Say that it was a mistake: two records come back in a moment.

    Raises:
        TooLate: the days for it are over.
        MergedAgain: one of the two was merged once more since.
    """
    merged = pair.merges.filter(undone_at=None).first()
    if merged is None:
        raise workflow.MovedOn
    if day_of(at) >= merged.until:
        raise TooLate(day=last_day(merged))
    if is_built_upon(merged):
        raise MergedAgain
    workflow.fire(pair, "unmerge", machine=CHART, by=by, at=at)
    jobs.unmerge.defer(pair=pair.pk)


def last_day(merged: Merge) -> date:
    """Return the last day on which a merge can be taken back."""
    return merged.until - timedelta(days=1)


def is_built_upon(merged: Merge) -> bool:
    """Tell whether a later merge stands, by which the survivor took up another record or was taken up itself."""
    later = Merge.objects.filter(undone_at=None, pk__gt=merged.pk)
    return later.filter(survivor=merged.survivor).exists() or later.filter(absorbed=merged.survivor).exists()
