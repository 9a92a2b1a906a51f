"""The day of a moment, and the moment of a time on a day: a day is one of Asia/Shanghai, a moment is UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which ``moment`` falls.

    Raises:
        ValueError: the moment has no time zone, so that its day is not known.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no day")
    return moment.astimezone(SHANGHAI).date()


def moment_at(day: date, clock_time: time) -> datetime:
    """Return the moment, in UTC, at which clocks in Asia/Shanghai show ``clock_time`` on ``day``.

    In summer-time years (1940 to 1949, 1986 to 1991) a time that was skipped means the one an hour later, and a time
    that came twice means the first.
    """
    return datetime.combine(day, clock_time, tzinfo=SHANGHAI).astimezone(UTC)
