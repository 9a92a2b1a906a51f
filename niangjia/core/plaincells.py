"""Texts as a text table holds them, so that no spreadsheet program takes one for a formula or for a number."""

from __future__ import annotations

import re

QUOTE = "'"
# What a program may take for the beginning of a formula or a command, also after blanks (full-width ones too).
_HOSTILE = re.compile(r"[\s\u3000]*[=+\-@|%＝＋－＠]|[\s\u3000]*[\t\r\n]")
# A number of which a program keeps fifteen digits (IEEE 754), and a code such as 3E10.
_LONG_NUMBER = re.compile(r"\d{16,}[Xx]?|\d+[Ee]\d+|0\d+")


def plain_cell(text: str) -> str:
    """Return ``text``, with an apostrophe before it where a program might read it as something else."""
    if _HOSTILE.match(text) or _LONG_NUMBER.fullmatch(text):
        return QUOTE + text
    return text
