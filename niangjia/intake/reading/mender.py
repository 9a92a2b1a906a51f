"""The child process that colours the cells of a workbook and puts the reasons beside them; see ``child.py``.

The sheet streams by: a workbook of any length takes the same memory, and nothing is written to a disk.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import sys
import zipfile
from typing import Any

from niangjia.intake.reading.caps import MIB, Caps, confine
from niangjia.intake.reading.child import _put
from niangjia.intake.reading.mending.book import Book
from niangjia.intake.reading.mending.marks import Told
from niangjia.intake.reading.refusals import MEMORY, WHOLE, Broken, Invalid, TooLarge, as_told
from niangjia.intake.reading.workbook import look_over
from niangjia.intake.reading.zipped import Parts

FAST = 3  # of nine: the sheet is packed while somebody waits


def main() -> None:
    """Mend the workbook behind the first descriptor as the three behind it say."""
    sys.stdin.buffer.read()  # its end says that all are whole
    *descriptors, caps, _lists = sys.argv[1:]
    data, *told = (_content(int(each)) for each in descriptors)
    limits = Caps(**json.loads(caps))
    marks = Told.unpacked(*told)
    confine(limits, len(data))
    try:
        parts = Parts(data, limits)
        look_over(parts)
        _mend(parts, marks)
    except Invalid as refusal:
        _put(b"r", as_told(refusal).encode())
    except MemoryError:
        _put(b"r", as_told(TooLarge(where=MEMORY)).encode())
    except (ValueError, KeyError):  # a place or a name that the text does not keep
        _put(b"r", as_told(Broken(where=WHOLE)).encode())
    _put(b"e", b"")


def _content(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    if not size:
        return b""
    with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as data:
        return bytes(data)


def _mend(parts: Parts, told: Told) -> None:
    with zipfile.ZipFile(
        io.BufferedWriter(_Said(), MIB), "w", zipfile.ZIP_DEFLATED, compresslevel=FAST
    ) as out:  # type: ignore[type-var]
        for name, steps in Book(parts, told).parts():
            about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            with out.open(about, "w", force_zip64=True) as into:
                for step in steps:
                    into.write(step)


class _Said(io.RawIOBase):
    """What is written into it is said to the parent, frame by frame."""

    def writable(self) -> bool:
        """Return true."""
        return True

    def write(self, data: Any) -> int:
        """Say one frame."""
        _put(b"b", bytes(data))
        return len(data)


if __name__ == "__main__":
    main()
