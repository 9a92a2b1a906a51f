"""The folder of an installation (NIANGJIA_HOME): what lies where, and who may enter."""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from niangjia.config.errors import CannotRun
from niangjia.config.files import write_first
from niangjia.config.locks import FolderLock, Taken

PRIVATE = ("keys", "tmp", "files", "anchors")
PASSED_THROUGH = (
    "log",
    "postgres",
)  # as root, the database's own account must get to its folders below these


@dataclass(frozen=True)
class Home:
    """The folders below ``path``: keys, tmp, files, anchors, log, postgres."""

    path: Path

    @property
    def keys(self) -> Path:
        """The secret key and the key ring, outside the database. 0700."""
        return self.path / "keys"

    @property
    def tmp(self) -> Path:
        """What must not outlive a run, in clear: uploads while they are read. 0700, emptied at start."""
        return self.path / "tmp"

    @property
    def files(self) -> Path:
        """Encrypted files."""
        return self.path / "files"

    @property
    def anchors(self) -> Path:
        """Signed heads of the audit chain, outside the database."""
        return self.path / "anchors"

    @property
    def log(self) -> Path:
        """One log for each process."""
        return self.path / "log"

    @property
    def postgres(self) -> Path:
        """The embedded database."""
        return self.path / "postgres"

    @property
    def heartbeat(self) -> Path:
        """The file that the worker touches at its start and every few seconds."""
        return self.tmp / "worker.heartbeat"

    def prepare(self) -> None:
        """Make what is missing, with the right modes. Raises CannotRun."""
        passed = 0o711 if os.geteuid() == 0 else 0o700
        try:
            if not self.path.exists() or not any(self.path.iterdir()):
                _make(self.path, passed)
            for name in PRIVATE:
                _make(self.path / name, 0o700)
            for name in PASSED_THROUGH:
                _make(self.path / name, passed)
        except PermissionError as denied:
            raise CannotRun(
                f"{denied.filename} belongs to another user of this machine. Start Niangjia as that user, or set "
                "NIANGJIA_HOME to a folder of your own."
            ) from None
        except (FileExistsError, NotADirectoryError) as other:
            raise CannotRun(f"{other.filename} is in the way: a folder is needed there.") from None

    def lock(self) -> FolderLock:
        """Return the home's lock, taken: whoever runs Niangjia holds it. Raises CannotRun."""
        lock = FolderLock(self.path / "lock")
        try:
            lock.take()
        except Taken as taken:
            raise CannotRun(
                f"Niangjia already runs in {self.path} (process {taken.pid or 'unknown'}). Stop it first, or set "
                "NIANGJIA_HOME to another folder."
            ) from None
        return lock

    def empty_tmp(self) -> None:
        """Remove what a killed run left in ``tmp``; only for the holder of the lock."""
        for each in self.tmp.iterdir():
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)

    def holds_data(self) -> bool:
        """Whether something lies here that keys of an earlier start may have sealed."""
        filled = any(any(folder.iterdir()) for folder in (self.files, self.anchors) if folder.exists())
        return filled or (self.postgres / "data").exists()

    def key(self, name: str, make: Callable[[], str]) -> str:
        """Return the key file ``name``, made at the first start and never again over existing data.

        Raises:
            CannotRun: the file is gone, but what it sealed is still here.
        """
        path = self.keys / name
        # In this order: data is only made after its key, so data without a key is no race with another first start.
        held_data = self.holds_data()
        if path.exists():
            return path.read_text()
        if held_data:
            raise CannotRun(
                f"{path} is missing, but {self.path} holds data that belongs to it. Bring the file back from your "
                "copy of the keys. Niangjia makes no new one: what the old one sealed could never be read again."
            )
        self.prepare()
        write_first(path, make())
        return path.read_text()

    def secret_key(self) -> str:
        """Return Django's secret key."""
        return self.key("secret_key", lambda: secrets.token_urlsafe(50))


def _make(folder: Path, mode: int) -> None:
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != mode:
        folder.chmod(mode)
