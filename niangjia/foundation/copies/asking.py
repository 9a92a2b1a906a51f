"""What an official does with exports: ask for one, stop it, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from niangjia.core.days import day_of
from niangjia.core.errors import Invalid, NotAllowed
from niangjia.core.roles import ROLL_WRITERS
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, parameters, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies import making
from niangjia.foundation.copies.models import Export
from niangjia.foundation.copies.states import CHART, Status
from niangjia.foundation.copies.tables import Table
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.files.sweeping import remove_now
from niangjia.foundation.jobs import progress


class NotToTakeOut(NotAllowed):
    """This role may see the list, but not take it out."""

    code = "not_to_take_out"
    message = gettext_noop("Your role may not take this list out. Ask a clerk of your office.")


class NotToUncover(NotAllowed):
    """This role may take the list out with masked numbers only."""

    code = "not_to_uncover"
    message = gettext_noop("Your role may take this list out with covered numbers only.")


class TooManyRows(Invalid):
    """The list is longer than a sheet."""

    code = "too_many_rows_to_export"
    message = gettext_noop(
        "The list has %(rows)s rows, and a file holds at most %(most)s. Narrow it, for example to one branch."
    )


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        asked: what the list is narrowed to, as it stands in an address.
        format: "xlsx" or "csv".
        uncovered: whether numbers and phones are to be whole.
    """

    table: Table
    asked: Mapping[str, str]
    format: str
    uncovered: bool
    purpose: str
    language: str


def why_not_ask(wanted: Table, *, uncovered: bool, by: Actor) -> NotAllowed | None:
    """Return why ``by`` may not take this list out."""
    if by.role not in wanted.roles:
        return NotToTakeOut()
    if uncovered and (by.role not in ROLL_WRITERS or not wanted.has_secrets):
        return NotToUncover()
    return None


def size_of(wanted: Table, asked: Mapping[str, str], *, by: Actor) -> int:
    """Return how many rows the list has now."""
    return wanted.rows(asked, by).count()


@transaction.atomic
def ask(wish: Wish, *, organisation: Any, by: Actor, at: datetime) -> Export:
    """Ask for a list to be made in the background.

    Args:
        organisation: the actor's office: its id and paths are copied.

    Raises:
        NotToTakeOut, NotToUncover: see ``why_not_ask``.
        TooManyRows: it is longer than a sheet.
    """
    if refusal := why_not_ask(wish.table, uncovered=wish.uncovered, by=by):
        raise refusal
    if by.account_id is None or by.posting_id is None:
        raise NotToTakeOut
    rows, most = size_of(wish.table, wish.asked, by=by), parameters.at(day_of(at)).export_max_rows
    if rows > most:
        raise TooManyRows(rows=f"{rows:,}", most=f"{most:,}")
    made = Export.objects.create(
        organisation_id=organisation.pk,
        path=organisation.path,
        line_path=organisation.line_path,
        table=wish.table.name,
        asked=dict(wish.asked),
        format=wish.format,
        uncovered=wish.uncovered,
        purpose=wish.purpose,
        language=wish.language,
        account_id=by.account_id,
        posting_id=by.posting_id,
        asked_at=at,
    )
    facts = {"table": made.table, "format": made.format, "uncovered": made.uncovered, "rows": rows}
    audit.record("export.asked", by=by, at=at, subject=made, facts=facts)
    making.make.defer(export=made.pk)
    return made


def cancel(export: Export, *, by: Actor, at: datetime) -> None:
    """Stop one that is being made; what was read so far is forgotten.

    Raises:
        NoSuchStep, RoleNeeded, MovedOn: see ``workflow.fire``.
    """
    workflow.fire(export, "cancel", machine=CHART, by=by, at=at)
    progress.cancel(export.pk, by=by, at=at)


@transaction.atomic
def remove(export: Export, *, by: Actor, at: datetime) -> None:
    """Remove the file before its term; the ledger keeps who got a copy.

    Raises:
        NoSuchStep, RoleNeeded, MovedOn: see ``workflow.fire``.
    """
    workflow.fire(export, "remove", machine=CHART, by=by, at=at)
    if Export.objects.filter(file_id=export.file_id, status=Status.READY).exists():
        return
    if export.file_id is not None:
        remove_now(StoredFile.objects.get(pk=export.file_id), reason="removed_by_office", by=by, at=at)
