"""A roster of members, whole columns at a time: made even, and every rule run on every row.

The algorithm: docs/algorithms/intake.md. What is refused, held and noted: docs/algorithms/rosters.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from niangjia.core import plan
from niangjia.core.codes.phones import mobile_prefixes
from niangjia.core.findings import Severity, findings, worst
from niangjia.core.identifiers import credit, phone
from niangjia.core.intake import documents, rules
from niangjia.core.intake.cells import Cells, by_value
from niangjia.core.intake.dates import day_column
from niangjia.core.intake.fields import MEMBERS
from niangjia.core.intake.regions import region_codes
from niangjia.core.intake.repeats import keys, repeats
from niangjia.core.text import match_key, tidied_name, unwanted

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "name": pl.String,
    "name_key": pl.String,
    "id_kind": pl.String,
    "id_number": pl.String,
    "phone": pl.String,
    "sex": pl.String,
    "ethnic": pl.String,
    "birth_on": pl.Date,
    "employer": pl.String,
    "employer_code": pl.String,
    "union": pl.String,
    "union_code": pl.String,
    "group": pl.String,
    "joined_on": pl.Date,
    "region": pl.String,
    "education": pl.String,
    "work_status": pl.String,
    "household": pl.String,
    "repeats": pl.UInt32,
}

# Letters of any script, their marks, dots, hyphens and apostrophes; 〇; and the planes of rare characters, which are given
# out faster than libraries learn of them.
_NOT_IN_NAMES = r"[^\p{L}\p{M}〇·.\-'’ \x{20000}-\x{3FFFF}]"


@dataclass(frozen=True)
class Checked:
    """A roster, checked.

    Attributes:
        columns: one row for each row of the sheet, in its order, as in ``SCHEMA``. ``row`` is the number in the workbook;
            ``repeats`` the place (from 0) of the row above that this one says again. What cannot be right is null.
        findings: in the schema of ``core.findings``: ``row`` is the place in ``columns``, from 0.
    """

    columns: pl.DataFrame
    findings: pl.DataFrame

    def part(self, first: int, rows: int) -> Checked:
        """Return at most ``rows`` rows from the place ``first`` on, and their findings."""
        place = pl.col("row").cast(pl.Int64) - first
        mine = self.findings.filter(place.is_between(0, rows, closed="left"))
        return Checked(
            self.columns[first : first + rows], mine.with_columns(place.cast(pl.UInt32).alias("row"))
        )

    @property
    def known(self) -> pl.Series:
        """(n,) what each row would be against an empty roll, whatever its findings: new, or same for a repetition."""
        said = pl.when(pl.col("repeats").is_null()).then(pl.lit("new")).otherwise(pl.lit("same"))
        return self.columns.select(said.cast(plan.VERDICTS).alias("known")).to_series()

    @property
    def verdicts(self) -> pl.Series:
        """(n,) the verdict of each row against an empty roll."""
        return plan.verdicts(self.known, worst(self.findings, self.columns.height))


def check(rows: pl.DataFrame, mapping: Mapping[str, int], *, on: date, allow_demo: bool) -> Checked:
    """Return the rows made even, with all that is wrong with each.

    Args:
        rows: ``row``, and for each column of the sheet ``c0`` … (text as typed), ``c0_number`` … and ``c0_formula`` …
            (flags; may be left out where they are all false).
        mapping: field (``fields.MEMBERS``) → column of the sheet; a field that is left out is blank.
        on: the day of intake.
        allow_demo: whether the demo's made-up counties and phones are right here.
    """
    checked = check_block(rows, mapping, on=on, allow_demo=allow_demo)
    return with_repeats(checked, repeats(keys_of(checked)))


def check_block(rows: pl.DataFrame, mapping: Mapping[str, int], *, on: date, allow_demo: bool) -> Checked:
    """Return some rows of a roster as ``check`` does, but for what they repeat, which only the whole roster tells."""
    frame = _evened(Cells(rows, mapping), on=on, allow_demo=allow_demo)
    columns = frame.select(name for name in SCHEMA if name != "repeats")
    nothing = pl.lit(None).alias("repeats")
    return Checked(columns.with_columns(nothing).cast(dict(SCHEMA)), findings(frame, rules.ROWS))  # type: ignore[arg-type]


def keys_of(checked: Checked) -> pl.DataFrame:
    """Return what the comparison of all rows of a roster needs of these: see ``repeats.keys``."""
    refused = worst(checked.findings, checked.columns.height) == Severity.REFUSE.value
    return keys(checked.columns.drop("repeats"), refused.fill_null(value=False))


def with_repeats(checked: Checked, again: pl.DataFrame) -> Checked:
    """Return ``checked`` with what its rows repeat: ``again`` are their rows of ``repeats``."""
    both = pl.concat([checked.findings, findings(again, rules.REPEATS)]).sort("row", maintain_order=True)
    return Checked(checked.columns.with_columns(again["repeats"].cast(SCHEMA["repeats"])), both)


def _evened(cells: Cells, *, on: date, allow_demo: bool) -> pl.DataFrame:
    parts: tuple[Callable[[Cells], pl.DataFrame], ...] = (
        lambda cells: cells.rows.select(pl.col("row").cast(pl.UInt32)),
        partial(_documents, on=on, allow_demo=allow_demo),
        _days,
        _names,
        partial(_phones, allow_demo=allow_demo),
        partial(_codes, allow_demo=allow_demo),
        lambda cells: pl.DataFrame([cells.tidied(field) for field in ("employer", "union")]),
        partial(_credit_codes, kind="employer"),
        partial(_credit_codes, kind="union"),
        _formulas,
    )
    # None needs another, and columns are worked on outside the interpreter's lock.
    with ThreadPoolExecutor() as threads:
        frames: list[pl.DataFrame] = list(threads.map(lambda part: part(cells), parts))
    whole: pl.DataFrame = pl.concat(frames, how="horizontal")
    return whole.with_columns(
        birth_on=pl.coalesce("id_born_on", "born_told"),
        sex=pl.coalesce("id_sex", "sex_told"),
        today=pl.lit(on),
        latest_birth_on=pl.lit(_years_before(on, rules.LEAST_AGE)),
    )


def _formulas(cells: Cells) -> pl.DataFrame:
    return cells.formulas(field.name for field in MEMBERS)


def _names(cells: Cells) -> pl.DataFrame:
    tidy = pl.DataFrame({"text": cells.text("name")}).select(tidied_name(pl.col("text")).alias("name"))
    tidy = tidy.with_columns(unwanted(pl.col("name")).alias("bad"))
    name, bad = pl.col("name"), pl.col("bad")
    finding = (
        pl.when(name.is_null())
        .then(pl.lit("NAME_BLANK"))
        .when(bad == "TEXT_PRIVATE_USE")
        .then(pl.lit("NAME_PRIVATE_USE"))
        .when(bad.is_not_null() | name.str.contains(_NOT_IN_NAMES))
        .then(pl.lit("NAME_CHARACTER"))
    )
    return tidy.select(name, match_key(name).alias("name_key"), finding.alias("name_finding"))


def _documents(cells: Cells, *, on: date, allow_demo: bool) -> pl.DataFrame:
    told = documents.checked(cells, on=on, allow_demo=allow_demo)
    return told.select(
        "id_number", "id_finding", "id_expected", "id_kind", id_born_on="born_on", id_sex="sex"
    )


def _phones(cells: Cells, *, allow_demo: bool) -> pl.DataFrame:
    told = phone.checked(cells.text("phone"), prefixes=mobile_prefixes(demo=allow_demo))
    return told.rename({"phone_number": "phone"})


def _days(cells: Cells) -> pl.DataFrame:
    born, joined = (
        by_value(cells.text(field), lambda frame: day_column(frame["text"]))
        for field in ("born_on", "joined_on")
    )
    return pl.DataFrame(
        {
            "born_told": born["day"],
            "born_unreadable": born["is_unreadable"],
            "joined_on": joined["day"],
            "joined_unreadable": joined["is_unreadable"],
        }
    )


def _codes(cells: Cells, *, allow_demo: bool) -> pl.DataFrame:
    sex = cells.coded("sex", "sex")
    tables = {"ethnic": "ethnic", "group": "worker_group", "education": "education"}
    tables |= {"work_status": "work_status", "household": "hukou"}
    coded = [cells.coded(field, table) for field, table in tables.items()]
    unknown = [
        (cells.tidied(field).is_not_null() & code.is_null()).alias(f"{field}_unknown")
        for field, code in zip(("ethnic", "group"), coded, strict=False)
    ]
    # 0 and 9 say that nothing is known, which contradicts no number.
    told = sex.is_in(["1", "2"]).fill_null(value=False)
    region = region_codes(cells.tidied("region"), allow_demo=allow_demo)
    return pl.DataFrame([sex.zip_with(told, pl.repeat(None, len(sex), dtype=pl.String, eager=True)).alias("sex_told"), *coded, *unknown, region])  # fmt: skip


def _credit_codes(cells: Cells, kind: str) -> pl.DataFrame:
    field = f"{kind}_code"
    numeric = cells.is_number(field)
    if numeric.any():
        told = credit.checked(cells.text(field), numeric=numeric)
    else:
        told = by_value(cells.text(field), lambda frame: credit.checked(frame["text"]))
    return told.select(
        pl.col("credit_code").alias(field),
        pl.col("credit_finding").alias(f"{kind}_finding"),
        pl.col("credit_expected").alias(f"{kind}_expected"),
    )


def _years_before(day: date, years: int) -> date:
    """Return the last birth day of those who are ``years`` old; on 29 February that of common years' 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
