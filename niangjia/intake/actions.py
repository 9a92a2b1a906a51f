"""What a clerk does with a list: hand it in, correct the headings, write it, stop it, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from niangjia.core.days import day_of
from niangjia.core.errors import Conflict, NotAllowed, NotFound
from niangjia.core.parameters.values import Parameters
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import CANCELLABLE, CHART, OVER, Status
from niangjia.intake import jobs, remembering, returning
from niangjia.registry import organisations
from niangjia.registry.kinds.unions import SAID, UNFOUND, scope_of, with_a_roll
from niangjia.registry.models import Organisation

MEMBERS, NATION = "members", "00"


class NotForThisRole(NotAllowed):
    """Another role of the office hands such lists in."""

    code = "list_not_for_this_role"
    message = gettext_noop(
        "In your role you cannot hand in a list of this kind. Ask the clerk of your office."
    )


class RestGone(storing.FileGone):
    """What was to be written of the rest is no longer kept."""

    code = "list_rest_gone"
    message = gettext_noop(
        "What is not yet written of this list was removed when its term was over. Take back what is written, then upload the list again."
    )


class AlreadyThere(Conflict):
    """The same file came in as a list of that kind before."""

    code = "list_already_there"
    message = gettext_noop(
        "This very file came in as that kind of list before. Look for it under “What came in”."
    )


@transaction.atomic
def upload(
    parts: Iterable[bytes],
    *,
    name: str,
    organisation: Organisation,
    kind: str = MEMBERS,
    by: Actor,
    at: datetime,
    options: Mapping[str, Any] | None = None,
) -> Batch:
    """Take a list in and ask for its trial run. The same file of the same office again shows the first batch.

    One of which nothing was written before its files' term was over is given up for the new one.

    Args:
        kind: the name of a kind of list.
        options: what the kind asks (``Form.asked``), and ``chunk_rows``.

    Raises:
        NotFound: there is no such kind.
        NotForThisRole: the actor may not hand such a list in.
    """
    refuse_role(kind, by=by)
    organisation = organisations.held(organisation.pk, by=by)
    kept = Parameters(day_of(at), NATION).roster_file_days
    until = day_of(at) + timedelta(days=kept)
    stored = storing.store(parts, organisation=organisation, kind="roster", by=by, at=at, expires_on=until)
    first = _first(organisation, kind, stored.token)
    if first is not None and not _ran_out(first):
        return first
    if first is not None:
        cancel(first, by=by, at=at)
    batch = Batch(
        organisation_id=organisation.pk,
        path=organisation.path,
        line_path=organisation.line_path,
        kind=kind,
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
            organisation_id=organisation.pk, kind=kind, content_token=stored.token
        )
    jobs.plan.defer(batch=batch.pk)
    return batch


def refuse_role(kind: str, *, by: Actor) -> None:
    """Let nobody go on whose role may not hand in lists of ``kind``.

    Raises:
        NotFound, NotForThisRole: see ``upload``.
    """
    if by.role not in kinds.list_named(kind).roles:
        raise NotForThisRole


def _first(organisation: Organisation, kind: str, token: Any) -> Batch | None:
    handed_in = Batch.objects.filter(organisation_id=organisation.pk, kind=kind, content_token=token)
    return handed_in.exclude(status__in=OVER).first()


def _ran_out(batch: Batch) -> bool:
    """Tell whether nothing of a list is written and what it needs for that is gone."""
    files = [each for each in (batch.file_id, batch.plan_file_id) if each is not None]
    return batch.status in CANCELLABLE and any(map(storing.is_gone, files))


def _try_again(batch: Batch, *, by: Actor, at: datetime, **changes: Any) -> None:
    """Ask for the trial run once more.

    Raises:
        FileGone: the list is no longer kept.
    """
    if storing.is_gone(batch.file_id):
        raise storing.FileGone
    workflow.fire(batch, "remap", machine=CHART, by=by, at=at, **changes)
    jobs.plan.defer(batch=batch.pk)


@transaction.atomic
def remap(batch: Batch, mapping: Mapping[str, int], *, by: Actor, at: datetime) -> None:
    """Say which column holds what, for this list and the next with the same headings; ask for the trial run again."""
    _try_again(batch, by=by, at=at, mapping=dict(mapping))
    remembering.remember(batch, mapping, by=by, at=at)


@transaction.atomic
def guess_anew(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Forget what was remembered for these headings, and ask for a trial run by what they tell alone."""
    _try_again(batch, by=by, at=at, mapping={})
    remembering.forget(batch, by=by, at=at)


@transaction.atomic
def say_unions(batch: Batch, said: Mapping[str, UUID], *, by: Actor, at: datetime) -> None:
    """Say which unions the names in a list mean, for this list and the office's next; ask for the trial run again.

    Args:
        said: name as the list has it, "" for rows that name none → union. What is not among them means what it says.

    Raises:
        NotFound: a union without a roll, or not below the office whose list it is.
    """
    unions = set(said.values())
    if with_a_roll(scope_of(batch)).filter(pk__in=unions).count() != len(unions):
        raise NotFound
    told = {name: str(union) for name, union in said.items()}
    audit.record("unions.said", by=by, at=at, subject=batch, facts={"names": len(told)})
    _try_again(batch, by=by, at=at, options=batch.options | {SAID: told})


@transaction.atomic
def check_again(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for the trial run again as it was, since something that it rests on was decided."""
    _try_again(batch, by=by, at=at)


@transaction.atomic
def read_as(batch: Batch, kind: str, *, by: Actor, at: datetime) -> None:
    """Say that the list is of another kind than was said, and ask for its trial run.

    Raises:
        NotFound, NotForThisRole: see ``upload``.
        AlreadyThere: the same file came in as that kind before.
    """
    refuse_role(kind, by=by)
    if (
        Batch.objects.filter(
            organisation_id=batch.organisation_id, kind=kind, content_token=batch.content_token
        )
        .exclude(status__in=OVER)
        .exists()
    ):
        raise AlreadyThere
    _try_again(batch, by=by, at=at, mapping={}, kind=kind, failure={})


@transaction.atomic
def commit(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for the plan to be written; what was stopped goes on.

    Raises:
        FileGone, RestGone: the trial run was too long ago, and what it planned is no longer kept.
    """
    event = "resume" if "resume" in CHART.open_to(batch.status, str(by.role)) else "commit"
    if batch.plan_file_id and storing.is_gone(batch.plan_file_id):
        raise RestGone if event == "resume" else storing.FileGone
    # What comes back may be more by the end: a repair workbook that was made is old then.
    options = _without(batch, "repair_in", UNFOUND)
    workflow.fire(batch, event, machine=CHART, by=by, at=at, result_file_id=None, options=options)
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
    workflow.fire(batch, "cancel", machine=CHART, by=by, at=at, options=_without(batch, UNFOUND))


def _without(batch: Batch, *names: str) -> dict[str, Any]:
    """Return the options that are still of use: texts of a list that nobody is asked about any more are not kept."""
    return {name: value for name, value in batch.options.items() if name not in names}


@transaction.atomic
def undo(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Ask for what was written to be taken back where nobody has touched it since."""
    workflow.fire(batch, "undo", machine=CHART, by=by, at=at)
    jobs.undo.defer(batch=batch.pk)


@transaction.atomic
def ask_for_repair(batch: Batch, language: str, *, by: Actor, at: datetime) -> None:
    """Ask for the repair workbook of a long list; one that was made before is made anew.

    Raises:
        NotFound: no row comes back.
        FileGone: the list is no longer kept.
    """
    if storing.is_gone(batch.file_id):
        raise storing.FileGone
    if not returning.has_repair(batch) and not returning.moved_on(batch, by=by):
        raise NotFound
    batch.options, batch.result_file_id = batch.options | {"repair_in": language}, None
    batch.save(update_fields=["options", "result_file_id"])
    audit.record("roster.repair_asked", by=by, at=at, subject=batch)
    jobs.repair.defer(batch=batch.pk)
