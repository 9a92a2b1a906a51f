"""Logs without names, numbers or phones: structlog in, a redactor in the middle, one line a record out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Not a proof (canary tests are that), but a net under the rule that nobody logs what a person typed.
SECRET_SHAPES = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|\d{15}|1\d{10})(?![0-9A-Za-z])")
QUOTED_ROW = re.compile(r"(?<==)\([^)]*\)(?= already exists)|(?<=contains \().*(?=\))", re.DOTALL)
COVERED = "[redacted]"


def redact(text: str) -> str:
    """Return ``text`` with what looks like an ID number or a phone, and what a constraint error quotes, covered."""
    return SECRET_SHAPES.sub(COVERED, QUOTED_ROW.sub(COVERED, text))


class Redactor(logging.Filter):
    """Covers secrets in every record of the standard library's loggers, and drops local variables and SQL."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place, and let it through."""
        record.msg = redact(_without_address(record))
        record.args = ()
        if record.exc_info and record.exc_info[0] is not None:
            record.msg = f"{record.msg} [{_where(record.exc_info)}]"
            record.exc_info = None
            record.exc_text = None
        return True


def _without_address(record: logging.LogRecord) -> str:
    """Return the message with the route in the place of the address: people type names into addresses."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    if len(path) < 2:
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    route = match.route if match else "(no such address)"
    escaped = path.encode("unicode_escape").decode("ascii")  # as Django writes it
    return record.getMessage().replace(escaped, route).replace(path, route)


def _where(exc_info: Any) -> str:
    """Return the kind of error and where it rose; never its text, which may quote a row."""
    kind, _, trace = exc_info
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/niangjia/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__module__}.{kind.__qualname__} at {' < '.join(reversed(frames[-6:]))}"


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Cover secrets in every value of a structlog event; an exception becomes its kind and place."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = _where((type(error), error, error.__traceback__))
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def configure_structlog() -> None:
    """Send structlog through the redactor to the standard library."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "niangjia.config.logging.Redactor"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.db.backends": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}
