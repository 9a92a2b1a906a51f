"""Making a data folder: under another name first, so that a kill never leaves half of one under the right name."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from niangjia.config.embedded_postgres.account import Account
from niangjia.config.embedded_postgres.binaries import Binaries
from niangjia.config.embedded_postgres.errors import ClusterError
from niangjia.config.embedded_postgres.postmaster import dies_with_parent, wait_until
from niangjia.config.files import write_private

PARTS = ("base", "global/pg_control", "pg_wal", "pg_xact")
OPTIONS = ("--auth=scram-sha-256", "--data-checksums", "--locale=C.UTF-8", "--encoding=UTF8")
TIDY_SECONDS = 5.0


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

    def cleared() -> bool:
        for each in data.parent.glob(f"{data.name}.new-*"):
            shutil.rmtree(each, ignore_errors=True)
        return not any(data.parent.glob(f"{data.name}.new-*"))

    # A killed initdb's own child may write for a moment yet; its folder is never used again, so it is only untidy.
    wait_until(cleared, TIDY_SECONDS)


def initialise(data: Path, *, binaries: Binaries, account: Account, user: str, password: str) -> None:
    """Make the data folder, 0700, for the account. Raises ClusterError."""
    unfinished = Path(tempfile.mkdtemp(prefix=f"{data.name}.new-", dir=data.parent))
    secret, made = unfinished / "password", unfinished / data.name
    write_private(secret, password)
    made.mkdir(mode=0o700)
    for each in (unfinished, secret, made):
        account.give(each)
    command = [binaries.program("initdb"), *OPTIONS, "-D", str(made), "-U", user, f"--pwfile={secret}"]
    done = subprocess.run(  # type: ignore[call-overload]
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        preexec_fn=dies_with_parent(signal.SIGKILL),
        **account.popen_options(),
    )
    if done.returncode == 0:
        made.rename(data)
    shutil.rmtree(unfinished, ignore_errors=True)
    if done.returncode:
        raise ClusterError(f"PostgreSQL could not make its data folder {data}: {_reason(done.stderr)}")


def _reason(said: str) -> str:
    lines = said.strip().splitlines() or ["no reason given"]
    return next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])
