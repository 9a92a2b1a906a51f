"""``niangjia run``: database, web and worker, started in order, kept running, stopped in the opposite order."""

import contextlib
import http.client
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from niangjia.config.children import Child, Deaths, Program
from niangjia.config.embedded_postgres import Cluster, Urls, cluster_of
from niangjia.config.errors import CannotRun
from niangjia.config.home import Home

HOST = "127.0.0.1"
READY_SECONDS = 120.0
PORT_SECONDS = 2.0  # a killed run's web server may need this long to let go
LOOK_SECONDS = 0.1
NEVER = math.inf
# Each thread would get a heap of its own, and what is freed in one is of no use to the others: in the interpreter, and in the
# library of columns, which also gives back at once what it no longer needs.
SPARING = {
    "MALLOC_ARENA_MAX": "2",
    "_RJEM_MALLOC_CONF": "narenas:2,dirty_decay_ms:100,muzzy_decay_ms:0",
}


def run(
    home: Home,
    port: int,
    *,
    programs: Sequence[Program] | None = None,
    migrate: Callable[[Urls], None] | None = None,
    say: Callable[[str], None] = lambda text: print(text, flush=True),
) -> None:
    """Run Niangjia until SIGINT or SIGTERM; call it from the main thread.

    Args:
        programs: what to run beside the database, in order of starting; by default web and worker.
        migrate: called with the database's addresses before the programs start.
        say: told ``ready http://127.0.0.1:PORT`` once, when all of them answer.

    Raises:
        CannotRun: the sentence says why; everything that was started has been stopped.
    """
    home.prepare()
    with contextlib.ExitStack() as stack:
        stack.callback(home.lock().release)
        must_be_free(port)
        home.empty_tmp()
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        signals = stack.enter_context(_Signals.listening())
        with _Database.serving(home) as database:
            if migrate is not None:
                signals.during(migrate, database.urls)
            wanted = programs if programs is not None else (web(port), worker(home))
            children = [
                Child(each, environment=_environment(home, database.urls), log=home.log) for each in wanted
            ]
            signals.breaks_at = NEVER
            _keep(children, database, signals, lambda: say(f"ready http://{HOST}:{port}"))


def web(port: int, *, application: str = "niangjia.config.wsgi:application", threads: int = 4) -> Program:
    """Return the web server: one process, several threads."""
    options = ("--interface", "wsgi", "--host", HOST, "--port", str(port), "--blocking-threads", str(threads))
    command = (sys.executable, "-m", "granian", *options, "--no-ws", application)
    # Granian has a worker process of its own below it, which only an orderly end takes along.
    return Program("web", command, lambda: web_answers(port), orphaned=signal.SIGTERM, stop_seconds=15)


def worker(home: Home, command: Sequence[str] = (sys.executable, "-m", "niangjia.config.worker")) -> Program:
    """Return the worker; it does its work once it touches the home's heartbeat file."""
    return Program("worker", tuple(command), home.heartbeat.exists)


def web_answers(port: int) -> bool:
    """Whether something answers HTTP on the port, and not with an error of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def must_be_free(port: int) -> None:
    """Raises CannotRun when somebody listens on the port, or we may not."""
    end = time.monotonic() + PORT_SECONDS
    while (reason := _why_not(port)) is not None:
        if time.monotonic() >= end:
            raise CannotRun(f"{reason} Set NIANGJIA_PORT to another port, for example {port + 1}.")
        time.sleep(LOOK_SECONDS)


def _why_not(port: int) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the web server does it: connections of the last run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except PermissionError:
            return f"Port {port} is for root only."
        except OverflowError:
            return f"There is no port {port}."
        except OSError:
            return f"Port {port} is used by another program."
    return None


def _environment(home: Home, urls: Urls) -> dict[str, str]:
    """Return what the programs are told. Not the owner's address: who serves must not be able to change tables."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return (
        SPARING
        | kept
        | {
            "NIANGJIA_HOME": str(home.path.absolute()),
            "DATABASE_URL": urls.app,
            "PYTHONUNBUFFERED": "1",
        }
    )


def _keep(
    children: list[Child], database: "_Database", signals: "_Signals", ready: Callable[[], None]
) -> None:
    """Start the children and keep them running until a signal; whatever happens, stop them, the first one first."""
    try:
        for child in children:
            if not signals.count:
                child.start()
        _until_all_answer(children, database, signals)
        if not signals.count:
            ready()
        while not signals.count:
            _tend(children, database)
    finally:
        for child in children:
            child.stop(hurried=lambda: signals.count > 1)


def _until_all_answer(children: list[Child], database: "_Database", signals: "_Signals") -> None:
    end = time.monotonic() + READY_SECONDS
    while not signals.count and (silent := [child for child in children if not child.answers()]):
        if time.monotonic() > end:
            raise CannotRun(
                f"The {silent[0].program.name} process did not answer within {READY_SECONDS:.0f} seconds, so "
                f"everything was stopped. Why stands in {silent[0].log}."
            )
        _tend(children, database)


def _tend(children: list[Child], database: "_Database") -> None:
    database.tend()
    for child in children:
        child.tend()
    time.sleep(LOOK_SECONDS)


class _Database:
    """The embedded cluster, or the server that DATABASE_URL names, which is not ours to start."""

    def __init__(self, urls: Urls, cluster: Cluster | None = None):
        self.urls = urls
        self.cluster = cluster
        self.deaths = Deaths("database", cluster.log) if cluster else None

    @classmethod
    @contextlib.contextmanager
    def serving(cls, home: Home) -> Iterator["_Database"]:
        if "DATABASE_URL" in os.environ:
            yield cls(Urls(os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", "")))
            return
        cluster = cluster_of(home.path)
        try:
            cluster.start()
            cluster.bootstrap()
            yield cls(cluster.urls(), cluster)
        finally:
            cluster.stop()

    def tend(self) -> None:
        """Start the server again if it has died; its address stays the same. Raises CannotRun."""
        if self.cluster is not None and self.deaths is not None and self.cluster.has_ended():
            self.deaths.count("the server ended")
            self.cluster.stop()
            self.cluster.start()


class _Signals:
    """SIGINT, SIGTERM and SIGHUP, counted for the loops to see.

    An exception out of a handler may come between any two instructions (also in a child that is just being forked), so
    only a migration, which may be long, is broken off by the first signal, and the database's start by the second.
    """

    def __init__(self) -> None:
        self.count = 0
        self.breaks_at = 2.0

    @classmethod
    @contextlib.contextmanager
    def listening(cls) -> Iterator["_Signals"]:
        signals = cls()
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, signals.note) for number in numbers}
        try:
            yield signals
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def during(self, act: Callable[[Urls], None], urls: Urls) -> None:
        """Call what the next signal breaks off, unless there was one already."""
        self.breaks_at = 1.0
        if not self.count:
            act(urls)

    def note(self, number: int, frame: FrameType | None) -> None:
        """Count one signal. Raises KeyboardInterrupt, once, when it is the one that breaks off."""
        self.count += 1
        if self.count >= self.breaks_at:
            self.breaks_at = NEVER
            raise KeyboardInterrupt
