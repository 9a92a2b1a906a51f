"""The texts behind tags, as calamine gives them: entities resolved, blanks at the ends cut unless they are to be kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import polars as pl

from niangjia.intake.reading.plain.marks import Flags, Places, Tags

_BLANKS, _BLANK = " \t\r\n", 32
_PRESERVED = 'xml:space="preserve">'  # behind "<t "
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}  # the last one last
_ESCAPED = re.compile(r"_x00(\+[0-9A-Fa-f]|[0-9A-Fa-f]{2})_")


def texts_behind(tags: Tags, at: Places, is_free: Flags) -> pl.Series:
    """Return the text behind each of some tags.

    Args:
        at: which tags: "t" or "v".
        is_free: of which the blanks at the ends are cut: "t".
    """
    if not len(at):
        return pl.Series([], dtype=pl.String)
    start, end = tags.at[at] + 3, tags.at[at + 1]
    odd = np.flatnonzero(tags.bytes[start - 1] != ord(">"))
    if len(odd):  # kept blanks, or nothing in it
        is_kept = tags.bytes[start[odd]] == ord("x")
        start[odd] = np.where(is_kept, start[odd] + len(_PRESERVED), end[odd])
    found = _cut_out(tags, start, end)
    is_blank = is_free & ((tags.bytes[start] <= _BLANK) | (tags.bytes[end - 1] <= _BLANK))
    is_blank[odd] = False
    found = _changed(found, np.flatnonzero(is_blank), _bare)
    if b"&" in tags.piece:
        found = _changed(found, _with(found, "&"), _resolved)
    if b"_x00" in tags.piece:
        found = _changed(found, _with(found, "_x00"), _unescaped)
    return found


def _cut_out(tags: Tags, start: Places, end: Places) -> pl.Series:
    """Return the texts between these places, each of which ends before a "<"."""
    lengths = np.empty(2 * len(start) + 1, np.int64)
    lengths[0], lengths[-1] = start[0], len(tags.piece) - end[-1] - 1
    lengths[1::2] = end + 1 - start
    lengths[2:-1:2] = start[1:] - end[:-1] - 1
    is_text = np.zeros(len(lengths), bool)
    is_text[1::2] = True
    kept = tags.bytes[: len(tags.piece)][np.repeat(is_text, lengths)].tobytes()
    return pl.Series([kept], dtype=pl.Binary).cast(pl.String).str.split("<").explode()[:-1]


def _with(texts: pl.Series, sign: str) -> Places:
    return np.flatnonzero(texts.str.contains(sign, literal=True).to_numpy())


def _changed(texts: pl.Series, at: Places, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    return texts.scatter(at, change(texts.gather(at))) if len(at) else texts


def _bare(texts: pl.Series) -> pl.Series:
    return texts.str.strip_chars(_BLANKS)


def _resolved(texts: pl.Series) -> pl.Series:
    for entity, sign in _ENTITIES.items():
        texts = texts.str.replace_all(entity, sign, literal=True)
    return texts


def _unescaped(texts: pl.Series) -> pl.Series:
    return pl.Series(
        [_ESCAPED.sub(lambda one: chr(int(one[1], 16)), text) for text in texts], dtype=pl.String
    )
