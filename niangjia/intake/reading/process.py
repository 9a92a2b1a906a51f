"""Starts the child that reads a file, and listens to it; what the file does to the child stays with the child."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, BinaryIO

import niangjia
from niangjia.intake.reading.caps import MIB, Caps
from niangjia.intake.reading.refusals import BY_CODE, Broken, TooLarge, TooSlow

_HERE = str(Path(niangjia.__file__).parents[1])
# Neither passwords nor keys: the child gets no variable of the parent's but these.
_ENVIRONMENT = {
    "PYTHONPATH": _HERE,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TZ": "Asia/Shanghai",
}
_BLOCK = MIB
Frame = tuple[bytes, bytes]


def in_memory(content: BinaryIO, caps: Caps) -> int:
    """Return a descriptor of a file that exists in memory alone, with the content.

    Raises:
        TooLarge: it is larger than a file may be.
    """
    descriptor = os.memfd_create("roster", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as out:
        shutil.copyfileobj(content, out, _BLOCK)
        size = out.tell()
    if size > caps.file_mib * MIB:
        os.close(descriptor)
        raise TooLarge(where=f"{size // MIB} MiB")
    return descriptor


def frames(module: str, descriptors: Sequence[int], caps: Caps) -> Iterator[Frame]:
    """Yield what a child says, frame by frame, without the last.

    Args:
        module: what the child runs; its first arguments are the descriptors, the last one the caps.

    Raises:
        Invalid: what the child refused; or TooSlow, TooLarge, Broken for a child that its limits or the file ended.
    """
    arguments = [sys.executable, "-P", "-s", "-m", module, *map(str, descriptors), json.dumps(asdict(caps))]
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback of a parser may quote a cell
        pass_fds=descriptors,
        env=_ENVIRONMENT,
        cwd="/",
        close_fds=True,
    )
    assert child.stdout is not None
    with _ended(child, caps) as was_slow:
        for kind, content in _spoken(child.stdout):
            if kind == b"e":
                return
            if kind == b"r":
                code, params = json.loads(content)
                raise BY_CODE[code](**params)
            yield kind, content
        status = child.wait()
        if was_slow.is_set() or status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise TooSlow
        # Out of memory, native code aborts; a crash of any other kind is the file's doing too.
        raise TooLarge(where="memory") if status == -signal.SIGABRT else Broken(where="xlsx")


@contextmanager
def _ended(child: subprocess.Popen[bytes], caps: Caps) -> Iterator[threading.Event]:
    """End the child when its time is over, and in any case when nobody listens any more."""
    was_slow = threading.Event()

    def end() -> None:
        was_slow.set()
        child.kill()

    clock = threading.Timer(caps.wall_seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield was_slow
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _spoken(out: IO[bytes]) -> Iterator[Frame]:
    while len(head := out.read(9)) == 9:
        length = int.from_bytes(head[1:], "big")
        content = out.read(length)
        if len(content) < length:
            return
        yield head[:1], content
