"""The table of strings: plain texts at once, those in runs or with readings beside them by calamine."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from niangjia.intake.reading.plain.grammar import STRING, STRINGS, NotPlain, decoded, strictly
from niangjia.intake.reading.plain.marks import Tags
from niangjia.intake.reading.plain.pieces import Pieces
from niangjia.intake.reading.plain.texts import texts_behind
from niangjia.intake.reading.zipped import well_formed

_STARTS = re.compile(r"<(?:\w+:)?si[\s/>]")
_END = "</si>"
Rich = Callable[[bytes, Sequence[str]], Sequence[str]]


def strings_of(pieces: Pieces, name: str, rich: Rich) -> pl.Series:
    """Return the table of strings.

    Args:
        name: of its part.
        rich: tells the texts of items that are not plain, below the head of the table.

    Raises:
        NotPlain, Broken: it is written otherwise.
    """
    found = [pl.Series([], dtype=pl.String)]
    for piece in pieces.rows():
        try:
            strictly(piece, STRINGS)
            found.append(_plain(piece))
        except NotPlain:
            found.append(_mixed(piece, name, lambda items: rich(pieces.head, items)))
    return pl.concat(found).rechunk()


def _plain(piece: bytes) -> pl.Series:
    tags = Tags(piece)
    at = np.flatnonzero(tags.kind == ord("t"))
    return texts_behind(tags, at, np.ones(len(at), bool))


def _mixed(piece: bytes, name: str, rich: Callable[[Sequence[str]], Sequence[str]]) -> pl.Series:
    items = decoded(piece).str.split(_END).explode()
    if items[-1] != "" or b"<!" in piece or b"<?" in piece:
        raise NotPlain
    items = items[:-1]
    is_plain = items.str.contains(STRING)
    odd = items.filter(~is_plain).to_list()
    if any(not item.startswith("<si>") or len(_STARTS.findall(item)) != 1 for item in odd):
        raise NotPlain
    whole = "".join(item + _END for item in odd)
    deque(well_formed(name, iter([f"<sst>{whole}</sst>".encode()])), maxlen=0)
    texts = pl.repeat("", len(items), dtype=pl.String, eager=True)
    plain = "".join(item + _END for item in items.filter(is_plain))
    texts = texts.scatter(is_plain.arg_true(), _plain(plain.encode()))
    return texts.scatter((~is_plain).arg_true(), pl.Series(rich(odd), dtype=pl.String))
