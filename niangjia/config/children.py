"""One child process: started without a shell, ended with its parent, started again when it dies."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from niangjia.config.embedded_postgres.postmaster import dies_with_parent
from niangjia.config.errors import CannotRun
from niangjia.config.files import open_log

QUICKLY_SECONDS = 30.0
DEATHS_ALLOWED = 2


@dataclass(frozen=True)
class Program:
    """What to run.

    Args:
        name: for messages and the log's name.
        command: the program and its arguments.
        answers: whether it does its work yet.
        orphaned: the signal it gets when its parent is killed.
        stop_seconds: how long it may take to finish what it has begun.
    """

    name: str
    command: tuple[str, ...]
    answers: Callable[[], bool] = lambda: True
    orphaned: int = signal.SIGKILL
    stop_seconds: float = 30.0


@dataclass
class Deaths:
    """How often something died lately, and when it may be started again."""

    name: str
    log: Path
    times: list[float] = field(default_factory=list)
    again_at: float = 0.0

    def count(self, status: str) -> None:
        """Note one more death. Raises CannotRun at the third within a short time."""
        now = time.monotonic()
        self.times = [each for each in self.times if now - each < QUICKLY_SECONDS] + [now]
        if len(self.times) > DEATHS_ALLOWED:
            raise CannotRun(
                f"The {self.name} process ended {len(self.times)} times within {QUICKLY_SECONDS:.0f} seconds "
                f"({status}), so everything was stopped. Why stands in {self.log}."
            )
        self.again_at = now + 0.25 * 4 ** (len(self.times) - 1)

    def may_start(self) -> bool:
        """Whether the back-off is over."""
        return time.monotonic() >= self.again_at


class Child:
    """A program that is kept running."""

    def __init__(self, program: Program, *, environment: Mapping[str, str], log: Path):
        self.program = program
        self.environment = dict(environment)
        self.log = log / f"{program.name}.log"
        self.deaths = Deaths(program.name, self.log)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, None between death and next start."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the program in a process group of its own: a Ctrl-C in the terminal is for the parent alone."""
        output = open_log(self.log)
        try:
            self._process = subprocess.Popen(
                self.program.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.program.orphaned),
            )
        except OSError as error:
            raise CannotRun(f"The {self.program.name} process could not be started: {error}.") from None
        finally:
            os.close(output)

    def tend(self) -> None:
        """Start the program again if it has died. Raises CannotRun when it dies too often."""
        if self._process is None:
            if self.deaths.may_start():
                self.start()
        elif self._process.poll() is not None:
            status = self._process.returncode
            self._end_group()
            self._process = None
            self.deaths.count(f"signal {-status}" if status < 0 else f"exit status {status}")

    def answers(self) -> bool:
        """Whether the program runs and does its work."""
        return self._process is not None and self.program.answers()

    def stop(self, *, hurried: Callable[[], bool]) -> None:
        """Ask it to finish, and end it by force when its time is over or somebody hurries."""
        if self._process is None:
            return
        end = time.monotonic() + self.program.stop_seconds
        self._process.terminate()
        while self._process.poll() is None and time.monotonic() < end and not hurried():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        self._end_group()
        self._process.wait()
        self._process = None

    def _end_group(self) -> None:
        # Also what the program itself has started: a web server's own workers would hold the port.
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
