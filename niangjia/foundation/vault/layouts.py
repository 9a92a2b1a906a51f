"""How secret fields are packed: UTF-8, padded with NUL to a fixed width, so that a length tells nothing.

A layout never changes once rows are sealed with it; a new one gets a new byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop

PAD = b"\0"
SEPARATOR = "|"


class TooLong(Invalid):
    """A field does not fit its width."""

    code = "secret_too_long"
    message = gettext_noop("The field %(field)s is too long: at most %(bytes)s bytes. Shorten it.")


class Unpackable(Invalid):
    """A field holds a character that no such field can hold."""

    code = "secret_unpackable"
    message = gettext_noop("The field %(field)s holds a character that cannot be stored. Remove it.")


@dataclass(frozen=True)
class Layout:
    """Fields and their widths in bytes, under one format byte."""

    byte: int
    widths: Mapping[str, int]

    @cached_property
    def width(self) -> int:
        """Return the bytes of one packed row."""
        return sum(self.widths.values())

    def pack(self, values: Mapping[str, str | None]) -> bytes:
        """Return one packed row; a field that is missing, null or empty is packed as empty.

        Raises:
            TooLong, Unpackable: by the name of the field.
            KeyError: a field that this layout does not have.
        """
        for name in values:
            self.widths[name]
        return b"".join(padded(name, values.get(name), width) for name, width in self.widths.items())

    def unpack(self, packed: bytes) -> dict[str, str]:
        """Return the fields of one packed row, empty ones as the empty text."""
        fields, at = {}, 0
        for name, width in self.widths.items():
            fields[name] = packed[at : at + width].rstrip(PAD).decode()
            at += width
        return fields


def encoded(name: str, value: str | None) -> bytes:
    """Return the bytes of one value.

    Raises:
        Unpackable: it holds NUL or half a surrogate pair.
    """
    try:
        data = (value or "").encode()
    except UnicodeEncodeError:
        raise Unpackable(field=name) from None  # the error's text would quote the value
    if PAD in data:
        raise Unpackable(field=name)
    return data


def padded(name: str, value: str | None, width: int) -> bytes:
    """Return one value in ``width`` bytes."""
    data = encoded(name, value)
    if len(data) > width:
        raise TooLong(field=name, bytes=width)
    return data.ljust(width, PAD)


PERSON = Layout(1, {"id_number": 24, "earlier_numbers": 48, "phone": 16, "address": 216})
PHONE = Layout(2, {"phone": 16})
BANK_CARD = Layout(3, {"card_number": 24, "bank": 96})
LAYOUTS = {layout.byte: layout for layout in (PERSON, PHONE, BANK_CARD)}
