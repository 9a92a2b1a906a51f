"""The Chinese calendar: the published holidays and make-up days, and what the deployer marks."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

import holidays
from django.db import transaction

from niangjia.core.workdays import Calendar
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.clocks.models import CalendarDay

FIRST_YEAR, YEARS = 2018, 12


def calendar() -> Calendar:
    """Return the calendar as it is known here; beyond its last published day it is provisional."""
    published = _published()
    marked = dict(CalendarDay.objects.values_list("on", "is_worked"))
    off = {on for on, is_worked in marked.items() if not is_worked}
    worked = marked.keys() - off
    return Calendar(
        holidays=published.holidays - worked | off,
        makeup_days=published.makeup_days - off | worked,
        published_to=max([published.published_to, *marked]),
    )


@cache
def _published() -> Calendar:
    """Return what the library has. A year counts as published once its make-up days are known."""
    known = holidays.country_holidays("CN", years=range(FIRST_YEAR, FIRST_YEAR + YEARS))
    makeup = frozenset(known.weekend_workdays)
    last = max(day.year for day in makeup)
    return Calendar(frozenset(known), makeup, date(last, 12, 31))


@transaction.atomic
def mark(on: date, *, is_worked: bool, source: str, by: Actor, at: datetime) -> None:
    """Mark one day as worked or off, for the reason in ``source``; clocks that run already keep their end."""
    facts = {"is_worked": is_worked, "source": source}
    CalendarDay.objects.update_or_create(on=on, defaults=facts)
    audit.record("calendar.marked", by=by, at=at, facts={"on": on, **facts})
