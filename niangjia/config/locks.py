"""One process at a time over one folder: a lock that the kernel gives back when its holder is killed."""

import fcntl
import os
from pathlib import Path


class Taken(Exception):
    """Another process holds the lock; ``pid`` is what it wrote there (empty if it had no time to)."""

    def __init__(self, pid: str):
        super().__init__(f"held by process {pid or 'unknown'}")
        self.pid = pid


class FolderLock:
    """A lock on the file ``path``, held until :meth:`release` or until the holder's end."""

    def __init__(self, path: Path):
        self.path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def take(self) -> None:
        """Take the lock without waiting. Raises Taken."""
        if self._file is not None:
            return
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(file, 20).decode(errors="replace").strip()
            os.close(file)
            raise Taken(holder) from None
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two holders in."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
