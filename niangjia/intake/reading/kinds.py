"""What a file is by its first bytes; its name says nothing that can be trusted."""

from __future__ import annotations

import re
from enum import Enum

from niangjia.intake.reading.refusals import EMPTY_ZIP, PICTURE, PROGRAM, Encrypted, WrongKind

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN = {
    b"%PDF": "PDF",
    b"PK\x05\x06": EMPTY_ZIP,
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
    b"\x7fELF": PROGRAM,
    b"MZ": PROGRAM,
}
_MARKUP = re.compile(rb"(?i)\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|head|meta|script|svg|!--)")
LOOKED_AT = 1024 * 1024  # the list of streams of an old container may stand far behind its start
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


class Kind(Enum):
    """The kinds that are read."""

    XLSX = "xlsx"
    TEXT = "text"


def kind_of(data: bytes) -> Kind:
    """Return what the file is.

    Raises:
        WrongKind, Encrypted: it is neither a workbook nor a text table.
    """
    if data.startswith(_ZIP):
        if b"mimetypeapplication/vnd.oasis" in data[:200]:
            raise WrongKind(kind="OpenDocument")
        return Kind.XLSX
    if data.startswith(_OLE):
        if _PASSWORD in data:
            raise Encrypted
        raise WrongKind(kind=".xls")
    for start, name in _KNOWN.items():
        if data.startswith(start):
            raise WrongKind(kind=name)
    if _MARKUP.match(data[:512]):
        raise WrongKind(kind="HTML or XML")
    return Kind.TEXT
