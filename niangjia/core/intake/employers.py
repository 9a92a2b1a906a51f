"""A list of employers, whole columns at a time: a business register, or a tax or labour list with head counts.

What is refused and held: docs/algorithms/employers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from niangjia.core.findings import Rule, Severity, findings, worst
from niangjia.core.identifiers import credit
from niangjia.core.identifiers.rules import CREDIT
from niangjia.core.intake import rules
from niangjia.core.intake.cells import Cells, by_value
from niangjia.core.intake.dates import day_column
from niangjia.core.intake.fields import MEMBERS, Field
from niangjia.core.intake.members import Checked
from niangjia.core.intake.regions import region_codes
from niangjia.core.text import match_key
from niangjia.core.words import gettext_noop

MOST_WORKERS = 5_000_000
TABLES = {"nature": "employer_nature", "economic_type": "economic_type", "industry": "industry", "status": "employer_status"}  # fmt: skip

_of = {field.name: field for field in MEMBERS}
FIELDS = (
    Field(
        "name",
        gettext_noop("Employer"),
        (
            *_of["employer"].headers, "单位（企业）名称", "纳税人名称", "企业全称", "市场主体名称", "机构名称", "法人单位名称",
            "name of the employer",
        ),
        is_needed=True,
    ),
    Field(
        "credit_code",
        gettext_noop("Employer's credit code"),
        (*_of["employer_code"].headers, "纳税人识别号", "税号", "社会信用代码（纳税人识别号）", "taxpayer number", "tax number"),
    ),
    Field(
        "region",
        gettext_noop("Region"),
        (*_of["region"].headers, "注册地", "登记机关所在地", "税务所属区县", "所属地区"),
    ),
    Field(
        "address",
        gettext_noop("Employer's address"),
        (
            "地址", "单位地址", "住所", "注册地址", "经营地址", "经营场所", "企业地址", "详细地址", "生产经营地址", "通讯地址",
            "address", "business address",
        ),
    ),
    Field(
        "nature",
        gettext_noop("Nature of the employer"),
        ("单位性质", "单位性质类别", "企业性质", "企业类型", "单位类型", "市场主体类型", "登记注册类型", "nature", "nature of the employer", "company type"),
    ),
    Field("economic_type", gettext_noop("Economic type"), ("经济类型", "经济性质", "economic type", "ownership")),
    Field(
        "industry",
        gettext_noop("Industry"),
        ("行业", "所属行业", "行业门类", "行业类别", "国民经济行业", "行业名称", "industry", "industry section", "sector"),
    ),
    Field(
        "status",
        gettext_noop("State of the employer"),
        ("经营状态", "登记状态", "企业状态", "单位状态", "存续状态", "纳税人状态", "状态", "status", "state", "business status", "state of the employer"),
    ),
    Field(
        "head_count",
        gettext_noop("Workers"),
        (
            "职工人数", "职工数", "从业人数", "用工人数", "在职人数", "参保人数", "单位人数", "申报人数", "员工人数", "从业人员", "人数",
            "workers", "head count", "headcount", "employees", "number of employees",
        ),
    ),
    Field(
        "source",
        gettext_noop("Who counted"),
        ("数据来源", "来源", "人数来源", "统计来源", "来源部门", "source", "who counted", "data source"),
    ),
    Field(
        "counted_on",
        gettext_noop("Counted on"),
        ("统计日期", "数据日期", "截止日期", "截至日期", "人数日期", "所属期", "as of", "counted on", "count date", "date"),
    ),
)  # fmt: skip

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "name": pl.String,
    "name_key": pl.String,
    "credit_code": pl.String,
    "region": pl.String,
    "address": pl.String,
    "nature": pl.String,
    "economic_type": pl.String,
    "industry": pl.String,
    "status": pl.String,
    "head_count": pl.Int64,
    "source": pl.String,
    "counted_on": pl.Date,
    "repeats": pl.UInt32,
}

_DEFAULT = "product default"
_NAME = gettext_noop("The employer's name is missing.")
_NOT_EMPLOYER = gettext_noop("This is a union's credit code (it starts with 81). Give that of the employer.")
REGION_UNKNOWN = gettext_noop("This region is not known, or more than one has this name. Give its code.")
_CODED = gettext_noop("This is not among the values of the list. The row goes in without it.")
_COUNT = gettext_noop("The number of workers should be a whole number without unit or sign.")
_SOURCE = gettext_noop("A head count needs its source: fill in who counted, or say it for the whole list.")
_SOURCE_UNKNOWN = gettext_noop("This source is not known. Choose one from the list.")
_FUTURE = gettext_noop("The day of the count is yet to come. Check the day.")
_SAME = rules.MESSAGES["DUPLICATE_SAME"]
_CONFLICT = gettext_noop(
    "Another row has the same name or credit code and says something else. Check which is right, and leave one."
)
_HOLD, _NOTE = Severity.HOLD, Severity.NOTE

ROWS: tuple[Rule, ...] = (
    Rule("EMPLOYER_NAME_BLANK", "name", _NAME, _DEFAULT, lambda c: c["name"].is_not_null()),
    *(rule for rule in CREDIT if rule.code != "CREDIT_BLANK"),  # many a shop has none that the list tells
    Rule("CREDIT_OF_UNION", "credit_code", _NOT_EMPLOYER, "GB 32100-2015", lambda c: ~c["credit_code"].str.starts_with("81")),
    Rule("REGION_UNKNOWN", "region", REGION_UNKNOWN, "GB/T 2260", lambda c: ~c["region_unknown"], _HOLD),
    *(Rule("VALUE_UNKNOWN", field, _CODED, _DEFAULT, lambda c, field=field: ~c[f"{field}_unknown"], _NOTE) for field in TABLES),  # type: ignore[misc]
    Rule("HEADCOUNT_NUMBER", "head_count", _COUNT, _DEFAULT, lambda c: ~c["count_unreadable"]),
    Rule("HEADCOUNT_SOURCE", "source", _SOURCE, _DEFAULT, lambda c: c["head_count"].is_null() | c["source_told"] | c["source"].is_not_null()),
    Rule("SOURCE_UNKNOWN", "source", _SOURCE_UNKNOWN, _DEFAULT, lambda c: ~c["source_unknown"]),
    Rule("DATE_UNREADABLE", "counted_on", rules.MESSAGES["DATE_UNREADABLE"], _DEFAULT, lambda c: ~c["day_unreadable"]),
    Rule("COUNTED_FUTURE", "counted_on", _FUTURE, _DEFAULT, lambda c: c["counted_on"] <= c["today"]),
    *(
        Rule("FORMULA_CELL", field.name, rules.MESSAGES["FORMULA_CELL"], _DEFAULT, lambda c, name=field.name: ~c[f"{name}_formula"])  # type: ignore[misc]
        for field in FIELDS
    ),
)  # fmt: skip
REPEATS: tuple[Rule, ...] = (
    Rule("DUPLICATE_SAME", "name", _SAME, _DEFAULT, lambda c: ~c["repeats_same"], _NOTE),
    Rule("EMPLOYER_CONFLICT", "name", _CONFLICT, _DEFAULT, lambda c: ~c["conflicts"], _HOLD),
)


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
        options: ``source`` (a code) and ``on`` (a day as text), which hold where a cell is blank.
    """
    cells = Cells(rows, mapping)
    frame = pl.concat(
        [
            cells.rows.select(pl.col("row").cast(pl.UInt32)),
            _named(cells),
            _coded(cells, allow_demo=allow_demo),
            _counted(cells, on=on, options=options),
            cells.formulas(field.name for field in FIELDS),
        ],
        how="horizontal",
    ).with_columns(repeats=pl.lit(None), today=pl.lit(on))
    return Checked(frame.select(list(SCHEMA)).cast(dict(SCHEMA)), findings(frame, ROWS))  # type: ignore[arg-type]


def _named(cells: Cells) -> pl.DataFrame:
    code = credit.checked(cells.text("credit_code"), numeric=cells.is_number("credit_code"))
    name = cells.tidied("name")
    key = pl.DataFrame({"text": name}).select(name_key=match_key(pl.col("text")))
    return pl.concat(
        [
            pl.DataFrame([name, key["name_key"], cells.tidied("address")]),
            code.select("credit_code", "credit_finding", "credit_expected"),
        ],
        how="horizontal",
    )


def _coded(cells: Cells, *, allow_demo: bool) -> pl.DataFrame:
    region = region_codes(cells.tidied("region"), allow_demo=allow_demo)
    columns = [region, (cells.tidied("region").is_not_null() & region.is_null()).alias("region_unknown")]
    for field, table in TABLES.items():
        code = cells.coded(field, table)
        columns += [code, (cells.tidied(field).is_not_null() & code.is_null()).alias(f"{field}_unknown")]
    return pl.DataFrame(columns)


def _counted(cells: Cells, *, on: date, options: Mapping[str, Any]) -> pl.DataFrame:
    """Return head count, source and day; source and day are null where there is no count."""
    told = cells.tidied("head_count")
    text = told.str.replace(r"\.0+$", "").str.replace_all(r"[,，\s]|人$", "")
    count = text.str.extract(r"^(\d{1,7})$").cast(pl.Int64)
    day = by_value(cells.text("counted_on"), lambda frame: day_column(frame["text"]))
    said, source = cells.tidied("source"), cells.coded("source", "survey_source")
    whole = date.fromisoformat(options["on"]) if options.get("on") else on
    frame = pl.DataFrame(
        {"head_count": count, "told": told, "said": said, "source": source, "day": day["day"]}
    )
    counts = pl.col("head_count").is_not_null()
    for_all = pl.lit(options.get("source") or None, dtype=pl.String)
    return frame.select(
        "head_count",
        (pl.col("told").is_not_null() & ~(pl.col("head_count") <= MOST_WORKERS).fill_null(value=False)).alias(
            "count_unreadable"
        ),
        pl.when(counts)
        .then(pl.when(pl.col("said").is_null()).then(for_all).otherwise("source"))
        .alias("source"),
        pl.col("said").is_not_null().alias("source_told"),
        (pl.col("said").is_not_null() & pl.col("source").is_null()).alias("source_unknown"),
        day["is_unreadable"].alias("day_unreadable"),
        pl.when(counts).then(pl.col("day").fill_null(whole)).alias("counted_on"),
    )


def keys_of(checked: Checked) -> pl.DataFrame:
    """Return what ``repeats`` needs of each row: hashes of code, name and content, and whether it comes back anyway."""
    columns = checked.columns
    refused = worst(checked.findings, columns.height) == Severity.REFUSE.value
    said = [name for name in columns.columns if name not in ("row", "name", "repeats")]

    def hashed(name: str) -> pl.Expr:
        return pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash()).alias(name)

    return columns.select(
        hashed("credit_code"),
        hashed("name_key"),
        pl.struct(said).hash().alias("content"),
        refused.fill_null(value=False).alias("refused"),
    )


def repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how each row stands to the others with its code, or with its name where one of both has no code.

    Args:
        rows: the ``keys_of`` all rows of a list.

    Returns:
        ``repeats`` (the place of the row that this one says again), ``repeats_same``, ``conflicts``.
    """
    placed = rows.with_row_index("place")
    sound = placed.filter(~pl.col("refused"))
    by_code = _grouped(sound.filter(pl.col("credit_code").is_not_null()), "credit_code")
    bare = sound.filter(pl.col("name_key").is_not_null())
    some_without = pl.col("credit_code").is_null().any().over("name_key")
    by_name = _grouped(bare.filter(some_without), "name_key")
    both = pl.concat([by_code, by_name]).group_by("place").agg(pl.col("first").min(), pl.col("differs").any())
    whole = placed.join(both, on="place", how="left", maintain_order="left")
    differs = pl.col("differs").fill_null(value=False)
    again = (pl.col("first") < pl.col("place")).fill_null(value=False) & ~differs
    return whole.select(
        pl.when(again).then("first").alias("repeats"), again.alias("repeats_same"), differs.alias("conflicts")
    )


def _grouped(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    return rows.select(
        "place",
        pl.col("place").first().over(by).alias("first"),
        (pl.col("content").n_unique().over(by) > 1).alias("differs"),
    )


def with_repeats(checked: Checked, again: pl.DataFrame) -> Checked:
    """Return ``checked`` with what its rows repeat: ``again`` are their rows of ``repeats``."""
    both = pl.concat([checked.findings, findings(again, REPEATS)]).sort("row", maintain_order=True)
    return Checked(checked.columns.with_columns(again["repeats"].cast(pl.UInt32)), both)
