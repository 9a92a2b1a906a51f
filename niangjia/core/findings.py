"""Findings: what is wrong with a row, as a code with parameters; every rule runs on every row.

A finding never holds a cell's value: its parameters come from columns made for it, and its text is made when it is shown,
from the rule's message in the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    """What becomes of a row with such a finding."""

    REFUSE = "refuse"
    HOLD = "hold"
    NOTE = "note"


class Columns:
    """The columns of whatever frame a rule is run on: ``columns["age"]``."""

    def __getitem__(self, name: str) -> pl.Expr:
        return pl.col(name)


Test = Callable[[Columns], pl.Expr]
SEVERITIES = pl.Enum([severity.value for severity in Severity])
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "code": pl.String,
    "column": pl.String,
    "severity": SEVERITIES,
    "params": pl.String,
}


@dataclass(frozen=True)
class Rule:
    """One claim that every row should meet.

    Attributes:
        code: stable, in capitals; the catalogue and the repair workbook know it.
        column: the column that the finding is shown at.
        message: an English msgid, which may hold ``%(name)s`` for a parameter.
        source: the law or standard behind it, or "product default".
        test: true for a right row; unknown (null) is not a breach.
        params: parameter of the message → column that holds it; a column with a cell of the file may not be named.
    """

    code: str
    column: str
    message: str
    source: str
    test: Test
    severity: Severity = Severity.REFUSE
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One breach of one rule by one row."""

    row: int
    code: str
    column: str
    severity: Severity
    params: Mapping[str, str] = field(default_factory=dict)


def by_code(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Return the rules by their code; one code may be told at several columns, in the same words.

    Raises:
        ValueError: one code has two messages.
    """
    found: dict[str, Rule] = {}
    for rule in rules:
        if found.setdefault(rule.code, rule).message != rule.message:
            raise ValueError(f"the code {rule.code} has two messages")
    return found


def finding_is(column: str, code: str) -> Test:
    """Return the test of a rule whose breaches another function has already named in ``column``."""
    return lambda columns: columns[column] != code


def findings(frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Return every breach of every rule.

    Returns:
        (row, code, column, severity, params), sorted by row and then in the rules' order; ``row`` counts from 0,
        ``params`` is a JSON object or null.
    """
    columns = Columns()
    broken = frame.select(
        (~rule.test(columns)).fill_null(value=False).alias(str(k)) for k, rule in enumerate(rules)
    )
    some = broken.select(pl.all().any()).row(0) if rules else ()
    parts = [_breaches(frame, broken[str(k)], rules[k]) for k, is_broken in enumerate(some) if is_broken]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).sort("row", maintain_order=True)


def _breaches(frame: pl.DataFrame, broken: pl.Series, rule: Rule) -> pl.DataFrame:
    rows = broken.arg_true()
    named = frame.select(set(rule.params.values()))[rows] if rule.params else pl.DataFrame()
    return named.select(
        rows.cast(pl.UInt32).alias("row"),
        pl.lit(rule.code).alias("code"),
        pl.lit(rule.column).alias("column"),
        pl.lit(rule.severity.value, dtype=SEVERITIES).alias("severity"),
        _params(rule).alias("params"),
    )


def _params(rule: Rule) -> pl.Expr:
    if not rule.params:
        return pl.lit(None, dtype=pl.String)
    named = [pl.col(column).cast(pl.String).alias(name) for name, column in rule.params.items()]
    return pl.struct(named).struct.json_encode()


def each(found: pl.DataFrame) -> Iterator[Finding]:
    """Yield the findings one by one, for a page of them."""
    for row, code, column, severity, params in found.select(*SCHEMA).iter_rows():
        yield Finding(row, code, column, Severity(severity), json.loads(params) if params else {})


def worst(found: pl.DataFrame, n: int) -> pl.Series:
    """Return for each of ``n`` rows the gravest severity found, null for a clean one.

    Returns:
        (n,) of ``SEVERITIES``, whose order is refuse, hold, note.
    """
    by_row = found.group_by("row").agg(pl.col("severity").min())
    rows = pl.DataFrame({"row": pl.int_range(n, dtype=pl.UInt32, eager=True)})
    return rows.join(by_row, on="row", how="left", maintain_order="left")["severity"]
