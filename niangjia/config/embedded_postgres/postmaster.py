"""The server process: what its pid file says, what a kill left running, and how it is started, stopped and outlived."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


@dataclass(frozen=True)
class Postmaster:
    """A running server as its ``postmaster.pid`` describes it."""

    pid: int
    sockets: Path
    ready: bool


def read(data: Path) -> Postmaster | None:
    """Return the server that runs on a data folder, or None: no file, a torn one, or one that a kill left behind."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, sockets = int(lines[0]), Path(lines[4].strip())
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _serves(pid, data):
        return None
    return Postmaster(pid, sockets, ready=len(lines) > 7 and lines[7].strip() == "ready")


def processes(data: Path, name: str) -> list[int]:
    """Return every server process of one data folder, also those that outlived their postmaster.

    They are told by their command line, which anybody may read; a process id alone may be a stranger's by now.

    Args:
        name: the cluster's name, which PostgreSQL puts into the title of each process.
    """
    title = f"postgres: {name}: ".encode()
    pids = [int(each.name) for each in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _serves(pid, data) or _command_line(pid).startswith(title)]


def clear_remains(data: Path, name: str, *, seconds: float) -> None:
    """End what still runs on a data folder whose lock we hold: politely, then not; then forget its pid file."""
    for number, share in ((signal.SIGINT, 0.8), (signal.SIGKILL, 0.2)):
        left = processes(data, name)
        # Children end by themselves once the postmaster is gone; a fast stop is for the postmaster only.
        _signal([pid for pid in left if number == signal.SIGKILL or _serves(pid, data)], number)
        if wait_until(lambda: not processes(data, name), seconds * share):
            # Only now: while a child lives, PostgreSQL finds its shared memory through this file.
            (data / "postmaster.pid").unlink(missing_ok=True)
            return


def launch(command: list[str], *, output: Path, options: dict[str, object]) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own (a Ctrl-C is not for it), ending when this process ends."""
    with output.open("wb") as said:
        output.chmod(0o600)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGINT),
            cwd="/",
            **options,  # type: ignore[call-overload]
        )


def stop(server: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Stop a server that we started: fast, then at once, then by force."""
    for number, share in ((signal.SIGINT, 0.8), (signal.SIGQUIT, 0.1), (signal.SIGKILL, 0.1)):
        if server.poll() is None:
            server.send_signal(number)
        try:
            server.wait(seconds * share)
        except subprocess.TimeoutExpired:
            continue
        return


def dies_with_parent(number: int) -> Callable[[], None] | None:
    """Return what a child runs before its program so that the kernel signals it when the starting thread ends."""
    parent = os.getpid()
    if _prctl is None:
        return None

    def bind() -> None:
        _prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended between fork and prctl
            os._exit(1)

    return bind


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Return whether the claim became true in time."""
    end = time.monotonic() + seconds
    while not (true := holds()) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
    return true


def _serves(pid: int, data: Path) -> bool:
    words = _command_line(pid).split(b"\0")
    return len(words) > 2 and words[0].endswith(b"postgres") and words[1:3] == [b"-D", os.fsencode(data)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
