"""The sealer: what is over becomes a segment. The algorithm: docs/algorithms/audit.md."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit import anchors, heads
from niangjia.foundation.audit.models import Event, Segment
from niangjia.foundation.audit.rows import EVENTS, SUBJECTS, Range, Running, lines

ONE_SEALER = 0x6E6A_5345_414C  # the advisory lock's number: "njSEAL"
EVENTS_A_SEGMENT = 20_000
# The oldest transaction that still runs, and the next one to come. Transactions are counted for the whole cluster; one
# that certainly runs in another database is left out, else a long report there would hold up the sealing here. First the
# database is asked for, then whether it still runs: one that ended between the two is over, wherever it ran.
SNAPSHOT = """SELECT coalesce(
        (SELECT min(x::text::bigint) FROM pg_snapshot_xip(s) x WHERE CASE WHEN EXISTS (
            SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = a.datid
            WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.transactionid = x::xid
            AND d.datname <> current_database())
        THEN false ELSE pg_xact_status(x) = 'in progress' END),
        pg_snapshot_xmax(s)::text::bigint),
    pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"""
CUT = "SELECT txid FROM audit_event e WHERE {} ORDER BY txid, seq OFFSET %s LIMIT 1"


def seal_once(*, by: Actor, at: datetime, anchors_file: Path | None = None) -> Segment | None:
    """Seal the next segment of events that are over, and anchor its head.

    It opens its own transaction, for the anchor must follow the commit: a head outside must never promise what the
    database does not hold. Call it again until it returns ``None``.

    Args:
        anchors_file: without it, NIANGJIA_HOME/anchors/heads.jsonl.
    """
    file = anchors_file or anchors.default_file()
    with acting(by):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_SEALER])
            if not cursor.fetchone()[0]:
                return None
            segment = _seal(cursor, at)
        missing = anchors.not_anchored(file)
    anchors.append(file, missing if segment is None or segment in missing else [*missing, segment])
    return segment


def _seal(cursor: Any, at: datetime) -> Segment | None:
    last = Segment.objects.order_by("-number").first()
    within = _cut(cursor, _next_range(cursor, last))
    if within is None:
        return None
    segment = _segment(cursor, last, within, at)
    heads.sign(segment)
    segment.save(force_insert=True)
    return segment


def _next_range(cursor: Any, last: Segment | None) -> Range:
    """Return the transactions that are over and not yet sealed."""
    cursor.execute(SNAPSHOT)
    horizon, counter = cursor.fetchone()
    if last is None:
        return Range(1, 0, 0, horizon)
    if last.until_txid <= counter:
        return Range(last.era, last.floor_seq, last.until_txid, horizon)
    # The last segment ends ahead of this cluster's counter: the data came from another cluster. What came with it
    # unsealed is sealed first, then a new era begins, whose transactions are counted from here.
    came_along = (
        Event.objects.filter(txid__gte=last.until_txid, seq__gt=last.floor_seq).order_by("-txid").first()
    )
    if came_along is not None:
        return Range(last.era, last.floor_seq, last.until_txid, came_along.txid + 1)
    return Range(last.era + 1, last.highest_seq, 0, horizon)


def _cut(cursor: Any, within: Range) -> Range | None:
    """Return the range up to about ``EVENTS_A_SEGMENT`` events, between two transactions; ``None`` if it is empty."""
    first, beyond = (_txid_at(cursor, within, offset) for offset in (0, EVENTS_A_SEGMENT))
    if first is None:
        return None
    until = within.until_txid if beyond is None else max(beyond, first + 1)
    return Range(within.era, within.floor_seq, within.from_txid, until)


def _txid_at(cursor: Any, within: Range, offset: int) -> int | None:
    cursor.execute(CUT.format(within.where()), [offset])
    row = cursor.fetchone()
    return row[0] if row else None


def _segment(cursor: Any, last: Segment | None, within: Range, at: datetime) -> Segment:
    events, subjects = Running(), Running()
    for _, seq, line in lines(cursor, EVENTS, within):
        events.add(seq, line)
    for _, seq, line in lines(cursor, SUBJECTS, within):
        subjects.add(seq, line)
    return Segment(
        number=last.number + 1 if last else 1,
        era=within.era,
        floor_seq=within.floor_seq,
        from_txid=within.from_txid,
        until_txid=within.until_txid,
        events=events.count,
        subjects=subjects.count,
        highest_seq=max(events.highest_seq, last.highest_seq if last else 0),
        events_digest=events.digest(),
        subjects_digest=subjects.digest(),
        sealed_at=at,
        previous_head=bytes(last.head) if last else heads.NO_HEAD,
    )
