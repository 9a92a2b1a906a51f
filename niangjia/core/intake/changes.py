"""A list of membership changes, whole columns at a time: who, which of the six changes, since when, why, and where to.

What is refused and held: docs/algorithms/changes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from niangjia.core.findings import Rule, finding_is, findings
from niangjia.core.identifiers import credit
from niangjia.core.identifiers.rules import CITIZEN
from niangjia.core.intake import documents, rules
from niangjia.core.intake.cells import Cells
from niangjia.core.intake.dates import day_column
from niangjia.core.intake.fields import MEMBERS, Field
from niangjia.core.intake.members import Checked
from niangjia.core.text import match_key, tidied_name
from niangjia.core.words import gettext_noop

JOIN, TRANSFER_IN, RETAIN, TRANSFER_OUT, EXPEL, EXIT = "1", "2", "3", "4", "5", "6"
OPENING, ENDING = (JOIN, TRANSFER_IN), (RETAIN, TRANSFER_OUT, EXPEL, EXIT)
CRIME = "6"  # of table change_reason: the only ground of an expulsion

_of = {field.name: field for field in MEMBERS}
FIELDS = (
    replace(_of["name"], is_needed=False),
    _of["id_number"],
    _of["id_kind"],
    Field(
        "change",
        gettext_noop("Change of membership"),
        (
            "会籍变化类型", "会籍变化", "变化类型", "变动类型", "会籍变动类型", "变更类型", "会籍变更类型", "异动类型",
            "change", "kind of change", "membership change", "change of membership",
        ),
    ),
    Field(
        "reason",
        gettext_noop("Reason of the change"),
        (
            "会籍变化原因", "变化原因", "变动原因", "会籍变动原因", "变更原因", "异动原因", "原因",
            "reason", "reason of the change", "change reason",
        ),
    ),
    Field(
        "changed_on",
        gettext_noop("Day of the change"),
        (
            "会籍变化日期", "变化日期", "变动日期", "会籍变动日期", "变更日期", "异动日期", "生效日期",
            "changed on", "day of the change", "date of change", "effective date",
        ),
    ),
    Field(
        "union",
        gettext_noop("Union that the member goes to"),
        (
            "转入工会", "接收工会", "转往工会", "调入工会", "现工会", "转入单位工会", *_of["union"].headers,
            "receiving union", "union that the member goes to", "new union",
        ),
    ),
    Field(
        "union_code",
        gettext_noop("Credit code of that union"),
        (
            "转入工会统一社会信用代码", "接收工会统一社会信用代码", "转入工会代码", "接收工会代码", *_of["union_code"].headers,
            "receiving union code", "credit code of that union",
        ),
    ),
)  # fmt: skip

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "name": pl.String,
    "name_key": pl.String,
    "id_kind": pl.String,
    "id_number": pl.String,
    "phone": pl.String,
    "birth_on": pl.Date,
    "change": pl.String,
    "reason": pl.String,
    "changed_on": pl.Date,
    "union": pl.String,
    "union_code": pl.String,
    "repeats": pl.UInt32,
}

_CHARTER = "《中国工会章程》第五条至第八条"
_DEFAULT = "product default"
_BLANK = gettext_noop(
    "What kind of change it is stands neither in the row nor for the whole list. Fill it in."
)
_UNKNOWN = gettext_noop("This kind of change is not known. Choose one from the list.")
_NO_REASON = gettext_noop("A membership does not end or rest without a reason. Choose one from the list.")
_REASON_UNKNOWN = gettext_noop("This reason is not known. Choose one from the list.")
_NO_CRIME = gettext_noop(
    "Expulsion is for those who were sentenced for a crime alone. Check the kind of change and the reason."
)
_FUTURE = gettext_noop("The day of the change is yet to come. Hand the row in on that day.")


def _is(column: str, code: str) -> pl.Expr:
    return (pl.col(column) == code).fill_null(value=False)


ROWS: tuple[Rule, ...] = (
    *(rule for rule in rules.ROWS if rule.code == "PERMIT_NUMBER"),
    *CITIZEN,
    Rule("CHANGE_BLANK", "change", _BLANK, _DEFAULT, finding_is("change_finding", "CHANGE_BLANK")),
    Rule("CHANGE_UNKNOWN", "change", _UNKNOWN, _DEFAULT, finding_is("change_finding", "CHANGE_UNKNOWN")),
    Rule("REASON_BLANK", "reason", _NO_REASON, _CHARTER, finding_is("reason_finding", "REASON_BLANK")),
    Rule("REASON_UNKNOWN", "reason", _REASON_UNKNOWN, _DEFAULT, finding_is("reason_finding", "REASON_UNKNOWN")),
    Rule("EXPEL_REASON", "reason", _NO_CRIME, _CHARTER, lambda c: ~(_is("change", EXPEL) & ~_is("reason", CRIME))),
    *(rule for rule in rules.ROWS if rule.column == "union_code" and rule.code != "FORMULA_CELL"),
    Rule("DATE_UNREADABLE", "changed_on", rules.MESSAGES["DATE_UNREADABLE"], _DEFAULT, lambda c: ~c["day_unreadable"]),
    Rule("CHANGE_FUTURE", "changed_on", _FUTURE, _DEFAULT, lambda c: c["changed_on"] <= c["today"]),
    *(
        Rule("FORMULA_CELL", field.name, rules.MESSAGES["FORMULA_CELL"], _DEFAULT, lambda c, name=field.name: ~c[f"{name}_formula"])  # type: ignore[misc]
        for field in FIELDS
    ),
)  # fmt: skip


def check(
    rows: pl.DataFrame,
    mapping: Mapping[str, int],
    *,
    on: date,
    allow_demo: bool,
    options: Mapping[str, Any] = {},
) -> Checked:
    """Return the rows made even, with what is wrong with each for itself.

    Args:
        rows, mapping, on, allow_demo: as ``members.check`` takes them.
        options: ``change``, ``reason`` (codes) and ``on`` (a day as text), which hold where a cell is blank.
    """
    frame = _evened(Cells(rows, mapping), on=on, allow_demo=allow_demo, options=options)
    return Checked(frame.select(list(SCHEMA)).cast(dict(SCHEMA)), findings(frame, ROWS))  # type: ignore[arg-type]


def _evened(cells: Cells, *, on: date, allow_demo: bool, options: Mapping[str, Any]) -> pl.DataFrame:
    told = documents.checked(cells, on=on, allow_demo=allow_demo)
    name = pl.DataFrame({"text": cells.text("name")}).select(name=tidied_name(pl.col("text")))
    day = day_column(cells.text("changed_on"))
    code = credit.checked(cells.text("union_code"), numeric=cells.is_number("union_code"))
    whole = date.fromisoformat(options["on"]) if options.get("on") else on
    frame = pl.DataFrame(
        {
            "row": cells.rows["row"].cast(pl.UInt32),
            "id_number": told["id_number"],
            "id_kind": told["id_kind"],
            "id_finding": told["id_finding"],
            "id_expected": told["id_expected"],
            "birth_on": told["born_on"],
            "name": name["name"],
            "name_key": name.select(match_key(pl.col("name")))["name"],
            "day_unreadable": day["is_unreadable"],
            "changed_on": day["day"].fill_null(whole),
            "union": cells.tidied("union"),
            "union_code": code["credit_code"],
            "union_finding": code["credit_finding"],
            "union_expected": code["credit_expected"],
        }
    )
    formulas = cells.formulas(field.name for field in FIELDS).get_columns()
    return frame.with_columns(
        *_coded(cells, options), *formulas, phone=pl.lit(None), repeats=pl.lit(None), today=pl.lit(on)
    ).with_columns(_reason_finding())


def _coded(cells: Cells, options: Mapping[str, Any]) -> list[pl.Series]:
    """Return change and reason, those of the whole list where a cell is blank, and what is wrong with the cells."""
    change, reason = cells.coded("change", "change_kind"), cells.coded("reason", "change_reason")
    said = pl.DataFrame({"change": cells.tidied("change"), "reason": cells.tidied("reason")})
    frame = pl.DataFrame({"change": change, "reason": reason, "kind": said["change"], "why": said["reason"]})
    whole = {name: pl.lit(options.get(name) or None, dtype=pl.String) for name in ("change", "reason")}
    return frame.select(
        pl.when(pl.col("kind").is_null()).then(whole["change"]).otherwise("change").alias("change"),
        pl.when(pl.col("why").is_null()).then(whole["reason"]).otherwise("reason").alias("reason"),
        pl.when(pl.col("kind").is_not_null() & pl.col("change").is_null()).then(pl.lit("CHANGE_UNKNOWN"))
        .when(pl.col("kind").is_null() & whole["change"].is_null()).then(pl.lit("CHANGE_BLANK"))
        .alias("change_finding"),
        (pl.col("why").is_not_null() & pl.col("reason").is_null()).alias("reason_unknown"),
    ).get_columns()  # fmt: skip


def _reason_finding() -> pl.Expr:
    needs = pl.col("change").is_in(ENDING)
    return (
        pl.when("reason_unknown")
        .then(pl.lit("REASON_UNKNOWN"))
        .when(needs & pl.col("reason").is_null())
        .then(pl.lit("REASON_BLANK"))
        .alias("reason_finding")
    )
