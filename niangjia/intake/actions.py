"""What a clerk does with a roster: hand it in, correct the headings, write it, stop it, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from niangjia.core.days import day_of
from niangjia.core.parameters.values import Parameters
from niangjia.foundation import workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CHART, OVER, Status
from niangjia.intake import jobs
from niangjia.registry import organisations
from niangjia.registry.kinds.members import NAME
from niangjia.registry.models import Organisation

NATION = "00"


@transaction.atomic
def upload(
    parts: Iterable[bytes],
    *,
    name: str,
    organisation: Organisation,
    by: Actor,
    at: datetime,
    options: Mapping[str, Any] | None = None,
) -> Batch:
    """Take a roster in and ask for its trial run. The same file of the same office again shows the first batch.

    Args:
        options: ``create_organisations``, ``chunk_rows``.
    """
    organisation = organisations.held(organisation.pk, by=by)
    kept = Parameters(day_of(at), NATION).roster_file_days
    until = day_of(at) + timedelta(days=kept)
    stored = storing.store(parts, organisation=organisation, kind="roster", by=by, at=at, expires_on=until)
    first = _first(organisation, stored.token)
    if first is not None:
        return first
    batch = Batch(
        organisation_id=organisation.pk,
        path=organisation.path,
        line_path=organisation.line_path,
        kind=NAME,
        file_id=stored.pk,
        file_name=name,
        content_token=stored.token,
        options=dict(options or {}),
        by_account=by.account_id,
        uploaded_at=at,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:  # pressed twice: the other request was first
        return Batch.objects.exclude(status__in=OVER).get(
            organisation_id=organisation.pk, kind=NAME, content_token=stored.token
        )
    jobs.plan.defer(batch=batch.pk)
    return batch


def _first(organisation: Organisation, token: Any) -> Batch | None:
    handed_in = Batch.objects.filter(organisation_id=organisation.pk, kind=NAME, content_token=token)
    return handed_in.exclude(status__in=OVER).first()


@transaction.atomic
def remap(batch: Batch, mapping: Mapping[str, int], *, by: Actor, at: datetime) -> None:
    """Say which column holds what, and ask for the trial run again."""
    workflow.fire(batch, "remap", machine=CHART, by=by, at=at, mapping=dict(mapping))
    jobs.plan.defer(batch=batch.pk)


@transaction.atomic
def commit(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for the plan to be written; what was stopped goes on."""
    event = "resume" if "resume" in CHART.open_to(batch.status, str(by.role)) else "commit"
    workflow.fire(batch, event, machine=CHART, by=by, at=at)
    jobs.commit.defer(batch=batch.pk)


def stop(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask the writing to stop after the chunk that is being written.

    Raises:
        MovedOn: nothing is being written, so a wish to stop would only meet what is asked for later.
    """
    if batch.status != Status.COMMITTING:
        raise workflow.MovedOn
    progress.cancel(batch.pk, by=by, at=at)


def cancel(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Give a roster up before anything of it is written."""
    workflow.fire(batch, "cancel", machine=CHART, by=by, at=at)


@transaction.atomic
def undo(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for what was written to be taken back where nobody has touched it since."""
    workflow.fire(batch, "undo", machine=CHART, by=by, at=at)
    jobs.undo.defer(batch=batch.pk)
