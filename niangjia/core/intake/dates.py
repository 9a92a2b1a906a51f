"""Days as clerks write them: 1990-01-02, 1990/1/2, 1990.01.02, 19900102, 1990年1月2日, date cells and bare serial numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from niangjia.core.identifiers.births import NO_DAY, days_of
from niangjia.core.identifiers.columns import IntArray
from niangjia.core.text import tidied

# Groups 1 to 3: year, month, day with signs between; 4 to 6: eight digits; 7: the serial number of a spreadsheet.
_TIME = r"(?:[T ]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?"
_SIGNED = rf"(\d{{4}}) ?[-/.年\x{{2010}}-\x{{2015}}] ?(\d{{1,2}}) ?[-/.月\x{{2010}}-\x{{2015}}] ?(\d{{1,2}}) ?[日号]?{_TIME}"
_DAY = rf"^(?:{_SIGNED}|(\d{{4}})(\d{{2}})(\d{{2}})|(\d{{5}})(?:\.0+)?)$"
# Day 0 of the spreadsheets' calendar, right for days after February 1900.
_SERIAL_ZERO = np.datetime64("1899-12-30", "D").astype(np.int32)


def day_column(text: pl.Series) -> pl.DataFrame:
    """Return the day that each cell means.

    Returns:
        (day, is_unreadable): unreadable is a cell that says something, and no day of the calendar.
    """
    tidy = pl.DataFrame({"text": text}).select(tidied(pl.col("text")))
    numbers = (
        tidy.select(pl.col("text").str.extract_groups(_DAY)).unnest("text").select(pl.all().cast(pl.Int32))
    )
    signed, plain, serial = _ints(numbers, 0, 3), _ints(numbers, 3, 6), _ints(numbers, 6, 7)
    days = days_of(*(np.where(signed[0] >= 0, a, b) for a, b in zip(signed, plain, strict=True)))
    days = np.where(serial[0] >= 0, serial[0] + _SERIAL_ZERO, days).astype(np.int32)
    day = pl.Series("day", days).replace(int(NO_DAY), None).cast(pl.Date)
    unreadable = day.is_null() & tidy["text"].is_not_null()
    return pl.DataFrame([day, unreadable.alias("is_unreadable")])


def _ints(numbers: pl.DataFrame, first: int, last: int) -> list[IntArray]:
    """Return columns as arrays, with -1 for what is not there."""
    return [numbers.to_series(k).fill_null(-1).to_numpy() for k in range(first, last)]
