"""What a job is: a function with a name, deferred with ids, run as the system. See docs/algorithms/jobs.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.foundation.jobs.retrying import Again, is_given_up

Argument = UUID | str | int

log = structlog.get_logger(__name__)

_declared: dict[str, Job] = {}


@dataclass(frozen=True)
class Job:
    """One kind of work.

    Attributes:
        function: takes the ids as keywords, ``by`` and ``at``; without ``transaction`` it takes ``now``, a function, in
            the place of ``at``, and opens ``acting(by)`` itself.
        together: jobs with the same word never run at the same time; empty for the same job with the same ids.
        given_up: done once the last attempt has failed, so that nothing waits for ever; takes the ids, ``by`` and ``at``.
    """

    name: str
    function: Callable[..., Any]
    transaction: bool = True
    together: str = ""
    given_up: Callable[..., Any] | None = None

    def defer(self, **ids: Argument) -> None:
        """Ask for the work, in the current transaction: it is there after the commit, and gone after a rollback."""
        said = {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
        lock = self.together or "|".join([self.name, *(str(value) for value in said.values())])
        with transaction.atomic():
            app.configure_task(self.name, lock=lock).defer(**said)

    def run(self, said: Mapping[str, Any], *, now: Callable[[], datetime] | None = None) -> None:
        """Do the work, as the worker does."""
        now = now or _now
        by = system_actor(self.name)
        ids = self._typed(said)
        if not self.transaction:
            self.function(**ids, by=by, now=now)
            return
        with acting(by):
            self.function(**ids, by=by, at=now())

    def give_up(self, said: Mapping[str, Any]) -> None:
        """Say that the work will not be done."""
        if self.given_up is not None:
            by = system_actor(self.name)
            with acting(by):
                self.given_up(**self._typed(said), by=by, at=_now())

    def _typed(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments in the kinds that the function asks for: whoever can defer can name any job."""
        hints = get_type_hints(self.function)
        return {name: hints[name](value) if isinstance(value, str) else value for name, value in said.items()}


def job(
    name: str, *, transaction: bool = True, together: str = "", given_up: Callable[..., Any] | None = None
) -> Callable[[Callable[..., Any]], Job]:
    """Declare the function below as the job ``name``; it must come to the same end when it is run twice."""

    def declare(function: Callable[..., Any]) -> Job:
        declared = Job(name, function, transaction, together, given_up)
        _declared[name] = declared

        @app.task(name=name, retry=Again(), pass_context=True)
        def run(context: JobContext, **said: Any) -> None:
            try:
                declared.run(said)
            except Exception as error:
                log.warning("job_failed", job=name, attempts=context.job.attempts, exc_info=error)
                if is_given_up(error, context.job.attempts):
                    declared.give_up(said)
                raise

        return declared

    return declare


def every(cron: str) -> Callable[[Job], Job]:
    """Run the job at the times that ``cron`` tells; it takes no ids."""

    def declare(declared: Job) -> Job:
        @app.periodic(cron=cron)
        @app.task(name=f"{declared.name}, by the clock", queueing_lock=declared.name, lock=declared.name)
        def run(timestamp: int) -> None:
            declared.run({})

        return declared

    return declare


def jobs() -> Mapping[str, Job]:
    """Return every job by its name."""
    return dict(_declared)


def _now() -> datetime:
    return datetime.now(UTC)
