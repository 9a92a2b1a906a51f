"""Whom the server runs as. PostgreSQL refuses root, so root lends it an account that exists already."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from niangjia.config.embedded_postgres.binaries import Binaries
from niangjia.config.embedded_postgres.errors import ClusterError

LENT = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine; ``lent`` when we are root and step down to it."""

    uid: int
    gid: int
    name: str
    lent: bool

    def give(self, path: Path) -> None:
        """Make the account the owner of one file or folder."""
        if self.lent:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def popen_options(self) -> dict[str, object]:
        """Return what ``subprocess`` needs to run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lent else {}

    def may_pass(self, folder: Path) -> bool:
        """Return whether the account may walk through the folder and all above it."""
        return self._blocked_at(folder) is None

    def must_pass(self, folder: Path) -> None:
        """Raises ClusterError, naming the first folder in the way."""
        if (blocked := self._blocked_at(folder)) is not None:
            raise ClusterError(
                f"Niangjia was started by root, so PostgreSQL runs as {self.name}, and {self.name} may not enter "
                f"{blocked}. Set NIANGJIA_HOME to a folder that everybody may pass through (for example "
                "/var/lib/niangjia), or start Niangjia as a normal user."
            )

    def _blocked_at(self, folder: Path) -> Path | None:
        above = [folder.resolve(), *folder.resolve().parents]
        return next((each for each in reversed(above) if self.lent and not self._enters(each)), None)

    def _enters(self, folder: Path) -> bool:
        status = folder.stat()
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return bool(status.st_mode >> shift & 1)


def account_for(data: Path) -> Account:
    """Return the account to serve ``data`` with: the one that owns it, so root may serve a user's folder."""
    if os.geteuid() != 0:
        return Account(os.getuid(), os.getgid(), "", lent=False)
    owner = data.stat().st_uid if data.exists() else 0
    candidates = [pwd.getpwuid(owner)] if owner else [*map(_named, LENT)]
    for entry in candidates:
        if entry is not None:
            return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, lent=True)
    raise ClusterError(
        "Niangjia was started by root, and this machine has neither an account postgres nor nobody "
        "to run PostgreSQL as. Start Niangjia as a normal user."
    )


def _named(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def reachable(binaries: Binaries, account: Account, folder: Path) -> Binaries:
    """Return the binaries, or a copy of them below ``folder`` where the account cannot reach them (a venv in /root)."""
    server = binaries.folder / "postgres"
    if account.may_pass(binaries.folder) and (not account.lent or server.stat().st_mode & 0o005 == 0o005):
        return binaries
    installation = binaries.folder.parent
    copy = folder / f"binaries-{binaries.source}-{binaries.major}" / installation.parent.name
    if not copy.exists():
        _copy(installation, copy)
    return Binaries(copy / installation.name / "bin", binaries.major, binaries.source)


def _copy(installation: Path, copy: Path) -> None:
    """Copy an installation and the shared libraries beside it; what a kill leaves behind is never taken for whole."""
    building = copy.parent.with_suffix(".new")
    shutil.rmtree(building, ignore_errors=True)
    package = installation.parent
    without = shutil.ignore_patterns("include", "__pycache__")
    shutil.copytree(installation, building / package.name / installation.name, symlinks=True, ignore=without)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, building / libraries.name)
    for each in (building, *building.rglob("*")):
        if not each.is_symlink():
            each.chmod(
                each.stat().st_mode | (0o755 if each.is_dir() or each.stat().st_mode & 0o100 else 0o644)
            )
    shutil.rmtree(copy.parent, ignore_errors=True)
    building.rename(copy.parent)
