"""What follows an approval, as the system: the record, the spell, the card; or the common superior decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from niangjia.core.errors import Conflict
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, notices, vault, workflow
from niangjia.foundation.actors import Actor
from niangjia.joining import jobs
from niangjia.joining.models import Elsewhere, JoinRequest
from niangjia.joining.states import CHART, Status
from niangjia.registry import consents, logins, memberships, organisations, persons
from niangjia.registry.models import Membership, Person

CHANNEL = "online"
MOVED = "1"  # change reason (code table 29): the employment changed


class AlreadySettled(Conflict):
    """The other official was first."""

    code = "already_settled"
    message = gettext_noop("This has been decided already. Load the page again to see by whom.")


@transaction.atomic
def register(join_request_id: UUID, *, by: Actor, at: datetime) -> None:
    """Finish an approved request; a second call does nothing.

    Whether the person is known is looked up again here: between screening and approval another roll may have
    taken the same person in.
    """
    organisations.hold(JoinRequest.objects.filter(pk=join_request_id).values_list("organisation", flat=True))
    join_request = JoinRequest.objects.select_for_update().get(pk=join_request_id)
    if join_request.status != Status.APPROVED:
        return
    secrets = vault.open_sealed(
        bytes(join_request.secrets), table=join_request._meta.db_table, row_id=join_request.pk
    )
    person = persons.known_by(join_request.id_kind, secrets["id_number"])
    spell = memberships.open_primary_of(person) if person else None
    if person and spell and spell.organisation_id != join_request.organisation_id:
        _put_before_superior(join_request, person, spell, at=at)
        return
    person = person or persons.register(
        dict(secrets), _facts(join_request), at_union=join_request.organisation, by=by, at=at
    )
    finish(join_request, person, spell, by=by, at=at)


def finish(
    join_request: JoinRequest, person: Person, spell: Membership | None, *, by: Actor, at: datetime
) -> Membership:
    """Open the spell where there is none yet, and everything that hangs on it."""
    union = join_request.organisation
    spell = spell or memberships.open_spell(person, union, channel=CHANNEL, by=by, at=at)
    for purpose, version in join_request.consents.items():
        consents.give(person, purpose, version, by=by, at=at)
    if join_request.account_id:
        logins.link(join_request.account_id, person, proof="joined", by=by, at=at)
    _tell(join_request, "joined", at=at)
    workflow.fire(
        join_request, "register", machine=CHART, by=by, at=at, person_id=person.pk, membership_id=spell.pk
    )
    return spell


def _tell(join_request: JoinRequest, what: str, *, at: datetime) -> None:
    if join_request.account_id:
        notices.tell_account(join_request.account_id, what, at=at, subject=join_request.pk)


def _facts(join_request: JoinRequest) -> dict[str, object]:
    columns = ("name", "id_kind", "sex", "birth_on", "group", "checked_by")
    return {name: getattr(join_request, name) for name in columns}


def _put_before_superior(
    join_request: JoinRequest, person: Person, spell: Membership, *, at: datetime
) -> None:
    superior = organisations.common_superior(join_request.organisation, spell.organisation)
    Elsewhere.objects.get_or_create(
        join_request=join_request,
        defaults={
            "organisation": superior,
            "path": superior.path,
            "line_path": superior.line_path,
            "person": person,
            "found_at": at,
        },
    )
    notices.tell_office(superior.pk, "member_elsewhere", at=at, subject=join_request.pk)


@transaction.atomic
def settle(elsewhere: Elsewhere, outcome: str, *, by: Actor, at: datetime) -> None:
    """Decide, as the common superior, whether the person moves here or stays where they are.

    Raises:
        AlreadySettled: somebody decided first.
    """
    facts = {"settled_at": at, "settled_by": by.posting_id, "outcome": outcome}
    if not Elsewhere.objects.filter(pk=elsewhere.pk, settled_at__isnull=True).update(**facts):
        raise AlreadySettled
    audit.record("joining.settled", by=by, at=at, subject=elsewhere, persons=[elsewhere.person_id])
    jobs.carry_out.defer(elsewhere=elsewhere.pk)


@transaction.atomic
def carry_out(elsewhere_id: UUID, *, by: Actor, at: datetime) -> None:
    """Do what the common superior decided; a second call does nothing."""
    elsewhere = Elsewhere.objects.select_related("join_request", "person").get(pk=elsewhere_id)
    join_request = elsewhere.join_request
    if join_request.status != Status.APPROVED:
        return
    if elsewhere.outcome == Elsewhere.Outcome.STAYS:
        workflow.fire(join_request, "keep_elsewhere", machine=CHART, by=by, at=at, reason="already_member")
        _tell(join_request, "join_request_rejected", at=at)
        return
    _hold_both(elsewhere)
    old = memberships.open_primary_of(elsewhere.person)
    if old is not None:
        memberships.close_spell(old, reason=MOVED, by=by, at=at)
    finish(join_request, elsewhere.person, None, by=by, at=at)


def _hold_both(elsewhere: Elsewhere) -> None:
    """Keep the union that is left and the one that is joined where they are: in one go, before any row is changed.

    One after the other they could wait for a reorganisation that moves both, and it for them.
    """
    left = memberships.open_primary_of(elsewhere.person)
    organisations.hold(
        {elsewhere.join_request.organisation_id, *([left.organisation_id] if left is not None else [])}
    )
