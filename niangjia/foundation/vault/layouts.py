"""How secret fields are packed: UTF-8, padded with NUL to a fixed width, so that a length tells nothing of a value.

A layout never changes once rows are sealed with it; a new one gets a new byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Fields and their widths in bytes, under one format byte.

    ``shorter`` is for rows whose fields in ``shorter.blank`` are empty: most addresses are, and are the widest field.
    """

    byte: int
    widths: Mapping[str, int]
    blank: tuple[str, ...] = ()
    shorter: Layout | None = None

    @cached_property
    def width(self) -> int:
        """Return the bytes of one packed row."""
        return sum(self.widths.values())

    def fitting(self, values: Mapping[str, str | None]) -> Layout:
        """Return the shorter layout where these values fit it, else this one. It follows from the values alone."""
        if self.shorter is None or any(values.get(name) for name in self.shorter.blank):
            return self
        return self.shorter

    def knows(self, byte: int) -> bool:
        """Tell whether ``byte`` stands for this layout or its shorter one."""
        return byte == self.byte or (self.shorter is not None and byte == self.shorter.byte)

    def check(self, names: Iterable[str]) -> None:
        """Raise KeyError for a field that this layout does not have."""
        for name in names:
            if name not in self.widths and name not in self.blank:
                raise KeyError(name)

    def pack(self, values: Mapping[str, str | None]) -> bytes:
        """Return one packed row; a field that is missing, null or empty is packed as empty.

        Raises:
            TooLong, Unpackable: by the name of the field.
            KeyError: a field that this layout does not have.
        """
        self.check(values)
        return b"".join(padded(name, values.get(name), width) for name, width in self.widths.items())

    def unpack(self, packed: bytes) -> dict[str, str]:
        """Return the fields of one packed row, empty ones as the empty text."""
        return dict.fromkeys(self.blank, "") | {
            name: packed[self.slice_of(name)].rstrip(PAD).decode() for name in self.widths
        }

    def slice_of(self, name: str) -> slice:
        """Return where a field lies in a packed row."""
        names = list(self.widths)
        start = sum(self.widths[each] for each in names[: names.index(name)])
        return slice(start, start + self.widths[name])


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


_PERSON = {"id_number": 24, "earlier_numbers": 48, "phone": 16}
PERSON = Layout(1, _PERSON | {"address": 216}, shorter=Layout(4, _PERSON, blank=("address",)))
PHONE = Layout(2, {"phone": 16})
BANK_CARD = Layout(3, {"card_number": 24, "bank": 96})
LAYOUTS = {layout.byte: layout for layout in (PERSON, PERSON.shorter, PHONE, BANK_CARD) if layout}
