"""``niangjia run`` as its user sees it: ready, Ctrl-C, a used port, a child that dies, a kill of everything."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from niangjia.config.embedded_postgres import cluster_of
from niangjia.config.embedded_postgres.postmaster import read, wait_until

pytestmark = [pytest.mark.database, pytest.mark.kill]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def home(folder):
    made = folder / "home"
    yield made
    assert wait_until(lambda: not cluster_of(made).processes(), 10)


class Running:
    """A ``niangjia run`` in a process of its own."""

    def __init__(self, home, port, *kinds):
        self.home, self.port = home, port
        environment = {name: text for name, text in os.environ.items() if not name.startswith("DATABASE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.stand_ins", "run", home, str(port), *kinds],
            cwd=ROOT,
            env=environment | {"DATABASE_OWNER_URL": "nobody-needs-this"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self):
        assert self.process.stdout.readline() == f"ready http://127.0.0.1:{self.port}\n", (
            self.process.stderr.read()
        )
        return self

    def ends(self, seconds=30):
        said, complained = self.process.communicate(timeout=seconds)
        return self.process.returncode, said, complained.strip()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.ends()

    def order(self):
        return (self.home / "order").read_text().splitlines()

    def pids(self, name):
        return [int(line.split()[-1]) for line in self.order() if line.startswith(f"{name} starts")]


@pytest.fixture
def running(home, port):
    with contextlib.ExitStack() as stack:

        def start(*kinds):
            made = Running(home, port, *kinds)
            stack.callback(lambda: made.process.poll() is None and made.stop())
            return made

        yield start


def answer(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    except OSError:
        return b""
    finally:
        connection.close()


def alive(pid):
    status = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_it_migrates_as_owner_serves_as_the_login_and_stops_in_order(running, port):
    run = running().ready()
    assert answer(port) == str(run.pids("web")[0]).encode()
    assert run.stop() == (0, "", "")
    lines = [re.sub(r" as \d+", "", line) for line in run.order()]
    assert lines[0] == "migrates as niangjia_owner"
    assert sorted(lines[1:4]) == [
        "web starts",
        "worker connects as niangjia_app, owner's address False",
        "worker starts",
    ]
    assert lines[4:] == ["web stops", "worker stops"]
    assert not cluster_of(run.home).processes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_of_ending_it_is_clean_and_twice_in_a_row_is_fine(running, number):
    for _ in range(2):
        assert running().ready().stop(number) == (0, "", "")


def test_the_logs_are_for_their_owner_only(running, home):
    running().ready().stop()
    logs = list(home.joinpath("log").rglob("*.log"))
    assert {each.name for each in logs} >= {"web.log", "worker.log"}
    assert {each.stat().st_mode & 0o777 for each in logs} == {0o600}


def test_a_second_ctrl_c_hurries(running):
    run = running("deaf", "deaf").ready()
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert not wait_until(lambda: run.process.poll() is not None, 1)
    run.process.send_signal(signal.SIGINT)
    assert run.ends()[0] == 0
    assert time.monotonic() - began < 10
    assert not any(map(alive, run.pids("web") + run.pids("worker")))


def test_a_ctrl_c_while_it_starts_stops_it(running, home):
    run = running()
    assert wait_until(lambda: (home / "postgres" / "passwords.json").exists(), 20)
    assert run.stop(signal.SIGINT) == (0, "", "")


def test_a_ctrl_c_breaks_off_a_migration(running, home):
    run = running("good", "good", "endless")
    assert wait_until(lambda: (home / "order").exists(), 20)
    assert run.stop(signal.SIGINT) == (0, "", "")
    assert run.order() == ["migrates as niangjia_owner"]


def test_a_used_port_is_refused_before_anything_is_made(running, home, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        status, said, complained = running().ends()
    assert (status, said) == (1, "")
    assert (
        complained
        == f"Port {port} is used by another program. Set NIANGJIA_PORT to another port, for example {port + 1}."
    )
    assert not any((home / "postgres").iterdir())


def test_a_second_run_on_the_same_home_is_refused(running, home):
    first = running().ready()
    status, _, complained = running().ends()
    assert status == 1
    assert f"already runs in {home} (process {first.process.pid})" in complained
    assert first.process.poll() is None


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_child_that_dies_is_started_again(running, port, name):
    run = running().ready()
    os.kill(run.pids(name)[0], signal.SIGKILL)
    assert wait_until(lambda: len(run.pids(name)) == 2, 10)
    assert wait_until(lambda: answer(port) == str(run.pids("web")[-1]).encode(), 10)
    assert run.stop() == (0, "", "")


def test_a_child_that_dies_three_times_stops_everything(running, home):
    run = running("good", "dying")
    status, said, complained = run.ends()
    assert (status, said) in [(1, ""), (1, f"ready http://127.0.0.1:{run.port}\n")]
    assert (
        "The worker process ended 3 times within 30 seconds (exit status 3), so everything was stopped."
        in complained
    )
    assert str(home / "log" / "worker.log") in complained
    assert len(run.pids("worker")) == 3
    assert not any(map(alive, run.pids("web")))


def test_a_database_that_dies_is_started_again_at_the_same_address(running, home):
    run = running().ready()
    before = cluster_of(home).urls()
    killed = cluster_of(home).processes()
    for pid in killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    cluster = cluster_of(home)

    def serves_anew():
        # Not is_running alone: for a moment after the signal the old one still looks alive.
        found = read(cluster.data)
        return found is not None and found.ready and found.pid not in killed

    assert wait_until(serves_anew, 10)
    assert cluster.urls() == before
    assert run.stop() == (0, "", "")


@pytest.mark.parametrize("kind", ["good", "granian"])
def test_a_kill_of_the_supervisor_ends_all_and_the_next_start_takes_the_same_port(running, port, kind):
    run = running(kind).ready()
    run.process.kill()
    run.ends()
    began = time.monotonic()
    again = running(kind).ready()
    assert time.monotonic() - began < 10
    assert not any(map(alive, run.pids("worker")[:1]))
    assert answer(port)
    assert again.stop() == (0, "", "")
    assert wait_until(lambda: not answer(port), 5)


def test_after_a_kill_of_everything_the_next_start_is_quick(running, home):
    run = running().ready()
    for pid in [run.process.pid, *run.pids("web"), *run.pids("worker"), *cluster_of(home).processes()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.ends()
    began = time.monotonic()
    again = running().ready()
    assert time.monotonic() - began < 10
    assert again.stop() == (0, "", "")
