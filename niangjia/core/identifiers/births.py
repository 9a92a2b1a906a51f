"""Days from year, month and day, for whole columns."""

from __future__ import annotations

import numpy as np

from niangjia.core.identifiers.columns import IntArray

FIRST_YEAR, YEARS = 1800, 400
NO_DAY = np.int32(np.iinfo(np.int32).min)


def _table() -> IntArray:
    """Return the days since 1970-01-01 of 31 days in every month; ``NO_DAY`` for 30 February and its like."""
    months = np.datetime64(f"{FIRST_YEAR}-01", "M") + np.arange(YEARS * 12)
    days = months.astype("datetime64[D]")[:, None] + np.arange(31)
    spilt = days.astype("datetime64[M]") != months[:, None]
    table = days.astype(np.int64)
    table[spilt] = NO_DAY
    return table.astype(np.int32).reshape(-1)


_DAYS = _table()


def days_of(years: IntArray, months: IntArray, days: IntArray) -> IntArray:
    """Return (n,) days since 1970-01-01, or ``NO_DAY`` where the calendar has no such day."""
    y, m, d = years - FIRST_YEAR, months - 1, days - 1
    inside = (y >= 0) & (y < YEARS) & (m >= 0) & (m < 12) & (d >= 0) & (d < 31)
    places = np.where(inside, (y * 12 + m) * 31 + d, 0)
    return np.where(inside, _DAYS[places], NO_DAY)
