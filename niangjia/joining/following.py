"""What of joining goes to the receiver when a union ends: whoever asked it, and the codes that lead to it."""

from __future__ import annotations

from uuid import UUID

from niangjia.joining.models import Elsewhere, JoinCode, JoinRequest, Submission
from niangjia.joining.states import OPEN
from niangjia.registry.reorganisation.following import Following


def _asked_both(before: UUID, after: UUID) -> int:
    """Return how many have an open request at either union: two open ones at one union cannot be."""
    there = JoinRequest.objects.filter(organisation_id=after, status__in=OPEN)
    asked = set(there.values_list("id_token", "phone_token"))
    here = JoinRequest.objects.filter(organisation_id=before, status__in=OPEN)
    return sum(both in asked for both in here.values_list("id_token", "phone_token"))


FOLLOWING = (
    Following(
        "requests",
        lambda: JoinRequest.objects.filter(status__in=OPEN),
        columns=("organisation_id", "holder_id"),
        needs_roll=True,
        waits=True,
        clashes=_asked_both,
    ),
    Following("codes", lambda: JoinCode.objects.filter(revoked_at__isnull=True)),
    Following("cases", lambda: Elsewhere.objects.filter(settled_at__isnull=True)),
    Following("submissions", lambda: Submission.objects.filter(join_request__isnull=True), has_path=False),
)
