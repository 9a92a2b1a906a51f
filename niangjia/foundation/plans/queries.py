"""Which batches an actor may see, and what became of their rows."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.foundation.scopes import within


def visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the batches of offices in the actor's scope; the newest first."""
    return within(Batch.objects.all(), actor).order_by("-pk")


def get(pk: UUID, *, by: Actor) -> Batch:
    """Return one batch.

    Raises:
        NotFound: there is none, or none that ``by`` may know of.
    """
    found = visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def results_of(batch: Batch, *, by: Actor) -> QuerySet[BatchRow]:
    """Return what became of the rows, in the order of the file."""
    return within(BatchRow.objects.filter(batch=batch), by).order_by("place")


def rows_written(batch: Batch, *, by: Actor) -> int:
    """Return how many rows of the file lie in chunks that are done."""
    done = within(Chunk.objects.filter(batch=batch, state=Chunk.State.DONE), by)
    return sum(beyond - first for first, beyond in done.values_list("first", "beyond"))


def kept_of(batch: Batch, *, by: Actor) -> QuerySet[BatchRow]:
    """Return the rows that an undo left, and why."""
    return results_of(batch, by=by).exclude(kept="")
