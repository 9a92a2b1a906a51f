"""What the machine looks at, in seconds and as the system, before a reviewer sees a request.

Nothing of what it finds about existing records reaches applicant or reviewer: see docs/algorithms/joining.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from niangjia.foundation import audit, clocks, notices, vault
from niangjia.foundation.actors import Actor
from niangjia.joining import submitting
from niangjia.joining.models import JoinRequest, Submission
from niangjia.joining.states import OPEN
from niangjia.registry import logins, organisations, persons

TABLE = "joining_joinrequest"
CLOCKS = (
    "joining_contact",
    "joining_decide",
    "joining_remind_superior",
    "joining_superior_decides",
    "joining_hard_stop",
)


@transaction.atomic
def screen(submission_id: UUID, *, by: Actor, at: datetime) -> JoinRequest:
    """Turn a submission into a request in its union's queue, and start its clocks; a second call does nothing."""
    organisations.hold(Submission.objects.filter(pk=submission_id).values_list("organisation", flat=True))
    submission = Submission.objects.select_for_update().get(pk=submission_id)
    if submission.join_request is not None:
        return submission.join_request
    secrets = vault.open_sealed(bytes(submission.sealed), table=submitting.TABLE, row_id=submission.pk)
    number = secrets["id_number"]
    token = vault.blind_index(vault.Purpose.IDENTITY, submission.id_kind, number)
    join_request = _open_one(token, submission) or _make(submission, secrets, token, by=by, at=at)
    _empty(submission, join_request, at=at)
    if submission.account_id:
        _give(join_request, submission.account_id, by=by, at=at)
    return join_request


def _open_one(token: UUID, submission: Submission) -> JoinRequest | None:
    """Return the open request of the same number and phone at the same union: handing in twice is not asking twice.

    Another phone makes another request. Were it the same one, whoever typed a stranger's number would wait for a request
    that is not theirs to see, and so learn that there is one.
    """
    same = {"id_token": token, "phone_token": submission.phone_token}
    return JoinRequest.objects.filter(
        **same, organisation_id=submission.organisation_id, status__in=OPEN
    ).first()


def _make(submission: Submission, secrets: Any, token: UUID, *, by: Actor, at: datetime) -> JoinRequest:
    union, number = organisations.held(submission.organisation_id, by=by), secrets["id_number"]
    join_request = JoinRequest.objects.create(
        id=submission.pk,
        organisation=union,
        path=union.path,
        line_path=union.line_path,
        holder=union,
        name=submission.name,
        id_kind=submission.id_kind,
        sex=submission.sex,
        birth_on=submission.birth_on,
        group=submission.group,
        workplace=submission.workplace,
        secrets=vault.seal(dict(secrets), table=TABLE, row_id=submission.pk, at=at),
        id_token=token,
        phone_token=submission.phone_token,
        person=persons.known_by(submission.id_kind, number),
        consents=submission.consents,
        submitted_at=submission.submitted_at,
    )
    for name in CLOCKS:
        clocks.start(join_request, name, at=submission.submitted_at)
    audit.record("joining.screened", by=by, at=at, subject=join_request, organisation=union)
    notices.tell_office(union.pk, "join_request_waits", at=at, subject=join_request.pk)
    return join_request


def _empty(submission: Submission, join_request: JoinRequest, *, at: datetime) -> None:
    submission.sealed, submission.screened_at, submission.join_request = b"", at, join_request
    submission.save(update_fields=["sealed", "screened_at", "join_request"])


@transaction.atomic
def claim(submission_id: UUID, account_id: UUID, phone_token: UUID, *, by: Actor, at: datetime) -> bool:
    """Give a submission to the account that proved its phone; return whether it was theirs.

    The account's phone must be the one that was handed in together with the ID number.
    """
    submission = Submission.objects.select_for_update().get(pk=submission_id)
    if submission.phone_token != phone_token:
        return False
    submission.account_id = account_id
    submission.save(update_fields=["account"])
    if submission.join_request is not None:
        _give(submission.join_request, account_id, by=by, at=at)
    audit.record("joining.phone_proven", by=by, at=at, subject=("submission", submission.pk))
    return True


def _give(join_request: JoinRequest, account_id: UUID, *, by: Actor, at: datetime) -> None:
    """Let the account see the request, and the record where there is one already: the phone may be proven late."""
    JoinRequest.objects.filter(pk=join_request.pk).update(account_id=account_id, phone_proven_at=at)
    if join_request.membership_id and join_request.person:
        logins.link(account_id, join_request.person, proof="joined", by=by, at=at)
