"""A list of union organisations, whole columns at a time.

What is refused and held: docs/algorithms/organisations.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from niangjia.core.findings import Rule, Severity, findings, worst
from niangjia.core.identifiers import credit
from niangjia.core.identifiers.rules import CREDIT
from niangjia.core.intake import employers, rules
from niangjia.core.intake.cells import Cells
from niangjia.core.intake.dates import day_column
from niangjia.core.intake.fields import MEMBERS, Field
from niangjia.core.intake.members import Checked
from niangjia.core.intake.regions import region_codes
from niangjia.core.text import match_key
from niangjia.core.words import gettext_noop

TABLES = {"kind": "union_kind", "level": "union_level"}
GRASSROOTS, AT_THE_GRASSROOTS = "grassroots", ("single", "joint")
LONGEST_NAME, LONGEST_CODE = 120, 40

_of = {field.name: field for field in MEMBERS}
FIELDS = (
    Field(
        "name",
        gettext_noop("Union organisation"),
        ("工会名称", "工会组织名称", "组织名称", "工会全称", "基层工会名称", "机构名称", "union name", "name", "organisation", "union organisation"),
        is_needed=True,
    ),
    Field(
        "credit_code",
        gettext_noop("Union's credit code"),
        (*_of["union_code"].headers, "统一社会信用代码", "credit code"),
    ),
    Field(
        "code",
        gettext_noop("Own code"),
        ("组织编码", "工会编码", "机构编码", "组织代码", "机构代码", "编码", "own code", "organisation code", "code"),
    ),
    Field(
        "kind",
        gettext_noop("Kind of union"),
        ("工会类型", "基层工会类型", "组织类型", "工会组织类型", "类型", "kind", "kind of union", "union kind", "type"),
    ),
    Field("level", gettext_noop("Level"), ("层级", "级别", "工会层级", "组织层级", "组织级别", "level")),
    Field(
        "superior",
        gettext_noop("Superior union"),
        ("上级工会", "上级工会名称", "上级组织", "主管工会", "隶属工会", "上一级工会", "superior", "superior union", "parent union", "parent"),
    ),
    Field(
        "superior_code",
        gettext_noop("Code of the superior union"),
        ("上级工会代码", "上级工会编码", "上级工会统一社会信用代码", "上级组织编码", "上级编码", "superior code", "parent code", "code of the superior union"),
    ),
    Field("region", gettext_noop("Region"), _of["region"].headers),
    Field(
        "line",
        gettext_noop("Industry federation"),
        ("行业工会", "所属行业工会", "行业工会联合会", "产业工会", "所属产业工会", "条线工会", "industry federation", "industry union", "line"),
    ),
    Field(
        "established_on",
        gettext_noop("Established on"),
        ("建会日期", "成立日期", "建会时间", "成立时间", "批准成立日期", "established on", "founded on", "established", "founded"),
    ),
)  # fmt: skip

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "name": pl.String,
    "name_key": pl.String,
    "credit_code": pl.String,
    "code": pl.String,
    "kind": pl.String,
    "kind_named": pl.String,
    "level": pl.String,
    "superior": pl.String,
    "superior_code": pl.String,
    "region": pl.String,
    "line": pl.String,
    "established_on": pl.Date,
    "repeats": pl.UInt32,
}

_DEFAULT, _FORM = "product default", "《工会组织信息采集表》"
_NAME = gettext_noop("The union's name is missing, or longer than 120 characters.")
_CODE = gettext_noop("The own code is longer than 40 characters.")
_NOT_UNION = gettext_noop(
    "A union's credit code starts with 81. This is another unit's; leave the cell blank if the union has none."
)
_KIND = gettext_noop("This kind of union is not known. Choose one from the list.")
_LEVEL = gettext_noop("This level is not known. Choose one from the list.")
_FUTURE = gettext_noop("The day of founding is yet to come. Check the day.")
_CONFLICT = gettext_noop(
    "Another row has the same code, or the same name under the same superior, and says something else. Leave one."
)

ROWS: tuple[Rule, ...] = (
    Rule("ORG_NAME", "name", _NAME, _FORM, lambda c: c["name"].str.len_chars().fill_null(0).is_between(1, LONGEST_NAME)),
    Rule("ORG_CODE_LENGTH", "code", _CODE, _DEFAULT, lambda c: c["code"].str.len_chars() <= LONGEST_CODE),
    *(rule for rule in CREDIT if rule.code != "CREDIT_BLANK"),  # many unions are no legal person
    Rule("CREDIT_NOT_UNION", "credit_code", _NOT_UNION, "GB 32100-2015", lambda c: c["credit_code"].str.starts_with("81")),
    Rule("KIND_UNKNOWN", "kind", _KIND, _FORM, lambda c: ~c["kind_unknown"]),
    Rule("LEVEL_UNKNOWN", "level", _LEVEL, _FORM, lambda c: ~c["level_unknown"]),
    Rule("REGION_UNKNOWN", "region", employers.REGION_UNKNOWN, "GB/T 2260", lambda c: ~c["region_unknown"], Severity.HOLD),
    Rule("DATE_UNREADABLE", "established_on", rules.MESSAGES["DATE_UNREADABLE"], _DEFAULT, lambda c: ~c["day_unreadable"]),
    Rule("ESTABLISHED_FUTURE", "established_on", _FUTURE, _DEFAULT, lambda c: c["established_on"] <= c["today"]),
    *(
        Rule("FORMULA_CELL", field.name, rules.MESSAGES["FORMULA_CELL"], _DEFAULT, lambda c, name=field.name: ~c[f"{name}_formula"])  # type: ignore[misc]
        for field in FIELDS
    ),
)  # fmt: skip
REPEATS: tuple[Rule, ...] = (
    Rule("DUPLICATE_SAME", "name", rules.MESSAGES["DUPLICATE_SAME"], _DEFAULT, lambda c: ~c["repeats_same"], Severity.NOTE),
    Rule("ORG_CONFLICT", "name", _CONFLICT, _DEFAULT, lambda c: ~c["conflicts"], Severity.HOLD),
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
        _named(cells),
        _coded(cells, allow_demo=allow_demo),
        cells.formulas(field.name for field in FIELDS),
    ]
    frame = pl.concat(parts, how="horizontal").with_columns(repeats=pl.lit(None), today=pl.lit(on))
    return Checked(frame.select(list(SCHEMA)).cast(dict(SCHEMA)), findings(frame, ROWS))  # type: ignore[arg-type]


def _named(cells: Cells) -> pl.DataFrame:
    code = credit.checked(cells.text("credit_code"), numeric=cells.is_number("credit_code"))
    texts = [cells.tidied(name) for name in ("name", "code", "superior", "superior_code", "line")]
    key = pl.DataFrame({"text": texts[0]}).select(name_key=match_key(pl.col("text")))
    told = pl.concat([pl.DataFrame([*texts, key["name_key"]]), code.drop("is_union")], how="horizontal")
    return told.with_columns(pl.col("superior_code").str.to_uppercase(), pl.col("code").str.to_uppercase())


def _coded(cells: Cells, *, allow_demo: bool) -> pl.DataFrame:
    region = region_codes(cells.tidied("region"), allow_demo=allow_demo)
    day = day_column(cells.text("established_on"))
    coded = {name: cells.coded(name, table) for name, table in TABLES.items()}
    unknown = [
        (cells.tidied(n).is_not_null() & code.is_null()).alias(f"{n}_unknown") for n, code in coded.items()
    ]
    frame = pl.DataFrame(
        [
            *coded.values(),
            *unknown,
            region,
            (cells.tidied("region").is_not_null() & region.is_null()).alias("region_unknown"),
            day["day"].alias("established_on"),
            day["is_unreadable"].alias("day_unreadable"),
            cells.tidied("name").alias("named"),
        ]
    )
    return frame.with_columns(_kind_by_name(pl.col("named")).alias("kind_named")).drop("named")


def _kind_by_name(name: pl.Expr) -> pl.Expr:
    """Return the kind that a name tells of by its ending, null for a blank one."""
    return (
        pl.when(name.str.ends_with("总工会")).then(pl.lit("general_federation"))
        .when(name.str.ends_with("工会联合会")).then(pl.lit("union_federation"))
        .when(name.str.contains("联合(基层)?工会(委员会)?$")).then(pl.lit("joint"))
        .when(name.is_not_null()).then(pl.lit("single"))
    )  # fmt: skip


def keys_of(checked: Checked) -> pl.DataFrame:
    """Return what ``repeats`` needs of each row: hashes of code, of name under its superior, and of the content."""
    columns = checked.columns
    refused = worst(checked.findings, columns.height) == Severity.REFUSE.value
    said = [name for name in columns.columns if name not in ("row", "name", "repeats")]
    return columns.select(
        _hashed(pl.coalesce("credit_code", "code")).alias("credit_code"),
        _hashed(pl.concat_str("name_key", pl.col("superior").fill_null(""), separator="|")).alias("name_key"),
        pl.struct(said).hash().alias("content"),
        refused.fill_null(value=False).alias("refused"),
    )


def _hashed(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(text.hash())


repeats = employers.repeats


def with_repeats(checked: Checked, again: pl.DataFrame) -> Checked:
    """Return ``checked`` with what its rows repeat: ``again`` are their rows of ``repeats``."""
    both = pl.concat([checked.findings, findings(again, REPEATS)]).sort("row", maintain_order=True)
    return Checked(checked.columns.with_columns(again["repeats"].cast(pl.UInt32)), both)
