"""One command, from nothing to a page that answers; Ctrl-C ends everything, and a second start goes on with it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.config.conftest import passable_folder

pytestmark = [pytest.mark.kill, pytest.mark.database]

NIANGJIA = [sys.executable, "-m", "niangjia.config.command"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment():
    with passable_folder() as folder:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DATABASE_", "NIANGJIA_"))
        }
        yield kept | {
            "NIANGJIA_HOME": str(folder / "var"),
            "NIANGJIA_PORT": str(free_port()),
            "PYTHONUNBUFFERED": "1",
        }


class Demo:
    """A running demo; its lines up to "ready"."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*NIANGJIA, "demo"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith("ready "):
                break

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode


def answers(environment: dict[str, str], path: str) -> int:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{environment['NIANGJIA_PORT']}{path}", timeout=20
    ) as answer:
        return answer.status


def command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NIANGJIA, *words], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_demo_from_nothing_to_its_end_and_again(environment):
    demo = Demo(environment)
    try:
        assert demo.lines[-1] == f"ready http://127.0.0.1:{environment['NIANGJIA_PORT']}", demo.lines
        assert (answers(environment, "/"), answers(environment, "/console/")) == (200, 200)
        assert re.fullmatch(r"\d{6}", command(environment, "demo", "code", "clerk.city").stdout.strip())
        assert command(environment, "doctor").returncode == 0
        assert command(environment, "audit", "verify").returncode == 0
        taken = command(environment, "demo")
        assert (taken.returncode, "already runs" in taken.stderr) == (2, True)
    finally:
        ended = demo.stop()
    assert ended == 0
    assert not [path for path in Path(environment["NIANGJIA_HOME"], "tmp").iterdir() if path.name != "sms"]

    again = Demo(environment)
    try:
        assert "Loading" not in "".join(again.lines)
        assert answers(environment, "/") == 200
    finally:
        assert again.stop() == 0


def test_a_used_port_is_told_in_a_sentence(environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["NIANGJIA_PORT"])))
        other.listen()
        refused = command(environment, "demo")
    assert refused.returncode == 2
    assert "is used by another program. Set NIANGJIA_PORT" in refused.stderr


def test_a_broken_data_folder_is_told_in_a_sentence(environment):
    demo = Demo(environment)
    demo.stop()
    Path(environment["NIANGJIA_HOME"], "postgres", "data", "PG_VERSION").unlink()
    refused = command(environment, "demo")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert refused.stderr.strip()
