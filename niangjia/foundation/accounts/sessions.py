"""What a session proves: which factors were shown, and whether it has run out."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from niangjia.core.days import day_of
from niangjia.foundation import parameters

METHODS = "account_authentication_methods"  # written by allauth at sign-in
STARTED, SEEN, POSTING = "started_at", "seen_at", "posting"
# The moment of the last request is written only this often, so that reading pages does not write sessions.
STAMP_EVERY = timedelta(minutes=1)


def has_second_factor(session: Mapping[str, Any]) -> bool:
    """Tell whether a second factor was shown in this session."""
    return any(record.get("method") == "mfa" for record in session.get(METHODS, []))


def forget_second_factor(session: MutableMapping[str, Any]) -> None:
    """Let the session count as before the second factor: it is no office's any more."""
    session[METHODS] = [record for record in session.get(METHODS, []) if record.get("method") != "mfa"]


def has_run_out(session: Mapping[str, Any], *, at: datetime) -> bool:
    """Tell whether the session was idle, or lasted, longer than the limits allow."""
    limits = parameters.at(day_of(at))
    idle = timedelta(minutes=limits.session_idle_minutes)
    absolute = timedelta(hours=limits.session_absolute_hours)
    return _since(session, SEEN, at) > idle or _since(session, STARTED, at) > absolute


def stamp(session: MutableMapping[str, Any], *, at: datetime) -> None:
    """Note that the session is in use."""
    session.setdefault(STARTED, at.isoformat())
    if SEEN not in session or _since(session, SEEN, at) >= STAMP_EVERY:
        session[SEEN] = at.isoformat()


def _since(session: Mapping[str, Any], key: str, at: datetime) -> timedelta:
    value = session.get(key)
    return at - datetime.fromisoformat(value) if value else timedelta(0)
