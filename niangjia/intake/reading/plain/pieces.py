"""A part that is long because of its rows, in pieces: what stands before them, whole rows, what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator

from niangjia.intake.reading.caps import MIB
from niangjia.intake.reading.plain.grammar import NotPlain

PIECE, LONGEST_ROW, LONGEST_BESIDE = 2 * MIB, 6 * MIB, 8 * MIB


class Pieces:
    """One part.

    Attributes:
        head: up to and with the tag that opens the rows.
        start: the first 200 bytes.
        tail: from the tag that closes them on; known when all pieces are taken.
    """

    def __init__(
        self, steps: Iterator[bytes], first: bytes, last: bytes, behind: bytes, *, is_kept: bool = True
    ) -> None:
        """Read the head.

        Args:
            first: what the head ends with, or what follows it, if that is not kept in the head.
            last: what the tail begins with.
            behind: what each row ends with.

        Raises:
            NotPlain: there is none.
        """
        self._steps, self._last, self._behind = steps, last, behind
        self.tail = b""
        read = b""
        for step in steps:
            read += step
            if first in read:
                break
            if len(read) > LONGEST_BESIDE:
                raise NotPlain
        at = read.find(first)
        if at < 0:
            raise NotPlain
        at += len(first) if is_kept else 0
        self.start, self.head, self._rest = read[:200], read[:at], read[at:]

    def rows(self) -> Iterator[bytes]:
        """Yield whole rows, some mebibytes at a time, and read the part to its end.

        Raises:
            NotPlain: a row, or what stands behind them, is too long.
        """
        rest, self._rest = self._rest, b""
        while True:
            piece, is_end = self._more(rest)
            end = piece.find(self._last)
            if end >= 0:
                yield piece[:end]
                self.tail = self._to_end(piece[end:])
                return
            cut = piece.rfind(self._behind) + len(self._behind)
            if is_end or (cut < len(self._behind) and len(piece) > LONGEST_ROW):
                raise NotPlain
            if cut >= len(self._behind):
                yield piece[:cut]
                rest = piece[cut:]
            else:
                rest = piece

    def _more(self, rest: bytes) -> tuple[bytes, bool]:
        taken, size = [rest], 0
        for step in self._steps:
            taken.append(step)
            size += len(step)
            if size >= PIECE:
                return b"".join(taken), False
        return b"".join(taken), True

    def _to_end(self, tail: bytes) -> bytes:
        taken, size = [tail], len(tail)
        for step in self._steps:
            taken.append(step)
            size += len(step)
            if size > LONGEST_BESIDE:
                raise NotPlain
        return b"".join(taken)
