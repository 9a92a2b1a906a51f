"""When a job that raised is tried again."""

from __future__ import annotations

from django.db.utils import InterfaceError, OperationalError
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

# The queue counts a worker's death as an attempt too, so the limit leaves room for many kills.
MOST_ATTEMPTS = 25
LONGEST_WAIT = 64
WITHOUT_DATABASE = 4


class Again(BaseRetryStrategy):
    """Try again after 4, 16 and then every 64 seconds, for about half an hour; for as long as it takes while the database is away."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again, None to leave the job as failed."""
        if is_given_up(exception, job.attempts):
            return None
        if _is_about_the_database(exception):
            return RetryDecision(retry_in={"seconds": WITHOUT_DATABASE})
        return RetryDecision(retry_in={"seconds": min(4 ** (job.attempts + 1), LONGEST_WAIT)})


def is_given_up(exception: BaseException, attempts: int) -> bool:
    """Tell whether a job that raised ``exception`` at its attempt number ``attempts`` is not tried again."""
    return attempts >= MOST_ATTEMPTS and not _is_about_the_database(exception)


def _is_about_the_database(exception: BaseException | None) -> bool:
    """Tell whether the connection was lost, at any step of what led to the exception."""
    while exception is not None:
        if isinstance(exception, OperationalError | InterfaceError):
            return True
        exception = exception.__cause__ or exception.__context__
    return False
