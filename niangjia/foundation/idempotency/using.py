"""One act for one key, in the transaction of the act: see docs/algorithms/workflow.md."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from niangjia.core.days import day_of
from niangjia.core.errors import Conflict
from niangjia.core.words import gettext_noop
from niangjia.foundation import parameters
from niangjia.foundation.actors import Actor
from niangjia.foundation.idempotency.models import Key

# A second request with the key waits here for the first one's commit, and then finds its answer.
TAKE = """INSERT INTO idempotency_key (key, account_id, body, answer, at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (key) DO NOTHING RETURNING answer"""


class KeyReused(Conflict):
    """The key belongs to something else that was sent."""

    code = "key_reused"
    message = gettext_noop(
        "This form was sent before with other contents. Load the page again and fill it in anew."
    )


def once(key: str, *, body: UUID, answer: UUID, by: Actor, at: datetime) -> UUID:
    """Return ``answer`` for a new key, and the first answer for one that was used with the same body.

    Args:
        key: what the sender drew, with a prefix that names the act.
        body: a keyed fingerprint of everything that was sent.

    Raises:
        KeyReused: it was used with another body, or by another account.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [key, by.account_id, body, answer, at])
        if cursor.fetchone():
            return answer
    first = Key.objects.get(key=key)
    if (first.body, first.account_id) != (body, by.account_id):
        raise KeyReused
    return first.answer


def forget(*, at: datetime) -> int:
    """Remove the keys whose term is over, as the system; return how many."""
    kept = timedelta(days=parameters.at(day_of(at)).idempotency_days)
    removed, _ = Key.objects.filter(at__lt=at - kept).delete()
    return removed
