"""The present moment: the terminal is an audience, so the clock may be read here."""

from __future__ import annotations

from datetime import UTC, date, datetime

from niangjia.core.days import day_of


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in Shanghai."""
    return day_of(now())
