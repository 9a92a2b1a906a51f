"""A list of a union's officers, whole columns at a time: who, which post, in which union, from when until when.

What is refused and held: docs/algorithms/officers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from niangjia.core.codes.phones import mobile_prefixes
from niangjia.core.findings import Rule, findings, worst
from niangjia.core.findings import Severity as S
from niangjia.core.identifiers import credit, phone
from niangjia.core.identifiers.rules import CITIZEN
from niangjia.core.intake import documents, employers, rules
from niangjia.core.intake.cells import Cells
from niangjia.core.intake.dates import day_column
from niangjia.core.intake.fields import MEMBERS, Field
from niangjia.core.intake.members import Checked
from niangjia.core.text import match_key, tidied_name
from niangjia.core.words import gettext_noop

TABLES = {"id_kind": "id_kind", "post": "union_post", "basis": "post_basis"}
DAYS = ("from_on", "term_until", "left_on")

_of = {field.name: field for field in MEMBERS}
FIELDS = (
    replace(_of["name"], is_needed=False),
    replace(_of["id_number"], is_needed=False),
    _of["id_kind"],
    _of["phone"],
    Field("union", gettext_noop("Union of the post"), ("任职工会", "任职单位工会", *_of["union"].headers, "union of the post")),
    Field(
        "union_code",
        gettext_noop("Credit code of that union"),
        ("任职工会统一社会信用代码", "任职工会代码", *_of["union_code"].headers, "credit code of that union"),
    ),
    Field(
        "post",
        gettext_noop("Post"),
        (
            "工会职务", "职务", "任职职务", "担任职务", "现任职务", "工会任职", "当选职务", "任职岗位",
            "post", "union post", "position", "office held",
        ),
        is_needed=True,
    ),
    Field(
        "basis",
        gettext_noop("Full-time or not"),
        ("专兼职", "专职或兼职", "是否专职", "专兼挂", "任职方式", "任职形式", "full-time", "full-time or not", "basis"),
    ),
    Field(
        "from_on",
        gettext_noop("Held since"),
        (
            "任职日期", "任职时间", "当选日期", "当选时间", "任职起始日期", "任期开始", "任期起", "任期开始日期", "就任日期", "选举日期",
            "held since", "elected on", "term from", "since",
        ),
    ),
    Field(
        "term_until",
        gettext_noop("Term runs until"),
        (
            "任期届满日期", "届满日期", "届满日", "任期届满", "任期至", "任期止", "任期截止", "任期结束日期", "届满时间", "任期到期日",
            "term runs until", "term to", "term until", "term ends",
        ),
    ),
    Field(
        "left_on",
        gettext_noop("Left the post on"),
        (
            "离任日期", "离任时间", "免职日期", "卸任日期", "辞任日期", "任职终止日期", "实际离任日期", "不再担任日期",
            "left the post on", "left on", "post ended on",
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
    "union": pl.String,
    "union_code": pl.String,
    "post": pl.String,
    "basis": pl.String,
    "from_on": pl.Date,
    "term_until": pl.Date,
    "left_on": pl.Date,
    "repeats": pl.UInt32,
}

_DEFAULT = "product default"
_ELECTED = "《工会法》第十条、第十六条、第十七条"
_WHO = gettext_noop(
    "Nobody can tell who this is. Give the document number, or the name together with the mobile phone."
)
_POST = gettext_noop("The post is missing. Choose one from the list.")
_POST_UNKNOWN = gettext_noop("This post is not known. Choose one from the list.")
_BASIS = gettext_noop("Whether the post is held full-time is not clear. Choose one from the list.")
_FUTURE = gettext_noop("This day is yet to come. Hand the row in on that day.")
_LEFT_BEFORE = gettext_noop("The post ended before it began, or on the same day. Check both days.")
_TERM_BEFORE = gettext_noop("The term runs out before the post began. Check both days.")
_CONFLICT = gettext_noop(
    "Another row has the same person in the same post since the same day and says something else. Leave one."
)

ROWS: tuple[Rule, ...] = (
    *(rule for rule in rules.ROWS if rule.code == "PERMIT_NUMBER" or (rule.column == "phone" and rule.code != "FORMULA_CELL")),
    *(rule for rule in CITIZEN if rule.code != "ID_BLANK"),
    Rule("WHO_BLANK", "id_number", _WHO, _DEFAULT, lambda c: ~c["who_blank"]),
    Rule("POST_BLANK", "post", _POST, _DEFAULT, lambda c: ~c["post_blank"]),
    Rule("POST_UNKNOWN", "post", _POST_UNKNOWN, _DEFAULT, lambda c: ~c["post_unknown"]),
    Rule("BASIS_UNKNOWN", "basis", _BASIS, _DEFAULT, lambda c: ~c["basis_unknown"]),
    *(rule for rule in rules.ROWS if rule.column == "union_code" and rule.code != "FORMULA_CELL"),
    *(
        Rule("DATE_UNREADABLE", name, rules.MESSAGES["DATE_UNREADABLE"], _DEFAULT, lambda c, name=name: ~c[f"{name}_unreadable"])  # type: ignore[misc]
        for name in DAYS
    ),
    Rule("POST_FUTURE", "from_on", _FUTURE, _DEFAULT, lambda c: c["from_on"] <= c["today"]),
    Rule("POST_FUTURE", "left_on", _FUTURE, _DEFAULT, lambda c: c["left_on"] <= c["today"]),
    Rule("LEFT_BEFORE", "left_on", _LEFT_BEFORE, _DEFAULT, lambda c: c["left_on"] > c["from_on"]),
    Rule("TERM_BEFORE", "term_until", _TERM_BEFORE, _ELECTED, lambda c: c["term_until"] > c["from_on"]),
    *(
        Rule("FORMULA_CELL", field.name, rules.MESSAGES["FORMULA_CELL"], _DEFAULT, lambda c, name=field.name: ~c[f"{name}_formula"])  # type: ignore[misc]
        for field in FIELDS
    ),
)  # fmt: skip
REPEATS: tuple[Rule, ...] = (
    Rule("DUPLICATE_SAME", "post", rules.MESSAGES["DUPLICATE_SAME"], _DEFAULT, lambda c: ~c["repeats_same"], S.NOTE),
    Rule("OFFICER_CONFLICT", "post", _CONFLICT, _DEFAULT, lambda c: ~c["conflicts"], S.HOLD),
)  # fmt: skip


def check(
    rows: pl.DataFrame,
    mapping: Mapping[str, int],
    *,
    on: date,
    allow_demo: bool,
    options: Mapping[str, Any] = {},
) -> Checked:
    """Return the rows made even, with what is wrong with each for itself: see ``members.check``."""
    cells = Cells(rows, mapping)
    parts = [
        cells.rows.select(pl.col("row").cast(pl.UInt32)),
        _who(cells, on=on, allow_demo=allow_demo),
        _where(cells),
        _coded(cells),
        _days(cells),
        cells.formulas(field.name for field in FIELDS),
    ]
    frame = pl.concat(parts, how="horizontal").with_columns(
        who_blank=_who_blank(), repeats=pl.lit(None), today=pl.lit(on)
    )
    return Checked(frame.select(list(SCHEMA)).cast(dict(SCHEMA)), findings(frame, ROWS))  # type: ignore[arg-type]


def _who(cells: Cells, *, on: date, allow_demo: bool) -> pl.DataFrame:
    told = documents.checked(cells, on=on, allow_demo=allow_demo).select(
        "id_number", "id_kind", "id_finding", "id_expected"
    )
    number = phone.checked(cells.text("phone"), prefixes=mobile_prefixes(demo=allow_demo))
    name = pl.DataFrame({"text": cells.text("name")}).select(name=tidied_name(pl.col("text")))
    key = name.select(name_key=match_key(pl.col("name")))
    return pl.concat([told, number.rename({"phone_number": "phone"}), name, key], how="horizontal")


def _where(cells: Cells) -> pl.DataFrame:
    code = credit.checked(cells.text("union_code"), numeric=cells.is_number("union_code"))
    return code.select(
        cells.tidied("union"),
        union_code="credit_code",
        union_finding="credit_finding",
        union_expected="credit_expected",
    )


def _coded(cells: Cells) -> pl.DataFrame:
    post, basis = cells.coded("post", TABLES["post"]), cells.coded("basis", TABLES["basis"])
    said = cells.tidied("post").is_not_null()
    return pl.DataFrame(
        [
            post,
            basis,
            (~said).alias("post_blank"),
            (said & post.is_null()).alias("post_unknown"),
            (cells.tidied("basis").is_not_null() & basis.is_null()).alias("basis_unknown"),
        ]
    )


def _days(cells: Cells) -> pl.DataFrame:
    told = {name: day_column(cells.text(name)) for name in DAYS}
    days = [frame["day"].alias(name) for name, frame in told.items()]
    return pl.DataFrame(
        days + [frame["is_unreadable"].alias(f"{name}_unreadable") for name, frame in told.items()]
    )


def _who_blank() -> pl.Expr:
    """Tell where neither a number nor name and phone stand; one that stands and is wrong is told as that."""
    has_number = pl.col("id_finding").ne_missing("ID_BLANK")
    has_phone = pl.col("phone_finding").ne_missing("PHONE_BLANK")
    return ~has_number & ~(pl.col("name").is_not_null() & has_phone)


def keys_of(checked: Checked) -> pl.DataFrame:
    """Return what ``repeats`` needs of each row: hashes of person, union, post and first day, and of the content."""
    columns = checked.columns
    refused = worst(checked.findings, columns.height) == S.REFUSE.value
    who = pl.coalesce("id_number", pl.concat_str("name_key", "phone", separator="|"))
    union = pl.coalesce("union_code", match_key(pl.col("union")), pl.lit(""))
    told = pl.struct(who.alias("who"), union.alias("where"), "post", "from_on")
    said = [name for name in columns.columns if name not in ("row", "name", "repeats")]
    return columns.select(
        pl.lit(None, dtype=pl.UInt64).alias("credit_code"),
        pl.when(who.is_not_null()).then(told.hash()).alias("name_key"),
        pl.struct(said).hash().alias("content"),
        refused.fill_null(value=False).alias("refused"),
    )


repeats = employers.repeats


def with_repeats(checked: Checked, again: pl.DataFrame) -> Checked:
    """Return ``checked`` with what its rows repeat: ``again`` are their rows of ``repeats``."""
    both = pl.concat([checked.findings, findings(again, REPEATS)]).sort("row", maintain_order=True)
    return Checked(checked.columns.with_columns(again["repeats"].cast(pl.UInt32)), both)
