"""Working days: which days count, when a term ends, and how sure that is.

Source:
    《民法典》第二百零一条 (the day on which a term starts is not counted), 第二百零三条 (the last day ends when business
    closes); 《全国年节及纪念日放假办法》 and the yearly notice of holidays and make-up days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from niangjia.core.days import day_of, moment_at

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Holidays and make-up days, as published.

    Attributes:
        holidays: days off, weekends need not be named.
        makeup_days: weekend days on which work is made up; they win over ``holidays``.
        published_to: the last day for which both are published.
    """

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    published_to: date


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Tell whether ``day`` is worked."""
    if day in calendar.makeup_days:
        return True
    return day.weekday() < SATURDAY and day not in calendar.holidays


def is_provisional(day: date, calendar: Calendar) -> bool:
    """Tell whether ``day`` lies beyond what is published, so that a term ending then may still move."""
    return day > calendar.published_to


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """Return the ``n``-th working day after ``day``; for 0 the first working day from ``day`` on.

    Raises:
        ValueError: ``n`` is negative.
    """
    if n < 0:
        raise ValueError("a term cannot be negative")
    last, left = (day, n) if n else (day - ONE_DAY, 1)
    while left:
        last += ONE_DAY
        left -= is_working_day(last, calendar)
    return last


def deadline(at: datetime, n: int, calendar: Calendar, closes: time = time(18)) -> datetime:
    """Return the moment at which a term of ``n`` working days that starts at ``at`` ends: when that day closes."""
    return moment_at(add_working_days(day_of(at), n, calendar), closes)


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Return how many working days come after ``start`` up to and with ``end``; negative if ``end`` is before."""
    if end < start:
        return -working_days_between(end, start, calendar)
    days = (start + timedelta(days=k) for k in range(1, (end - start).days + 1))
    return sum(is_working_day(day, calendar) for day in days)
