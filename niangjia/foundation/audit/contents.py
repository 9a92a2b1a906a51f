"""What the segments sealed, against what is there now: in the database, or in the archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from niangjia.foundation.audit import archive
from niangjia.foundation.audit.findings import Code, Finding, Report
from niangjia.foundation.audit.models import Segment
from niangjia.foundation.audit.rows import EVENTS, SUBJECTS, Range, Running, lines


def check(cursor: Any, signed: Sequence[Segment], report: Report) -> Iterator[Finding]:
    """Yield what differs, and count in ``report`` what was read.

    Args:
        signed: segments in order; one whose own row is not what was signed is left out, for its range means nothing.
    """
    archived = archive.numbers_archived()
    here = [segment for segment in signed if segment.number not in archived]
    for era, of_era in groupby(here, key=lambda segment: segment.era):
        yield from _in_database(cursor, era, list(of_era), report)
    yield from archive.check([segment for segment in signed if segment.number in archived], report)


def _in_database(cursor: Any, era: int, segments: list[Segment], report: Report) -> Iterator[Finding]:
    within = Range(
        era,
        segments[0].floor_seq,
        min(segment.from_txid for segment in segments),
        max(segment.until_txid for segment in segments),
        _last_seq(era),
    )
    events = _gather(cursor, EVENTS, within, segments)
    subjects = _gather(cursor, SUBJECTS, within, segments)
    for segment, of_events, of_subjects in zip(segments, events, subjects, strict=True):
        report.events += of_events.count
        report.subjects += of_subjects.count
        yield from compare(segment, of_events, of_subjects)


def _last_seq(era: int) -> int | None:
    """Return the number up to which events are of ``era``, ``None`` for the present one."""
    following = Segment.objects.filter(era=era + 1).order_by("number").first()
    return following.floor_seq if following else None


def _gather(cursor: Any, statement: str, within: Range, segments: list[Segment]) -> list[Running]:
    """Return count and digest of what is there now for each segment; rows between two segments belong to neither."""
    running = [Running() for _ in segments]
    bounds = [(segment.from_txid, segment.until_txid) for segment in segments]
    add = Running.add_once if statement is EVENTS else Running.add
    at = 0
    for txid, seq, line in lines(cursor, statement, within):
        while at < len(bounds) and txid >= bounds[at][1]:
            running[at].close()
            at += 1
        if at == len(bounds):
            break
        if txid >= bounds[at][0]:
            add(running[at], seq, line)
    return running


def compare(segment: Segment, events: Running, subjects: Running) -> Iterator[Finding]:
    """Yield how what is there differs from what the segment sealed."""
    if events.duplicates:
        yield Finding(Code.DUPLICATE, segment.number, what="events", found=events.duplicates)
    sealed = (
        ("events", events, segment.events, segment.events_digest),
        ("subjects", subjects, segment.subjects, segment.subjects_digest),
    )
    for what, now, count, digest in sealed:
        if now.count != count:
            code = Code.MISSING if now.count < count else Code.ADDED
            yield Finding(code, segment.number, what=what, expected=count, found=now.count)
        elif now.digest() != bytes(digest):
            yield Finding(Code.CONTENT, segment.number, what=what)
