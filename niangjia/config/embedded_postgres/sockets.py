"""Where the server's socket lies: a short path (PostgreSQL takes about 100 characters) that only its account may enter."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from niangjia.config.embedded_postgres.account import Account
from niangjia.config.embedded_postgres.errors import ClusterError

LONGEST = 99
FILE = ".s.PGSQL.5432.lock"


def make_socket_folder(name: str, account: Account) -> Path:
    """Make the folder, empty, 0700, the account's own; return it. Raises ClusterError where none can be made."""
    base = next((each for each in _bases(account) if len(str(each / name / FILE)) <= LONGEST), None)
    if base is None:
        raise ClusterError(
            "No temporary folder has a path short enough for PostgreSQL's socket. Set TMPDIR to /tmp."
        )
    folder = base / name
    _refuse_a_strangers(folder, account)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    account.give(folder)
    return folder


def _bases(account: Account) -> list[Path]:
    run_time = "" if account.lent else os.environ.get("XDG_RUNTIME_DIR", "")
    named = [Path(each).absolute() for each in (run_time, tempfile.gettempdir(), "/tmp") if each]  # noqa: S108
    return [
        each
        for each in named
        if each.is_dir() and os.access(each, os.W_OK | os.X_OK) and account.may_pass(each)
    ]


def _refuse_a_strangers(folder: Path, account: Account) -> None:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (account.uid, os.geteuid()):
        raise ClusterError(
            f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
        )
