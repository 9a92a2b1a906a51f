"""Giving an export out: to the account that asked, by a link that holds for minutes, with a line in the ledger."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from niangjia.core.days import day_of
from niangjia.core.errors import NotFound
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, parameters
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.models import Copy, Export
from niangjia.foundation.copies.states import Status
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile

_SALT = "niangjia.copies"


class LinkOver(NotFound):
    """The link has had its minutes."""

    code = "link_over"
    message = gettext_noop("This link held for a few minutes only. Open the export again for a new one.")


def is_for(export: Export, by: Actor) -> bool:
    """Tell whether ``by`` is who asked for it, in the same posting."""
    return (export.account_id, export.posting_id) == (by.account_id, by.posting_id)


def link(export: Export, *, by: Actor, at: datetime) -> str:
    """Return what opens the file for some minutes: signed for the export, the account, the posting and the end.

    Raises:
        NotFound: it is not ready, or not for ``by``.
    """
    if export.status != Status.READY or not is_for(export, by):
        raise NotFound
    until = at + timedelta(minutes=parameters.at(day_of(at)).export_link_minutes)
    return _signer().sign_object([str(export.pk), str(by.account_id), str(by.posting_id), until.timestamp()])


def give(export: Export, signed: str, *, by: Actor, at: datetime) -> io.BufferedReader:
    """Return the content of the file, and write into the ledger that this account got it.

    Raises:
        LinkOver: the link's minutes are over.
        NotFound: the link is not of this export and for this account, or the export is not ready.
        FileGone, SealBroken: see ``files.storing.open_file``.
    """
    try:
        *whose, until = _signer().unsign_object(signed)
    except (BadSignature, ValueError):
        raise NotFound from None
    right = whose == [str(export.pk), str(by.account_id), str(by.posting_id)] and is_for(export, by)
    if not right or export.status != Status.READY or export.file_id is None:
        raise NotFound
    if at.timestamp() >= until:
        raise LinkOver
    stored = StoredFile.objects.get(pk=export.file_id)
    content = storing.open_file(stored, purpose="export", by=by, at=at)
    place = {"organisation_id": export.organisation_id, "path": export.path, "line_path": export.line_path}
    whom = {"account_id": export.account_id, "posting_id": export.posting_id}
    copy = Copy.objects.create(export=export, at=at, **whom, **place)
    audit.record("export.given", by=by, at=at, subject=copy, facts={"export": export.pk, "rows": export.rows})
    return content


def _signer() -> Signer:
    return Signer(salt=_SALT)
