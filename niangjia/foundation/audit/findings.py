"""What a verification finds: a code, the segment, and counts; never a fact of an event."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """What is wrong with a segment."""

    CONTENT = "content"  # as many rows as were sealed, but other ones
    MISSING = "missing"  # fewer rows
    ADDED = "added"  # more rows
    DUPLICATE = "duplicate"  # a number twice
    SIGNATURE = "signature"  # the segment's row is not what was signed
    CHAIN = "chain"  # its previous head is not the head before it
    GAP = "gap"  # segments are missing before it
    ARCHIVE = "archive"  # its archived file is cut, changed or gone
    ORPHANS = "orphans"  # persons without an event
    TAIL_LOST = "tail_lost"  # anchored, and no longer here
    OTHER_HEAD = "other_head"  # anchored with another head: the chain was set back and went on
    NOT_ANCHORED = "not_anchored"  # heads before and after it are anchored
    NOT_OURS = "anchor_not_ours"  # a line among the anchors that was not signed here
    NO_ANCHORS = "no_anchors"  # there are segments, and no file of anchors


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where: ``until`` is the last segment where it is a range."""

    code: Code
    segment: int | None
    until: int | None = None
    what: str = ""
    expected: int | None = None
    found: int | None = None


@dataclass
class Report:
    """What was verified, up to when, and what was found."""

    segments: int = 0
    events: int = 0
    subjects: int = 0
    sealed_at: datetime | None = None
    oldest_unsealed_at: datetime | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        moments = {"sealed_at": self.sealed_at, "oldest_unsealed_at": self.oldest_unsealed_at}
        return {
            "clean": self.is_clean,
            "segments": self.segments,
            "events": self.events,
            "subjects": self.subjects,
            **{name: moment and moment.isoformat() for name, moment in moments.items()},
            "findings": [
                {name: value for name, value in asdict(each).items() if value not in (None, "")}
                for each in self.findings
            ],
        }
