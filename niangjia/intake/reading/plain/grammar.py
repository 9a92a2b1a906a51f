"""The one grammar that plain sheets are written in. What it covers byte by byte is well-formed XML, so no parser need see it.

Source:
    ECMA-376-1, 18.3.1 (worksheets), 18.4 (table of strings); XML 1.0, 2.2 (characters).
"""

from __future__ import annotations

import re
from collections import deque

import polars as pl

from niangjia.intake.reading.zipped import well_formed


class NotPlain(Exception):
    """It is written otherwise: the slow reader shall decide."""


# Without ">" there can be no "]]>", and without "\r" no end of a line that a reader makes even.
_TEXT = r"(?:[^<>&\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]|&(?:amp|lt|gt|quot|apos);)*"
_T = rf'(?:<t(?: xml:space="preserve")?>{_TEXT}</t>|<t ?/>)'
_NUMBER = r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?"
_CELL = (
    r'<c r="[A-Z]{1,2}[1-9][0-9]{0,6}"(?: s="[0-9]{1,5}")?'
    r'(?:(?: t="(?:s|n|b|str|inlineStr)")?(?: ?/>|></c>)'
    rf'| t="inlineStr"><is>{_T}</is></c>'
    r'| t="s"><v>[0-9]{1,9}</v></c>'
    r'| t="b"><v>[01]</v></c>'
    rf'| t="str"><v>{_TEXT}</v></c>'
    rf'|(?: t="n")?><v>{_NUMBER}</v></c>)'
)
# What else a row may say, `row_said` looks at: each writing of it once.
_ROW = rf'<row r="[1-9][0-9]{{0,6}}"(?:(?:[ -%\x27-;=?-~]*[ -%\x27-.0-;=?-~])?>\n?(?:{_CELL})*</row>\n?|[ -%\x27-;=?-~]*/>\n?)'
ROWS = rf"\A\n?(?:{_ROW})*\z"
_PHONETIC = r'(?:<phoneticPr fontId="[0-9]{1,4}"(?: type="[A-Za-z]{1,20}")?/>)?'
STRING = rf"\A<si>{_T}{_PHONETIC}\z"  # without its end
STRINGS = rf"\A(?:<si>{_T}{_PHONETIC}</si>)*\z"

_SAID = re.compile(
    r' (spans|s|customFormat|ht|hidden|customHeight|outlineLevel|collapsed|thickTop|thickBot|ph|x14ac:dyDescent)="[ !#-%\x27-;=?-~]*"'
)
_START = (
    rb'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")?\s*\?>\s*)?<%b[\s>]'
)
_ENCODING = re.compile(rb"(?i)encoding\s*=")
_CELLS = re.compile(rb"""<(?:\w+:)?(?:c|f|v|is|row|sheetData|si)[\s/>]|=\s*["'][es]["']""")
_ROWS_NAMESPACE = b'<row x14ac:dyDescent="0"/>'


def strictly(piece: bytes, pattern: str) -> pl.Series:
    """Return a piece as one text, if it is UTF-8 and the pattern covers all of it.

    Raises:
        NotPlain: it is not so.
    """
    text = decoded(piece)
    if not text.str.contains(pattern)[0]:
        raise NotPlain
    return text


def decoded(piece: bytes) -> pl.Series:
    """Return a piece as one text.

    Raises:
        NotPlain: it is not in UTF-8.
    """
    try:
        return pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise NotPlain from error


def row_said(said: str) -> bool:
    """Return whether what the tag of a row says behind its number needs a namespace to be known.

    Raises:
        NotPlain: it says something else, or one thing twice.
    """
    bare = said.removesuffix("\n").removesuffix(">").removesuffix("/").removesuffix(" ")
    names = [one[1] for one in _SAID.finditer(bare)]
    if _SAID.sub("", bare) or len(set(names)) < len(names):
        raise NotPlain
    return "x14ac:dyDescent" in names


def around(
    name: str, root: bytes, head: bytes, start: bytes, tail: bytes, *, with_namespace: bool = False
) -> None:
    """Refuse what stands around the rows unless it is plain too.

    Args:
        root: the element that all is in.
        start: the first bytes of the part, those behind the head too.

    Raises:
        NotPlain: there are remarks, declarations, another encoding, or cells where none belong.
        Broken: it is no XML.
    """
    beside = head.removesuffix(b"<sheetData>") + tail.removeprefix(b"</sheetData>")
    if (
        not re.match(_START % root, head)
        or len(_ENCODING.findall(start)) > head.count(b" encoding=", 0, 60)
        or b"<!" in beside
        or beside.count(b"<?") > head.startswith(b"<?")
        or _CELLS.search(beside)
    ):
        raise NotPlain
    deque(well_formed(name, iter([head, _ROWS_NAMESPACE if with_namespace else b"", tail])), maxlen=0)
