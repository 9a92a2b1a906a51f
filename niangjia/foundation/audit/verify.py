"""Verifying the audit: everything is computed anew, and what does not fit is located. See docs/algorithms/audit.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit import anchoring, anchors, contents, heads
from niangjia.foundation.audit.findings import Code, Finding, Report
from niangjia.foundation.audit.models import Event, Segment
from niangjia.foundation.audit.recording import record

WINDOW = 5_000  # segments held at a time, so that memory stays flat
ORPHANS = """SELECT count(*) FROM audit_eventsubject s
    WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.id = s.event_id)
    AND NOT EXISTS (SELECT FROM audit_archive)"""


def report(*, by: Actor, at: datetime, anchors_file: Path | None = None) -> Report:
    """Verify the whole audit as ``by``, and write down that it was verified: ``niangjia audit verify``."""
    file = anchors_file or anchors.default_file()
    with acting(by):
        found = verify(anchored=anchors.read(file) if file.exists() else None)
        if not file.exists() and found.segments:
            found.findings.append(Finding(Code.NO_ANCHORS, None))
        record(
            "audit.verify", by=by, at=at, facts={"segments": found.segments, "findings": len(found.findings)}
        )
    return found


def verify(*, anchored: Iterable[anchors.Anchor] | None) -> Report:
    """Return what is wrong with the audit, in the current transaction; the role must be one that may read it.

    Args:
        anchored: the heads kept outside. With ``None`` the loss of the end, and the return to an old backup, cannot be
            seen: a chain does not know what came after it.
    """
    found = Report()
    known: dict[int, bytes] = {}
    last: Segment | None = None
    for window in _windows():
        signed = []
        for segment in window:
            found.findings += _links(last, segment)
            if heads.is_ours(segment):
                signed.append(segment)
            else:
                found.findings.append(Finding(Code.SIGNATURE, segment.number))
            known[segment.number] = bytes(segment.head)
            last = segment
        with connection.cursor() as cursor:
            found.findings += contents.check(cursor, signed, found)
    found.segments = len(known)
    found.sealed_at = last.sealed_at if last else None
    found.oldest_unsealed_at = _oldest_unsealed(last)
    found.findings += _orphans()
    if anchored is not None:
        found.findings += anchoring.check(anchored, known)
    return found


def _windows() -> Iterator[list[Segment]]:
    after = 0
    while window := list(Segment.objects.filter(number__gt=after).order_by("number")[:WINDOW]):
        yield window
        after = window[-1].number


def _links(last: Segment | None, segment: Segment) -> Iterator[Finding]:
    """Yield what is wrong between the segment and the one before."""
    expected = last.number + 1 if last else 1
    if segment.number != expected:
        yield Finding(Code.GAP, expected, until=segment.number - 1)
    elif bytes(segment.previous_head) != (bytes(last.head) if last else heads.NO_HEAD):
        yield Finding(Code.CHAIN, segment.number)


def _oldest_unsealed(last: Segment | None) -> datetime | None:
    waiting = Event.objects.all()
    if last is not None:
        waiting = waiting.filter(txid__gte=last.until_txid, seq__gt=last.floor_seq)
    first = waiting.order_by("txid", "seq").first()
    return first.at if first else None


def _orphans() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS)
        n = cursor.fetchone()[0]
    return [Finding(Code.ORPHANS, None, what="subjects", expected=0, found=n)] if n else []
