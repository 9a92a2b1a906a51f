"""Events past their term leave the database by whole segments, into an encrypted file that still fits the chain.

The file holds, for each segment, its number and how many lines of events and of persons follow, then those lines. The
segments themselves stay in the database, so an archive that was cut, changed or lost is seen and located.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.findings import Code, Finding, Report
from niangjia.foundation.audit.models import Archive, Segment
from niangjia.foundation.audit.recording import record
from niangjia.foundation.audit.rows import EVENTS, SUBJECTS, Range, Running, lines
from niangjia.foundation.files.chunks import SealedWriter, reader
from niangjia.foundation.keys.errors import KeyGone
from niangjia.foundation.keys.ringfile import flush_folder
from niangjia.foundation.keys.sm4 import SealBroken

DELETE = """WITH gone AS (DELETE FROM audit_event e WHERE {} RETURNING id)
    DELETE FROM audit_eventsubject s USING gone WHERE s.event_id = gone.id"""


def root() -> Path:
    """Return NIANGJIA_HOME/archive, made 0700 where it is missing."""
    folder = Path(settings.NIANGJIA_HOME.path) / "archive"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write(*, sealed_before: datetime, by: Actor, at: datetime) -> Archive | None:
    """Write the segments sealed before a moment, and not archived yet, to one file; inside ``acting``.

    The rows stay until ``delete_archived``, which only the owner of the tables can carry out.
    """
    done = max(numbers_archived(), default=0)
    segments = list(Segment.objects.filter(number__gt=done, sealed_at__lt=sealed_before).order_by("number"))
    if not segments:
        return None
    archived = Archive(
        first_number=segments[0].number,
        last_number=segments[-1].number,
        file_name=f"audit-{segments[0].number}-{segments[-1].number}.njf",
        at=at,
    )
    _write_file(root() / archived.file_name, archived, segments)
    archived.save(force_insert=True)
    record(
        "audit.archive", by=by, at=at, facts={"first": archived.first_number, "last": archived.last_number}
    )
    return archived


def delete_archived(archived: Archive, *, using: str = "owner") -> None:
    """Delete the events of an archive whose file was verified; on the owner's connection, for no role may."""
    with connections[using].cursor() as cursor:
        segments = Segment.objects.using(using).filter(
            number__gte=archived.first_number, number__lte=archived.last_number
        )
        for segment in segments.order_by("number"):
            cursor.execute(DELETE.format(_range(segment, using).where()))


def numbers_archived() -> set[int]:
    """Return the numbers of the segments that lie in archives."""
    pairs = Archive.objects.values_list("first_number", "last_number")
    return {number for first, last in pairs for number in range(first, last + 1)}


def check(segments: Sequence[Segment], report: Report) -> Iterator[Finding]:
    """Yield the archived segments whose lines are not what was sealed."""
    for archived in Archive.objects.order_by("first_number"):
        wanted = {s.number: s for s in segments if archived.first_number <= s.number <= archived.last_number}
        if wanted:
            yield from _check_file(archived, wanted, report)


def _check_file(archived: Archive, wanted: dict[int, Segment], report: Report) -> Iterator[Finding]:
    sound: set[int] = set()
    try:
        for number, events, subjects in _read_file(root() / archived.file_name, archived):
            segment = wanted.get(number)
            if segment is not None and _fits(segment, events, subjects):
                sound.add(number)
                report.events += events.count
                report.subjects += subjects.count
    except (OSError, SealBroken, KeyGone, ValueError):
        pass  # what was not read up to here is not sound, and is reported below
    for number in wanted.keys() - sound:
        yield Finding(Code.ARCHIVE, number)


def _fits(segment: Segment, events: Running, subjects: Running) -> bool:
    return events.digest() == bytes(segment.events_digest) and subjects.digest() == bytes(
        segment.subjects_digest
    )


def _range(segment: Segment, using: str = "default") -> Range:
    after = Segment.objects.using(using).filter(era=segment.era + 1).order_by("number").first()
    last_seq = after.floor_seq if after else None
    return Range(segment.era, segment.floor_seq, segment.from_txid, segment.until_txid, last_seq)


def _bound_to(archived: Archive) -> bytes:
    return f"audit archive|{archived.first_number}|{archived.last_number}".encode()


def _write_file(place: Path, archived: Archive, segments: Sequence[Segment]) -> None:
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        writer = SealedWriter(raw, bound_to=_bound_to(archived))
        with connection.cursor() as cursor:
            for segment in segments:
                writer.write(b"%d %d %d\n" % (segment.number, segment.events, segment.subjects))
                for statement in (EVENTS, SUBJECTS):
                    for _, _, line in lines(cursor, statement, _range(segment)):
                        writer.write(line)
        writer.finish()
        os.fsync(raw.fileno())
    flush_folder(place.parent)


def _read_file(place: Path, archived: Archive) -> Iterator[tuple[int, Running, Running]]:
    with place.open("rb") as raw, reader(raw, bound_to=_bound_to(archived), refuse_cut=False) as text:
        while heading := text.readline():
            number, events, subjects = map(int, heading.split())
            yield number, _take(text, events), _take(text, subjects)


def _take(text: Any, n: int) -> Running:
    running = Running()
    for _ in range(n):
        running.add(0, text.readline())
    return running
