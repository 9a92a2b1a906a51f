"""Identity number, credit code and phone of made-up rows: ours by the column, python-stdnum by the row.

Every identity number here has the order 000, which is never issued, so that it is nobody's.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import polars as pl
from stdnum.cn import ric, uscc

from benchmarks.report import seconds, show
from niangjia.core.identifiers import citizen, counties, credit, phone
from niangjia.core.identifiers.citizen import citizen_checks
from niangjia.core.identifiers.credit import ALPHABET, credit_checks

ROWS = 200_000
WRONG_SHARE = 0.02
FIRST_BIRTH_YEAR = 1940
DEMO_PREFIX = "1409"
MOBILE = re.compile(r"1[3-9]\d{9}")


def people(first_17: list[str]) -> pl.Series:
    """Return the numbers with their check character."""
    digits = np.array([list(number.encode()) for number in first_17], dtype=np.uint8) - ord("0")
    return pl.Series([n + chr(c) for n, c in zip(first_17, citizen_checks(digits), strict=True)])


def grid(on: date) -> pl.Series:
    """Return one number for every dated county code and birth year in which somebody could have got it."""
    pairs = {
        (dated.code, year)
        for dated in counties.dated_codes()
        for year in range(FIRST_BIRTH_YEAR, on.year + 1)
        if (dated.to_year or counties.STILL) >= max(year, counties.FIRST_NUMBERS)
    }
    return people([f"{code}{year}0101000" for code, year in sorted(pairs)])


def roster(n: int, rng: np.random.Generator, right: pl.Series) -> pl.DataFrame:
    """Return ``n`` rows of number, code and phone; a few numbers end wrongly."""
    numbers = right.gather(rng.integers(0, len(right), n))
    wrong = pl.Series(rng.random(n) < WRONG_SHARE)
    columns = pl.DataFrame({"id": numbers, "wrong": wrong}).select(
        pl.when("wrong").then(pl.col("id").str.slice(0, 17) + "Y").otherwise("id").alias("id")
    )
    phones = [f"{DEMO_PREFIX}{k:07d}" for k in rng.integers(0, 10_000_000, n)]
    return columns.with_columns(credit=codes(n, rng), phone=pl.Series(phones))


def codes(n: int, rng: np.random.Generator) -> pl.Series:
    """Return ``n`` credit codes of employers in a region that does not exist."""
    values = rng.integers(0, 31, (n, 18), dtype=np.uint8)
    values[:, :8] = [9, 1, 3, 6, 9, 9, 0, 1]
    characters = np.frombuffer(ALPHABET, dtype=np.uint8)[values]
    characters[:, 17] = credit_checks(values[:, :17])
    return pl.Series([row.tobytes().decode() for row in characters])


def ours(rows: pl.DataFrame, on: date) -> int:
    """Return how many rows have no finding."""
    people_found = citizen.checked(rows["id"], on=on)["id_finding"]
    codes_found = credit.checked(rows["credit"])["credit_finding"]
    phones_found = phone.checked(rows["phone"], prefixes=[DEMO_PREFIX])["phone_finding"]
    return int((people_found.is_null() & codes_found.is_null() & phones_found.is_null()).sum())


def theirs(rows: pl.DataFrame) -> int:
    """Return how many rows python-stdnum and a regular expression let pass."""
    return sum(
        ric.is_valid(number) and uscc.is_valid(code) and MOBILE.fullmatch(mobile) is not None
        for number, code, mobile in rows.iter_rows()
    )


def main() -> None:
    """Measure both on the same rows, and count what each refuses wrongly on the grid."""
    on = date.today()  # noqa: DTZ011
    right = grid(on)
    rows = roster(ROWS, np.random.default_rng(20261124), right)
    ours(rows, on)
    mine, stdnum = seconds(lambda: ours(rows, on), rounds=5), seconds(lambda: theirs(rows))
    refused = int(citizen.checked(right, on=on)["id_finding"].is_not_null().sum())
    show(
        "identifiers",
        {
            "rows": ROWS,
            "rows_per_s": round(ROWS / mine),
            "stdnum_rows_per_s": round(ROWS / stdnum),
            "ratio": round(stdnum / mine, 1),
            "right_numbers": len(right),
            "false_refusals": refused,
            "stdnum_false_refusals": sum(not ric.is_valid(number) for number in right),
        },
    )


if __name__ == "__main__":
    main()
