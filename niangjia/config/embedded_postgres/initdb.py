"""Making a data folder: under another name first, so that a kill never leaves half of one under the right name."""

import shutil
import subprocess
from pathlib import Path

from niangjia.config.embedded_postgres.account import Account
from niangjia.config.embedded_postgres.binaries import Binaries
from niangjia.config.embedded_postgres.errors import ClusterError
from niangjia.config.files import write_private

PARTS = ("base", "global/pg_control", "pg_wal", "pg_xact")
OPTIONS = ("--auth=scram-sha-256", "--data-checksums", "--locale=C.UTF-8", "--encoding=UTF8")


def made_by(data: Path) -> int | None:
    """Return the major version that made a data folder, None where there is none. Raises ClusterError on a broken one."""
    try:
        if not data.exists():
            return None
        major = int((data / "PG_VERSION").read_text())
        missing = [part for part in PARTS if not (data / part).exists()]
    except PermissionError:
        raise ClusterError(
            f"{data} belongs to another user of this machine. Start Niangjia as that user."
        ) from None
    except (OSError, ValueError):
        missing, major = ["PG_VERSION"], 0
    if missing:
        raise ClusterError(
            f"{data} is not a whole PostgreSQL data folder: {', '.join(missing)} is missing or unreadable. "
            "Put the folder aside and restore your latest backup."
        )
    return major


def clear_unfinished(data: Path) -> None:
    """Remove what a creation that was broken off has left; nothing in it was ever served."""
    shutil.rmtree(_unfinished(data), ignore_errors=True)
    _password_file(data).unlink(missing_ok=True)


def initialise(data: Path, *, binaries: Binaries, account: Account, user: str, password: str) -> None:
    """Make the data folder, 0700, for the account. Raises ClusterError."""
    unfinished, secret = _unfinished(data), _password_file(data)
    unfinished.mkdir(mode=0o700)
    write_private(secret, password)
    account.give(unfinished)
    account.give(secret)
    command = [binaries.program("initdb"), *OPTIONS, "-D", str(unfinished), "-U", user, f"--pwfile={secret}"]
    done = subprocess.run(  # type: ignore[call-overload]
        command, capture_output=True, text=True, check=False, cwd="/", **account.popen_options()
    )
    secret.unlink()
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["no reason given"]
        raise ClusterError(f"PostgreSQL could not make its data folder {data}: {reason[-1]}")
    unfinished.rename(data)


def _unfinished(data: Path) -> Path:
    return data.with_name(f"{data.name}.new")


def _password_file(data: Path) -> Path:
    return data.with_name(f"{data.name}.initdb")
