"""The chain against the heads that were kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from niangjia.foundation.audit.anchors import SET_BACK, Anchor
from niangjia.foundation.audit.findings import Code, Finding


def check(anchored: Iterable[Anchor], known: Mapping[int, bytes]) -> Iterator[Finding]:
    """Yield the heads that are no longer here, are others now, or were taken out of the file.

    Args:
        known: head by number, of the segments that are in the database.
    """
    promised: dict[int, set[bytes]] = {}
    for line, anchor in enumerate(anchored, start=1):
        if anchor.kind is None:
            yield Finding(Code.NOT_OURS, None, what="line", found=line)
        elif anchor.kind == SET_BACK:
            promised = {number: kept for number, kept in promised.items() if number <= anchor.number}
        else:
            promised.setdefault(anchor.number, set()).add(anchor.head)
    yield from _lost(promised, known)
    for number in sorted(promised.keys() & known.keys()):
        if promised[number] != {known[number]}:
            yield Finding(Code.OTHER_HEAD, number)
    between = range(min(promised), max(promised)) if promised else ()
    for number in between:
        if number in known and number not in promised:
            yield Finding(Code.NOT_ANCHORED, number)


def _lost(promised: Mapping[int, object], known: Mapping[int, bytes]) -> Iterator[Finding]:
    end = max(known, default=0)
    lost = [number for number in promised if number > end]
    if lost:
        yield Finding(Code.TAIL_LOST, min(lost), until=max(lost))
