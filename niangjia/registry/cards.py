"""The electronic card: a signed statement that lives for seconds, and says as little as it needs.

It names no person: whoever checks it sees a masked name and a short number, and compares both with the card.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection

from niangjia.foundation.keys.names import Signer
from niangjia.foundation.keys.service import Signature, service
from niangjia.registry.models import Membership

LIVES = timedelta(seconds=90)
SKEW = timedelta(seconds=30)  # clocks of two phones differ
LAYOUT = struct.Struct(
    ">B16s16sII"
)  # version, spell, union, first day (proleptic ordinal), end (Unix seconds)
VERSION = 1
ED25519 = 64  # bytes of a signature


@dataclass(frozen=True)
class Statement:
    """What a card says: this spell at this union, since that day."""

    spell_id: UUID
    organisation_id: UUID
    since: date
    until: datetime

    @property
    def number(self) -> str:
        """Return the short number that is shown beside the QR code and on the page that checks it."""
        digest = hashlib.sha256(self.spell_id.bytes).digest()
        return f"{int.from_bytes(digest[:4], 'big') % 10**8:08d}"


@dataclass(frozen=True)
class Shown:
    """What whoever scans a card sees: a masked name, the union, and whether the membership still stands."""

    name: str
    union: str
    still: bool


def shown_by(statement: Statement) -> Shown | None:
    """Return what a card's statement shows; None where its spell is gone.

    The database masks the name: whoever scans acts with no role, and has no right on any person's row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, union_name, still FROM registry_shown_by_card(%s)", [statement.spell_id])
        row = cursor.fetchone()
    return Shown(*row) if row else None


def issue(spell: Membership, *, at: datetime) -> str:
    """Return the signed text of the QR code, good until ``LIVES`` after ``at``."""
    until = int((at + LIVES).timestamp())
    body = LAYOUT.pack(VERSION, spell.pk.bytes, spell.organisation_id.bytes, spell.from_on.toordinal(), until)
    signed = service().sign(Signer.CARD, body)
    return base64.urlsafe_b64encode(body + signed.value + signed.key_id.encode()).rstrip(b"=").decode()


def read(text: str, *, at: datetime) -> Statement | None:
    """Return what a scanned text says, None when it was altered, is older than its life, or never was ours."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    body, rest = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if len(body) != LAYOUT.size or body[0] != VERSION:
        return None
    signature = Signature(rest[ED25519:].decode("ascii", "replace"), rest[:ED25519])
    return _live(body, at=at) if service().verifies(Signer.CARD, body, signature) else None


def _live(body: bytes, *, at: datetime) -> Statement | None:
    _, spell, union, since, until = LAYOUT.unpack(body)
    ends = datetime.fromtimestamp(until, UTC)
    if not at - SKEW <= ends <= at + LIVES + SKEW:
        return None
    return Statement(UUID(bytes=spell), UUID(bytes=union), date.fromordinal(since), ends)
