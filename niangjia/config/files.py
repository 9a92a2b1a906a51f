"""Files that only their owner reads, written all at once."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file 0600; a kill leaves the old one or the new one, never half of it."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(file)
    new.replace(path)


def write_first(path: Path, text: str) -> None:
    """Write a file 0600 unless it is there already; of several processes that try at once, the first one's text stays."""
    file, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(file, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(file)
    with contextlib.suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()


def open_log(path: Path, *, largest: int = 10_000_000) -> int:
    """Return a descriptor that appends to a log, 0600; one that has grown too large (bytes) is first put aside."""
    if path.exists() and path.stat().st_size > largest:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
