"""The passwords of our own server: random, made once, in a file that only its owner reads."""

import json
import secrets
from pathlib import Path
from typing import NamedTuple

from niangjia.config.embedded_postgres.errors import ClusterError
from niangjia.config.files import write_private


class Passwords(NamedTuple):
    """One password for each of the three logins."""

    superuser: str
    owner: str
    app: str


def read_passwords(path: Path) -> Passwords:
    """Return what the file says. Raises ClusterError when it is gone or torn."""
    try:
        return Passwords(**json.loads(path.read_text()))
    except PermissionError:
        raise ClusterError(
            f"{path} belongs to another user of this machine. Start Niangjia as that user."
        ) from None
    except (OSError, ValueError, TypeError):
        raise ClusterError(
            f"The database's passwords in {path} are missing or unreadable, and the data cannot be opened without "
            "them. Bring the file back from your copy."
        ) from None


def make_passwords(path: Path) -> Passwords:
    """Return the passwords, new ones unless a broken-off creation left some."""
    if path.exists():
        return read_passwords(path)
    made = Passwords(*(secrets.token_urlsafe(24) for _ in Passwords._fields))
    write_private(path, json.dumps(made._asdict()))
    return made
