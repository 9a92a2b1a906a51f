"""Small programs in the place of web and worker, and ``niangjia run`` over them.

``python -m tests.config.stand_ins run HOME PORT [web-KIND] [worker-KIND] [short|endless]`` where KIND is good, deaf (to SIGTERM), dying, or
granian (the real server with the application below).
"""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg

from niangjia.config import processes
from niangjia.config.children import Program
from niangjia.config.errors import CannotRun
from niangjia.config.home import Home


class Handler(BaseHTTPRequestHandler):
    """Answers every GET with the process id."""

    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Write no access log."""


def application(environ, start_response):
    """The same as a WSGI application."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def note(home, line):
    with (home / "order").open("a") as out:
        out.write(f"{line}\n")


def until_told(home, name, kind):
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: kind == "deaf" or told.set())
    note(home, f"{name} starts as {os.getpid()}")
    if kind == "dying":
        sys.exit(3)
    told.wait()
    note(home, f"{name} stops")


def web(home, port, kind):
    server = HTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    until_told(home, "web", kind)


def worker(home, kind):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
    note(home, f"worker connects as {user}, owner's address {'DATABASE_OWNER_URL' in os.environ}")
    Home(home).heartbeat.touch()
    until_told(home, "worker", kind)


def run(home, port, web_kind="good", worker_kind="good", migration="short"):
    def program(*words):
        return (sys.executable, "-m", "tests.config.stand_ins", *map(str, words))

    if web_kind == "granian":
        first = processes.web(port, application="tests.config.stand_ins:application")
    else:
        first = Program("web", program("web", home, port, web_kind), lambda: processes.web_answers(port))
    second = processes.worker(Home(home), program("worker", home, worker_kind))

    def migrate(urls):
        with psycopg.connect(urls.owner) as connection:
            note(home, f"migrates as {connection.execute('SELECT current_user').fetchone()[0]}")
            if migration == "endless":
                connection.execute("SELECT pg_sleep(600)")

    try:
        processes.run(Home(home), port, programs=(first, second), migrate=migrate)
    except CannotRun as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    act, home, *rest = sys.argv[1:]
    if act == "worker":
        worker(Path(home), *rest)
    else:
        {"run": run, "web": web}[act](Path(home), int(rest[0]), *rest[1:])
