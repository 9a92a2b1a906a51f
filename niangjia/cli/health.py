"""``niangjia doctor``: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from niangjia.cli.clock import now

TOLERANCE = timedelta(seconds=5)
UNSEALED = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is right, and what to do where it is not."""

    name: str
    is_right: bool
    advice: str = ""


def check_all(*, at: datetime) -> list[Check]:
    """Return every check of this installation."""
    return [each for look in CHECKS for each in look(at)]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Look at the installation; exit status 1 when something is wrong."""
    checks = check_all(at=now())
    if as_json:
        typer.echo(json.dumps({each.name: each.advice if not each.is_right else "right" for each in checks}))
    else:
        for each in checks:
            typer.echo(
                f"{'right' if each.is_right else 'WRONG'}  {each.name}{'' if each.is_right else ': ' + each.advice}"
            )
    raise typer.Exit(0 if all(each.is_right for each in checks) else 1)


def _one(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def database_role(at: datetime) -> Iterator[Check]:
    """Whether we serve as a login that owns nothing and inherits nothing."""
    inherits, is_super, creates, bypasses, owned = _one(
        "SELECT rolinherit, rolsuper, rolcreatedb OR rolcreaterole, rolbypassrls,"
        " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
    )
    plain = not (inherits or is_super or creates or bypasses or owned)
    yield Check(
        "database role",
        plain,
        "DATABASE_URL must name the login that `niangjia roles` makes: NOINHERIT, owner of nothing.",
    )


def locale(at: datetime) -> Iterator[Check]:
    """Whether text sorts the same on every machine."""
    encoding, collation = _one(
        "SELECT pg_encoding_to_char(encoding), coalesce(datcollate, '') FROM pg_database WHERE datname = current_database()"
    )
    right = encoding == "UTF8" and collation.upper() in {"C", "C.UTF-8", "C.UTF8"}
    yield Check(
        "locale",
        right,
        f"The database has {encoding} and {collation}. Make it with ENCODING UTF8 and LOCALE C.UTF-8.",
    )


def clock(at: datetime) -> Iterator[Check]:
    """Whether this machine and the database agree on the time."""
    (theirs,) = _one("SELECT clock_timestamp()")
    yield Check(
        "clock",
        abs(theirs - now()) <= TOLERANCE,
        "This machine and the database differ by more than 5 seconds. Set both by a time server.",
    )


def keys(at: datetime) -> Iterator[Check]:
    """Whether the key ring is there, and closed to others."""
    from django.conf import settings

    folder = Path(settings.NIANGJIA_HOME.keys)
    advice = "Bring the keys back from your copy; chmod 700 the folder and 600 the files in it."
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    closed = (
        all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in [folder, *files]) if files else False
    )
    yield Check("key ring closed to others", closed, advice)
    yield Check("key ring can be read", _opens(), advice)


def _opens() -> bool:
    from niangjia.foundation.keys.errors import KeyTrouble
    from niangjia.foundation.keys.names import Purpose
    from niangjia.foundation.keys.service import service

    try:
        return bool(service().index_keys(Purpose.IDENTITY))
    except KeyTrouble:
        return False


def migrations(at: datetime) -> Iterator[Check]:
    """Whether the tables are those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Check("tables", not pending, f"{len(pending)} migrations are pending. Run: niangjia migrate")


def row_security(at: datetime) -> Iterator[Check]:
    """Whether the database itself guards every table of people and of offices."""
    from django.apps import apps
    from django.db import connection

    from niangjia.registry.models import OfPerson, Scoped

    guarded = [model._meta.db_table for model in apps.get_models() if issubclass(model, Scoped | OfPerson)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s) AND c.relrowsecurity"
            " AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)",
            [guarded],
        )
        missing = sorted(set(guarded) - {name for (name,) in cursor.fetchall()})
    yield Check(
        "row security",
        not missing,
        f"Open tables: {', '.join(missing)}. Restore their policies from the migrations.",
    )


def divisions(at: datetime) -> Iterator[Check]:
    """Whether divisions of an edition that this version knows are loaded."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry.models import Region

    with acting(system_actor("doctor")):
        loaded = set(Region.objects.values_list("edition", flat=True).distinct())
    yield Check("divisions", "2023-06" in loaded, "Run: niangjia regions load 2023-06")


def sealing(at: datetime) -> Iterator[Check]:
    """Whether the audit is being sealed."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.audit.models import Event, Segment

    with acting(system_actor("doctor")):
        last = Segment.objects.order_by("-number").first()
        waiting = Event.objects.filter(at__lt=at - UNSEALED)
        if last is not None:
            waiting = waiting.filter(txid__gte=last.until_txid, seq__gt=last.floor_seq)
        stuck = waiting.exists()
    yield Check(
        "audit sealed", not stuck, "Events wait for more than 5 minutes. Start the worker: niangjia run"
    )


CHECKS: tuple[Callable[[datetime], Iterator[Check]], ...] = (
    database_role,
    locale,
    clock,
    keys,
    migrations,
    row_security,
    divisions,
    sealing,
)
