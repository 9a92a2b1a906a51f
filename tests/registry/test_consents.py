"""What a person agreed to is seen by the office that holds the record, and by no earlier one."""

from __future__ import annotations

import pytest

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.registry import consents, memberships
from niangjia.registry.models import Consent
from tests.factories import AT, organisation, person

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")


def seen_by(union) -> int:
    office = Actor(role=Role.CLERK, organisation_id=union.pk, scope=Scope.below(union.path))
    with acting(office):
        return Consent.objects.count()


def test_consents_move_along_with_the_person():
    with acting(SYSTEM):
        city = organisation()
        before, after = organisation(under=city), organisation(under=city)
        member = person(before)
        spell = memberships.open_spell(member, before, channel="online", by=SYSTEM, at=AT)
        consents.give(member, "membership", "1", by=SYSTEM, at=AT)
    assert (seen_by(before), seen_by(after)) == (1, 0)
    with acting(SYSTEM):
        memberships.close_spell(spell, reason="1", by=SYSTEM, at=AT)
        memberships.open_spell(member, after, channel="online", by=SYSTEM, at=AT)
    assert (seen_by(before), seen_by(after)) == (0, 1)


def test_the_same_wording_twice_is_one_consent_and_a_newer_one_closes_it():
    with acting(SYSTEM):
        member = person(organisation())
        first = consents.give(member, "membership", "1", by=SYSTEM, at=AT)
        assert consents.give(member, "membership", "1", by=SYSTEM, at=AT) == first
        consents.give(member, "membership", "2", by=SYSTEM, at=AT)
        open_ones = Consent.objects.filter(person=member, withdrawn_at__isnull=True)
        assert [each.text_version for each in open_ones] == ["2"]
