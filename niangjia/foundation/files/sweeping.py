"""What is over its term goes, row first and then the bytes, so that a kill between leaves work and not a hole."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from niangjia.core.days import day_of
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.recording import record
from niangjia.foundation.files import folder
from niangjia.foundation.files.models import StoredFile

UNFINISHED_FOR = timedelta(days=1)
ASKED_AT_ONCE = 1_000


def sweep(*, by: Actor, at: datetime) -> int:
    """Remove the files whose term is over, and return how many; as the system, inside ``acting``."""
    over = StoredFile.objects.filter(expires_on__lte=day_of(at), gone_at__isnull=True)
    names = list(over.values_list("name", flat=True))
    if names:
        StoredFile.objects.filter(name__in=names).update(gone_at=at)
        record("file.expire", by=by, at=at, facts={"files": len(names)})
        transaction.on_commit(lambda: _remove(names))
    return len(names)


def remove_now(stored: StoredFile, *, reason: str, by: Actor, at: datetime) -> None:
    """Remove one file before its term; for an erasure."""
    StoredFile.objects.filter(pk=stored.pk).update(gone_at=at)
    record("file.remove", by=by, at=at, subject=stored, facts={"reason": reason})
    transaction.on_commit(lambda: folder.remove(stored.name))


def sweep_orphans(*, at: datetime) -> int:
    """Remove what no living row names and is older than a day: a rolled back upload, a kill between row and bytes.

    Where the database knows none of the files, it is another installation's, and all are left.
    """
    before = (at - UNFINISHED_FOR).timestamp()
    files = ((name, path) for name, path in folder.all_files() if path.stat().st_mtime < before)
    orphans, is_ours = [], False
    while some := dict(islice(files, ASKED_AT_ONCE)):
        known = dict(StoredFile.objects.filter(name__in=list(some)).values_list("name", "gone_at"))
        orphans += [path for name, path in some.items() if known.get(name, at) is not None]
        is_ours = is_ours or bool(known)
    if not is_ours:
        return 0
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _remove(names: list[str]) -> None:
    for name in names:
        folder.remove(name)
