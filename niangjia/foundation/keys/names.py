"""What keys are for, and what they are called; nothing here holds a key."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

WHOLE_DEPLOYMENT = "00"


class Purpose(StrEnum):
    """What a keyed hash is for: two purposes never share a key, so their values cannot be compared."""

    IDENTITY = "identity"
    PHONE = "phone"
    FINGERPRINT = "fingerprint"
    FILE = "file"
    ERASURE = "erasure"
    FACT = "fact"


class Signer(StrEnum):
    """What a signature is for; it is signed along, so that one cannot serve as the other."""

    AUDIT = "audit"
    CARD = "card"


class KeyId(NamedTuple):
    """The name of an encryption key: province (two digits of GB/T 2260, 0 for all), year, serial within them."""

    province: int
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.province:02}-{self.year}-{self.serial}"

    @classmethod
    def parse(cls, text: str) -> KeyId:
        """Return the id that ``text`` names."""
        province, year, serial = text.split("-")
        return cls(int(province), int(year), int(serial))

    def packed(self) -> bytes:
        """Return the 4 bytes by which a message names its key."""
        return bytes([self.province]) + self.year.to_bytes(2, "big") + bytes([self.serial])

    @classmethod
    def unpack(cls, packed: bytes) -> KeyId:
        """Return the id in 4 bytes."""
        return cls(packed[0], int.from_bytes(packed[1:3], "big"), packed[3])
