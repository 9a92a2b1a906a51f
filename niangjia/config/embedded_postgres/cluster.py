"""One data folder and the server over it."""

import hashlib
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from niangjia.config.embedded_postgres import postmaster, roles
from niangjia.config.embedded_postgres.account import Account, account_for, reachable
from niangjia.config.embedded_postgres.binaries import Binaries, choose
from niangjia.config.embedded_postgres.conf import settings_text
from niangjia.config.embedded_postgres.errors import ClusterError
from niangjia.config.embedded_postgres.initdb import clear_unfinished, initialise, made_by
from niangjia.config.embedded_postgres.passwords import (
    Passwords,
    make_passwords,
    read_passwords,
)
from niangjia.config.embedded_postgres.sockets import make_socket_folder
from niangjia.config.files import write_private
from niangjia.config.locks import FolderLock, Taken

TELL_SECONDS = 10.0
START_SECONDS = 600.0  # after a crash the server first replays its log: minutes on a slow disk, and stopped it would begin anew
REMAINS_SECONDS = 60.0  # a killed process may take so long to give its memory back, on a busy machine
AGAIN_SECONDS = 0.2
STOP_SECONDS = 40.0
REMAINS = b"pre-existing shared memory block"  # its messages are in English (``conf.SETTINGS``)
SUPERUSER = "postgres"

log = logging.getLogger(__name__)


class Urls(NamedTuple):
    """Where to connect: ``app`` serves (DATABASE_URL), ``owner`` migrates and tests (DATABASE_OWNER_URL)."""

    app: str
    owner: str


class Cluster:
    """A PostgreSQL of our own in ``folder``: ``data``, ``passwords.json``, ``lock``, and ``log`` unless given.

    Args:
        folder: made if missing.
        log: where the server writes its log; in a folder of the server's own account.
        changes: settings that differ from ``conf.SETTINGS``.
    """

    def __init__(self, folder: Path, *, log: Path | None = None, changes: Mapping[str, str] | None = None):
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = (log or self.folder / "log").absolute()
        self.changes = dict(changes or {})
        self.name = "nj-" + hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        self._lock = FolderLock(self.folder / "lock")
        self._said = self.folder / "start.log"
        self._server: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    def create(self) -> None:
        """Make the data folder where there is none. Raises ClusterError."""
        self._take_lock()
        try:
            self._create()
        finally:
            if self._server is None:
                self._lock.release()

    def start(self) -> None:
        """Start the server, making the data folder first where there is none; return when it answers.

        The kernel ends the server together with the *thread* that calls this, so call it from one that lasts.

        Raises:
            ClusterError: another process serves the folder, or the server does not come up.
        """
        self._take_lock()
        try:
            self._create()
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server that this object started; open transactions are rolled back."""
        if self._server is not None:
            postmaster.stop(self._server, seconds=STOP_SECONDS)
            self._server = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        self._lock.release()

    def attach(self) -> "Cluster":
        """Return this cluster for use beside the process that serves it. Raises ClusterError when nobody does."""
        if not self.is_running():
            raise ClusterError(f"No database runs in {self.folder}. Start it with `niangjia run`.")
        return self

    def is_running(self) -> bool:
        """Whether a server, whoever started it, accepts connections."""
        if self.has_ended():
            return False
        found = postmaster.read(self.data)
        return found is not None and found.ready

    def has_ended(self) -> bool:
        """Whether the server that this object started is gone without having been stopped."""
        return self._server is not None and self._server.poll() is not None

    def processes(self) -> list[int]:
        """Return the ids of all server processes of this folder."""
        return postmaster.processes(self.data, self.name)

    def bootstrap(self) -> None:
        """Make the roles and the database ``niangjia`` where they are missing."""
        passwords = self._passwords()
        url = self.superuser_url()
        roles.bootstrap(url, owner_password=passwords.owner, app_password=passwords.app)

    def urls(self) -> Urls:
        """Return the addresses of the database for psycopg. Raises ClusterError when the server does not run."""
        passwords = self._passwords()
        return Urls(
            app=self._url(roles.APP, passwords.app, roles.DATABASE),
            owner=self._url(roles.OWNER, passwords.owner, roles.DATABASE),
        )

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the address for the cluster's superuser: roles and backups, never a request."""
        return self._url(SUPERUSER, self._passwords().superuser, database)

    def _url(self, user: str, password: str, database: str) -> str:
        found = postmaster.read(self.data)
        if found is None:
            raise ClusterError(f"No database runs in {self.folder}. Start it with `niangjia run`.")
        return f"postgresql://{user}:{quote(password, safe='')}@/{database}?host={quote(str(found.sockets), safe='')}"

    def _passwords(self) -> Passwords:
        return read_passwords(self.folder / "passwords.json")

    def _take_lock(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.take()
        except Taken as taken:
            raise ClusterError(
                f"Another Niangjia (process {taken.pid or 'unknown'}) already serves {self.folder}. Stop it first, or "
                "set NIANGJIA_HOME to another folder."
            ) from None
        except PermissionError as denied:
            raise ClusterError(f"{denied.filename} belongs to another user of this machine.") from None

    def _account(self) -> Account:
        account = account_for(self.data)
        if self.folder.stat().st_uid == os.geteuid():
            self.folder.chmod(0o711 if account.lent else 0o700)
        account.must_pass(self.folder)
        return account

    def _binaries(self, account: Account) -> Binaries:
        return reachable(choose(made_by(self.data)), account, self.folder)

    def _create(self) -> None:
        account = self._account()
        clear_unfinished(self.data)
        binaries = self._binaries(account)
        if made_by(self.data) is None:
            passwords = make_passwords(self.folder / "passwords.json")
            initialise(
                self.data, binaries=binaries, account=account, user=SUPERUSER, password=passwords.superuser
            )
        self._passwords()

    def _start(self) -> None:
        account = self._account()
        # We hold the lock, so whatever runs here has lost its supervisor.
        postmaster.clear_remains(self.data, self.name, seconds=STOP_SECONDS)
        self._write_settings(account)
        command = [self._binaries(account).program("postgres"), "-D", str(self.data)]
        end = time.monotonic() + REMAINS_SECONDS
        while not self._comes_up(command, account):
            if not self._meets_remains() or time.monotonic() > end:
                raise ClusterError(
                    f"PostgreSQL did not start on {self.data}. Why stands in {self.log} or {self._said}. "
                    "If the data folder is damaged, put it aside and restore your latest backup."
                )
            time.sleep(AGAIN_SECONDS)

    def _meets_remains(self) -> bool:
        """Whether the server ended because a process that was killed still holds the memory of the one before."""
        return REMAINS in self._said.read_bytes()

    def _write_settings(self, account: Account) -> None:
        sockets = self._sockets = make_socket_folder(self.name, account)
        self.log.mkdir(mode=0o700, parents=True, exist_ok=True)
        account.give(self.log)
        account.must_pass(self.log.parent)
        conf = self.data / "postgresql.conf"
        text = settings_text(sockets=sockets, log=self.log, name=self.name, changes=self.changes)
        write_private(conf, text)
        account.give(conf)

    def _comes_up(self, command: list[str], account: Account) -> bool:
        server = postmaster.launch(command, output=self._said, options=account.popen_options())
        self._server = server

        def has_come_or_gone() -> bool:
            return server.poll() is not None or self.is_running()

        if not postmaster.wait_until(has_come_or_gone, TELL_SECONDS):
            log.warning(
                "The database is not ready yet. After a crash it replays its log, which can take minutes."
            )
            postmaster.wait_until(has_come_or_gone, START_SECONDS)
        if self.is_running():
            return True
        postmaster.stop(server, seconds=STOP_SECONDS)
        postmaster.clear_remains(self.data, self.name, seconds=STOP_SECONDS)
        return False
