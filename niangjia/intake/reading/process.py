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
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, BinaryIO

import niangjia
from niangjia.core.intake.headers import Fields
from niangjia.intake.reading.caps import MIB, Caps
from niangjia.intake.reading.refusals import BY_CODE, MEMORY, WHOLE, Broken, TooLarge, TooSlow

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


def frames(
    module: str, contents: Sequence[BinaryIO], caps: Caps, lists: Sequence[Fields] = ()
) -> Iterator[Frame]:
    """Yield what a child says, frame by frame, without the last.

    Args:
        module: what the child runs. Its first arguments are descriptors of files that exist in memory alone, then
            the caps and the lists. It starts while ``contents`` are still decrypted into those files: they are whole at the end of its
            standard input.
        lists: the columns of each kind of list that may be looked for.

    Raises:
        TooLarge: a content is larger than a file may be.
        Invalid: what the child refused; or TooSlow, TooLarge, Broken for a child that its limits or the file ended.
    """
    with ExitStack() as stack:
        descriptors = [os.memfd_create("roster", os.MFD_CLOEXEC) for _ in contents]
        for descriptor in descriptors:
            stack.callback(os.close, descriptor)
        child = _started(module, descriptors, caps, lists)
        watch = stack.enter_context(_ended(child, caps))
        for descriptor, content in zip(descriptors, contents, strict=True):
            _fill(descriptor, content, caps)
        assert child.stdin is not None and child.stdout is not None
        child.stdin.close()
        for kind, said in watch.over(_spoken(child.stdout)):
            if kind == b"e":
                return
            if kind == b"r":
                code, params = json.loads(said)
                raise BY_CODE[code](**params)
            yield kind, said
        status = child.wait()
        if watch.was_slow or status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise TooSlow
        # Out of memory, native code aborts; a crash of any other kind is the file's doing too.
        raise TooLarge(where=MEMORY) if status == -signal.SIGABRT else Broken(where=WHOLE)


def _started(
    module: str, descriptors: Sequence[int], caps: Caps, lists: Sequence[Fields]
) -> subprocess.Popen[bytes]:
    known = [[(field.name, field.headers, field.is_needed) for field in fields] for fields in lists]
    told = [*map(str, descriptors), json.dumps(asdict(caps)), json.dumps(known)]
    arguments = [sys.executable, "-P", "-s", "-m", module, *told]
    return subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback of a parser may quote a cell
        pass_fds=descriptors,
        env=_ENVIRONMENT,
        cwd="/",
        close_fds=True,
    )


def _fill(descriptor: int, content: BinaryIO, caps: Caps) -> None:
    content.seek(0)
    with os.fdopen(os.dup(descriptor), "wb") as out:
        shutil.copyfileobj(content, out, _BLOCK)
        size = out.tell()
    if size > caps.file_mib * MIB:
        raise TooLarge(where=f"{size // MIB} MiB")


class _Watch:
    """Ends a child that has let its listener wait too long. While the listener is at work, the child may wait for it."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._child, self._seconds = child, seconds
        self.was_slow = False

    def over(self, spoken: Iterator[Frame]) -> Iterator[Frame]:
        """Yield what the child says."""
        while True:
            clock = threading.Timer(self._seconds, self._end)
            clock.daemon = True
            clock.start()
            try:
                frame = next(spoken, None)
            finally:
                clock.cancel()
            if frame is None:
                return
            yield frame

    def _end(self) -> None:
        self.was_slow = True
        self._child.kill()


@contextmanager
def _ended(child: subprocess.Popen[bytes], caps: Caps) -> Iterator[_Watch]:
    """End the child when it is too slow, and in any case when nobody listens any more."""
    try:
        yield _Watch(child, caps.wall_seconds)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _spoken(out: IO[bytes]) -> Iterator[Frame]:
    while len(head := out.read(9)) == 9:
        length = int.from_bytes(head[1:], "big")
        content = out.read(length)
        if len(content) < length:
            return
        yield head[:1], content
