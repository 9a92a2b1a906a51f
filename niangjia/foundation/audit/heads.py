"""The head of a segment: what binds its content, its place and its time to all that came before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from niangjia.foundation.audit.models import Segment
from niangjia.foundation.keys.names import Signer
from niangjia.foundation.keys.service import Signature, service
from niangjia.foundation.keys.sm3 import DIGEST, sm3

NO_HEAD = bytes(DIGEST)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def head_of(segment: Segment) -> bytes:
    """Return the 32 bytes of SM3 over everything that a segment says, the previous head included."""
    said = [
        "niangjia segment 1",
        segment.number,
        segment.era,
        segment.floor_seq,
        segment.from_txid,
        segment.until_txid,
        segment.events,
        segment.subjects,
        segment.highest_seq,
        bytes(segment.events_digest).hex(),
        bytes(segment.subjects_digest).hex(),
        (segment.sealed_at - EPOCH) // timedelta(microseconds=1),
        bytes(segment.previous_head).hex(),
    ]
    return sm3("\n".join(map(str, said)).encode()).digest()


def sign(segment: Segment) -> None:
    """Give the segment its head and our signature."""
    segment.head = head_of(segment)
    signature = service().sign(Signer.AUDIT, segment.head)
    segment.key_id, segment.signature = signature.key_id, signature.value


def is_ours(segment: Segment) -> bool:
    """Tell whether the head fits what the segment says, and the signature is ours."""
    head = bytes(segment.head)
    signature = Signature(segment.key_id, bytes(segment.signature))
    return head == head_of(segment) and service().verifies(Signer.AUDIT, head, signature)
