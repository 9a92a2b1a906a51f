"""The child process that reads one file: it confines itself first, and speaks in frames on its standard output.

::

    frame  =  kind (1: "h" sheet name, "b" block, "r" refusal, "e" end)  length (8, big-endian)  content

A block is an Arrow IPC stream, a refusal JSON: its code and its parameters. Nothing is written anywhere else. The file comes as
a descriptor of memory (``--fd``). Started by ``process.py``; imports no Django.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator

from niangjia.core.intake.fields import Field
from niangjia.core.intake.headers import Fields
from niangjia.intake.reading import text
from niangjia.intake.reading.caps import Caps, confine
from niangjia.intake.reading.columns import Block
from niangjia.intake.reading.kinds import LOOKED_AT, Kind, kind_of
from niangjia.intake.reading.refusals import MEMORY, Empty, Invalid, TooLarge, as_told

Lists = tuple[Fields, ...]


def main() -> None:
    """Read the file behind the descriptor in the first argument, under the caps in the second, for the lists in the third."""
    descriptor, caps, lists = int(sys.argv[1]), Caps(**json.loads(sys.argv[2])), _lists(sys.argv[3])
    sys.stdin.buffer.read()  # its end says that the file is whole
    size = os.fstat(descriptor).st_size
    try:
        if not size:
            raise Empty
        reader = _reader(kind_of(os.pread(descriptor, LOOKED_AT, 0)))
        confine(caps, size)  # once what it needs is imported, for after this it can open nothing
        with os.fdopen(descriptor, "rb") as file:
            file.seek(0)
            content = file.read(size)
        _tell(reader(content, caps, lists))
    except Invalid as refusal:
        _put(b"r", as_told(refusal).encode())
    except MemoryError:
        _put(b"r", as_told(TooLarge(where=MEMORY)).encode())
    _put(b"e", b"")


def _lists(told: str) -> Lists:
    return tuple(
        tuple(Field(name, "", tuple(headers), is_needed) for name, headers, is_needed in fields)
        for fields in json.loads(told)
    )


def _reader(kind: Kind) -> Callable[[bytes, Caps, Lists], Iterator[Block]]:
    if kind is Kind.TEXT:
        return text.blocks
    from niangjia.intake.reading import workbook  # a text table need not wait for it

    return workbook.blocks


def _tell(blocks: Iterator[Block]) -> None:
    for number, block in enumerate(blocks):
        if not number:
            _put(b"h", block.sheet.encode())
        content = io.BytesIO()
        block.rows.write_ipc_stream(content, compression="uncompressed")
        _put(b"b", content.getbuffer())


def _put(kind: bytes, content: bytes | memoryview) -> None:
    out = sys.stdout.buffer
    out.write(kind + len(content).to_bytes(8, "big"))
    out.write(content)
    out.flush()


if __name__ == "__main__":
    main()
