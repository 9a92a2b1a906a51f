"""The table of styles of a workbook, with more of them: each as it was, in another colour.

Source:
    ECMA-376-1, 18.8 (styles): a cell names an entry of ``cellXfs``, which names an entry of ``fills``.
"""

from __future__ import annotations

import re

from niangjia.intake.reading.caps import MIB
from niangjia.intake.reading.refusals import Broken, TooLarge

COLOURS = {"refuse": "FFF8CBAD", "hold": "FFFFE699", "note": "FFDDEBF7"}
MOST_STYLES = 60_000  # a workbook may have 65 490
MOST_BYTES = 32 * MIB
WHERE = "xl/styles.xml"
_LAST = (b"cellStyles", b"dxfs", b"tableStyles")
_SECTION = rb"<((?:\w+:)?)%s\b[^<>]*>(.*?)</\1%s>"
_ENTRY = rb"<(?:\w+:)?%s\b[^<>]*?(?:/>|>.*?</(?:\w+:)?%s>)"
_FILL_ID = re.compile(rb"""\s(?:fillId|applyFill)\s*=\s*["'][^"']*["']""")
_START = re.compile(rb"<(?:\w+:)?xf\b")
NONE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)


class Styles:
    """The styles of one workbook; numbers are places in ``cellXfs``.

    Raises:
        Broken: it is no table of styles.
        TooLarge: it is longer than any that a person made.
    """

    def __init__(self, text: bytes) -> None:
        if len(text) > MOST_BYTES:
            raise TooLarge(where=WHERE)
        self._text = text
        self._prefix = p = _prefix(text)
        self._fills_at, fills = _section(text, b"fills", (b"borders", b"cellStyleXfs", b"cellXfs", *_LAST))
        self._fills = _entries(fills, b"fill") or [_pattern(p, b"none"), _pattern(p, b"gray125")]
        self._xfs_at, xfs = _section(text, b"cellXfs", _LAST)
        self._xfs = _entries(xfs, b"xf") or [b"<%bxf/>" % p]
        self._ours = {k for k, fill in enumerate(self._fills) if _is_ours(fill)}
        self._made: dict[tuple[int, str], int] = {}
        self._bare: dict[int, int] = {}
        self._wrapped: int | None = None

    def painted(self, style: int, severity: str) -> int:
        """Return the style that is like ``style``, in the colour of ``severity``."""
        key = (style, severity)
        if key not in self._made:
            self._made[key] = self._with_fill(style, self._fill_of(severity))
        return self._made[key]

    def bare(self, style: int) -> int:
        """Return ``style`` without a colour that a former repair gave it."""
        if style not in self._bare:
            coloured = _fill_id(self._xf(style)) in self._ours
            self._bare[style] = self._with_fill(style, 0) if coloured else style
        return self._bare[style]

    def wrapped(self) -> int:
        """Return the style of a long text: at the top of its cell, with breaks."""
        if self._wrapped is None:
            p = self._prefix
            self._wrapped = self._add(
                b'<%bxf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
                b'<%balignment vertical="top" wrapText="1"/></%bxf>' % (p, p, p)
            )
        return self._wrapped

    def text(self) -> bytes:
        """Return the table with what was added."""
        edits = [(self._fills_at, b"fills", self._fills), (self._xfs_at, b"cellXfs", self._xfs)]
        out, before = [], 0
        for (start, end), name, entries in sorted(edits, key=lambda edit: edit[0]):
            head = b'<%b%b count="%d">' % (self._prefix, name, len(entries))
            out += [self._text[before:start], head, *entries, b"</%b%b>" % (self._prefix, name)]
            before = end
        return b"".join([*out, self._text[before:]])

    def _xf(self, style: int) -> bytes:
        if style >= len(self._xfs):
            raise Broken(where=WHERE)
        return self._xfs[style]

    def _with_fill(self, style: int, fill: int) -> int:
        plain = _FILL_ID.sub(b"", self._xf(style))
        return self._add(_START.sub(lambda at: at[0] + b' fillId="%d" applyFill="1"' % fill, plain, count=1))

    def _add(self, xf: bytes) -> int:
        if len(self._xfs) >= MOST_STYLES:
            raise TooLarge(where=WHERE)
        self._xfs.append(xf)
        return len(self._xfs) - 1

    def _fill_of(self, severity: str) -> int:
        colour = COLOURS[severity].encode()
        for k in sorted(self._ours):
            if colour in self._fills[k]:
                return k
        p = self._prefix
        self._fills.append(
            b'<%bfill><%bpatternFill patternType="solid"><%bfgColor rgb="%b"/><%bbgColor rgb="%b"/></%bpatternFill></%bfill>'
            % (p, p, p, colour, p, colour, p, p)
        )
        self._ours.add(len(self._fills) - 1)
        return len(self._fills) - 1


def _prefix(text: bytes) -> bytes:
    root = re.search(rb"<((?:\w+:)?)styleSheet\b[^<>]*[^/<>]>", text)
    if root is None or b"<!" in text:  # in a comment there may be anything
        raise Broken(where=WHERE)
    return root[1]


def _pattern(prefix: bytes, name: bytes) -> bytes:
    """Return one of the two fills that every table begins with."""
    return b'<%bfill><%bpatternFill patternType="%b"/></%bfill>' % (prefix, prefix, name, prefix)


def _section(text: bytes, name: bytes, behind: tuple[bytes, ...]) -> tuple[tuple[int, int], bytes]:
    """Return where a section is and what stands in it; of one that is missing, where it belongs: before those ``behind`` it."""
    found = re.search(_SECTION % (name, name), text, re.DOTALL)
    if found is not None:
        return found.span(), found[2]
    empty = re.search(rb"<(?:\w+:)?%b\b[^<>]*/>" % name, text)
    if empty is not None:
        return empty.span(), b""
    starts = [at.start() for each in behind if (at := re.search(rb"<(?:\w+:)?%b\b" % each, text))]
    place = min(starts, default=text.rfind(b"</"))
    return (place, place), b""


def _entries(section: bytes, name: bytes) -> list[bytes]:
    return re.findall(_ENTRY % (name, name), section, re.DOTALL)


def _is_ours(fill: bytes) -> bool:
    return any(b'"%b"' % colour.encode() in fill for colour in COLOURS.values())


def _fill_id(xf: bytes) -> int:
    found = re.search(rb"""\sfillId\s*=\s*["'](\d+)["']""", xf)
    return int(found[1]) if found else 0
