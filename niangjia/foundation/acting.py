"""The one door to scoped tables: a transaction in the name of one actor.

The database role and the range of paths are taken on for the transaction, so that a forgotten filter shows nothing.
The recipe and its pitfalls: docs/algorithms/permissions.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from niangjia.foundation.actors import Actor

TAKE_ON = """SELECT set_config('role', %s, true), set_config('niangjia.lo', %s, true),
    set_config('niangjia.hi', %s, true), set_config('niangjia.person', %s, true),
    set_config('niangjia.account', %s, true)"""
LAY_DOWN = ["none", "", "", "", ""]


class Lost(RuntimeError):
    """The transaction was already lost, and the code went on as if it were not."""


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Open the outermost transaction as ``actor``.

    Raises:
        RuntimeError: inside another transaction (it is durable).
        Lost: when a database error was swallowed without a savepoint, so that COMMIT would silently undo all.
    """
    with transaction.atomic(durable=True):
        _take_on(_settings(actor))
        yield actor
        if connection.get_rollback():
            return
        if connection.connection.info.transaction_status == TransactionStatus.INERROR:
            raise Lost("a database error was swallowed: catch it around an inner atomic block")
        if connection.savepoint_ids:  # only inside a test: SET LOCAL outlives a released savepoint
            _take_on(LAY_DOWN)


def _settings(actor: Actor) -> list[str]:
    scope = actor.scope
    return [
        actor.database_role,
        scope.lo if scope else "",
        scope.hi if scope else "",
        str(actor.person_id or ""),
        str(actor.account_id or ""),
    ]


def _take_on(values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ON, values)
