"""Which county codes exist, and until which year each of them did.

Source:
    GB/T 2260 with its yearly changes, as listed in python-stdnum's ``stdnum/cn/loc.dat``, which is read at run time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

# Before 1984-04-06 (《居民身份证试行条例》) nobody had a number, so a code that had gone by then was never in one.
FIRST_NUMBERS = 1984
STILL = 9999
# Residence permits of people from Hong Kong, Macao and Taiwan: not divisions, but in the same place of the number.
# Source: 《港澳台居民居住证申领发放办法》, in force 2018-09-01.
PERMITS = ("810000", "820000", "830000")

_COUNTY = re.compile(r' +(\d{4}) county="([^"]*)"')
_YEARS = re.compile(r"\[(\d*)-(\d*)\]")


@dataclass(frozen=True)
class DatedCode:
    """A county code and the years, both included, in which some division had it; None for an open end."""

    code: str
    from_year: int | None
    to_year: int | None


@lru_cache(maxsize=1)
def dated_codes() -> tuple[DatedCode, ...]:
    """Return every code once for each division that had it."""
    found: list[DatedCode] = []
    province = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        county = _COUNTY.fullmatch(line)
        if county:
            found.extend(_dated(province + county[1], name) for name in county[2].split(","))
        elif not line.startswith("#"):
            province = line[:2]
    return tuple(found)


def _dated(code: str, name: str) -> DatedCode:
    years = _YEARS.match(name)
    first, last = years.groups() if years else ("", "")
    return DatedCode(code, int(first) if first else None, int(last) if last else None)


@lru_cache(maxsize=8)
def last_years(extra: frozenset[str] = frozenset()) -> NDArray[np.int16]:
    """Return for each number 0 to 999999 the last year in which it was a county code, 0 for never.

    Args:
        extra: codes beside the real ones, which a demo's made-up people have.
    """
    table = np.zeros(1_000_000, dtype=np.int16)
    for dated in dated_codes():
        table[int(dated.code)] = max(table[int(dated.code)], dated.to_year or STILL)
    for code in (*PERMITS, *extra):
        table[int(code)] = STILL
    table.flags.writeable = False
    return table
