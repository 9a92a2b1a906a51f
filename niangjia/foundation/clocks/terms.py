"""When a term ends: its length is a dated figure, whose unit says how it is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from niangjia.core.days import day_of, moment_at
from niangjia.core.parameters.shipped import units
from niangjia.core.workdays import add_working_days, deadline, working_days_between
from niangjia.foundation import parameters
from niangjia.foundation.clocks.calendars import calendar

WORKING_DAYS = "working days"
LENGTHS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}


def due(name: str, *, at: datetime, region: str) -> datetime:
    """Return the moment at which the term ``name`` that starts at ``at`` ends.

    Raises:
        KeyError: the figure is no length of time.
    """
    figures = parameters.at(day_of(at), region)
    n, unit = getattr(figures, name), units()[name]
    if unit == WORKING_DAYS:
        return deadline(at, n, calendar(), figures.day_closes)
    end = at + n * LENGTHS[unit]
    return moment_at(day_of(end), figures.day_closes) if unit == "days" else end


def moved(name: str, until: datetime, *, paused_at: datetime, at: datetime) -> datetime:
    """Return ``until``, moved by the time that a clock stood still: by whole working days where it counts those."""
    if units()[name] != WORKING_DAYS:
        return until + (at - paused_at)
    known = calendar()
    stood = working_days_between(day_of(paused_at), day_of(at), known)
    last = add_working_days(day_of(until), stood, known) if stood else day_of(until)
    return until + (last - day_of(until))
