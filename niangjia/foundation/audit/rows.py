"""Events and their persons as lines, in sealing order: what is hashed, archived and verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from niangjia.foundation.keys.sm3 import Hash, sm3

# COPY's text format escapes what separates, so that no two rows make the same line; it is made in C, and a moment as
# microseconds does not depend on any setting of the session.
EVENTS = """COPY (SELECT e.txid, e.seq, e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.name, e.account_id,
    e.posting_id, e.role, e.job, e.subject_kind, e.subject_id, e.organisation_id, e.path, e.facts
    FROM audit_event e WHERE {where} ORDER BY e.txid, e.seq) TO STDOUT"""
SUBJECTS = """COPY (SELECT e.txid, e.seq, s.event_id, s.person_id
    FROM audit_event e JOIN audit_eventsubject s ON s.event_id = e.id
    WHERE {where} ORDER BY e.txid, e.seq, s.person_id) TO STDOUT"""


@dataclass(frozen=True)
class Range:
    """Transactions ``from_txid`` ≤ txid < ``until_txid``, of events numbered above the era's floor, up to its end."""

    era: int
    floor_seq: int
    from_txid: int
    until_txid: int
    last_seq: int | None = None

    def where(self) -> str:
        """Return the SQL condition; it holds whole numbers only."""
        ends = "" if self.last_seq is None else f" AND e.seq <= {self.last_seq:d}"
        return f"e.txid >= {self.from_txid:d} AND e.txid < {self.until_txid:d} AND e.seq > {self.floor_seq:d}{ends}"


@dataclass
class Running:
    """A count and a digest of the lines so far."""

    count: int = 0
    highest_seq: int = 0
    duplicates: int = 0
    _hash: Hash = field(default_factory=sm3, repr=False)
    _seen: set[int] = field(default_factory=set, repr=False)

    def add(self, seq: int, line: bytes) -> None:
        """Take in one line."""
        self.count += 1
        self.highest_seq = max(self.highest_seq, seq)
        self._hash.update(line)

    def add_once(self, seq: int, line: bytes) -> None:
        """Take in one line whose number must be new."""
        self.duplicates += seq in self._seen
        self._seen.add(seq)
        self.add(seq, line)

    def close(self) -> None:
        """Forget which numbers were seen: no more of them come."""
        self._seen.clear()

    def digest(self) -> bytes:
        """Return the digest of all lines."""
        return self._hash.digest()


def lines(cursor: Any, statement: str, within: Range) -> Iterator[tuple[int, int, bytes]]:
    """Yield transaction, number and line of each row, in sealing order, as the server sends them."""
    with cursor.copy(statement.format(where=within.where())) as copy:
        for block in copy:
            line = bytes(block)
            txid, seq, _ = line.split(b"\t", 2)
            yield int(txid), int(seq), line
