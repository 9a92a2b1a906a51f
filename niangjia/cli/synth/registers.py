"""A register of made-up employers, and a second list about them with the truth about each row.

Written apart from the intake: what is true follows from how a row was made. The place in the names is a real one, since names are
read by the divisions that everybody has. Names that two rows must not share by chance
have brands that are unlike in both characters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from niangjia.cli.synth.numbers import CREDIT_FIRM, CREDIT_UNION, credit_code

HEADERS = (
    "单位名称",
    "统一社会信用代码",
    "行政区划",
    "单位地址",
    "单位性质",
    "行业门类",
    "职工人数",
    "数据来源",
    "统计日期",
)
NAME, CODE, REGION, ADDRESS, NATURE, INDUSTRY, COUNT, SOURCE, DAY = range(len(HEADERS))
FIRST = "鑫华盛泰恒瑞丰宏兴隆源润通顺昌佳安康美嘉诚信诺正德汇聚金银玉龙凤鹏翔"
SECOND = "森松柏青绿蓝红星辰宇云雨风雷电光明亮远航飞腾跃创智慧博学文雅仁义礼益"
TRADES = ("物流", "餐饮管理", "科技", "建筑工程", "家政服务", "贸易")
REGIONS = ("369901", "369904", "369907")
NEW, CHANGED, SAME, HELD, REFUSED = "new", "changed", "same", "held", "refused"


@dataclass
class Row:
    """One row, and what is true of it: its verdict and a code that must be among its findings ("" for none)."""

    cells: list[str]
    verdict: str
    code: str = ""


@dataclass(frozen=True)
class Register:
    """Lists of texts under ``HEADERS``: ``first`` is all new, ``second`` is about the same employers and others.

    Attributes:
        truth: of the second list: ``row``, ``verdict``, ``code``, ``kind``.
        known: how many employers there are after both.
        counts: (source, day, sum of workers) after both.
    """

    first: list[list[str]]
    second: list[list[str]]
    truth: pl.DataFrame
    known: int
    counts: dict[tuple[str, str], int]


@dataclass
class _Maker:
    rng: np.random.Generator
    serial: int = field(default=0)

    def fresh(self) -> list[str]:
        """Return the row of an employer that no other looks like."""
        k = self.serial
        self.serial += 1
        brand = FIRST[k % len(FIRST)] + SECOND[(k + k // len(FIRST)) % len(SECOND)]
        region = REGIONS[k % len(REGIONS)]
        name = f"南昌{brand}{TRADES[k // len(FIRST) % len(TRADES)]}有限公司"
        return [
            name,
            credit_code(CREDIT_FIRM, region, 10_000 + k),
            region,
            f"工业路{k + 1}号",
            "私营企业",
            "制造业",
            "",
            "",
            "",
        ]

    def code(self, kind: str = CREDIT_FIRM) -> str:
        self.serial += 1
        return credit_code(kind, "369901", 5_000_000 + self.serial)


Made = list[Row]


def _as_it_was(make: _Maker, was: list[str]) -> Made:
    return [Row(list(was), SAME)]


def _put(was: list[str], **cells: Any) -> list[str]:
    row = list(was)
    for name, text in cells.items():
        row[globals()[name.upper()]] = text
    return row


def _moved_house(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, address="新城大道9号"), CHANGED)]


def _renamed(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(make.fresh(), code=was[CODE], region=was[REGION]), CHANGED)]


def _counted(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, count="120人", source="税务", day="2026年6月30日"), CHANGED)]


def _without_code(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, code=""), SAME)]


def _long_form(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, code="", name=was[NAME].replace("有限公司", "有限责任公司")), SAME)]


def _blank(make: _Maker, was: list[str]) -> Made:
    return [Row([was[NAME], was[CODE], *[""] * (len(HEADERS) - 2)], SAME)]


def _new(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(make.fresh(), count="35", source="社保", day="2026-06-30"), NEW)]


def _other_code(make: _Maker, was: list[str]) -> Made:
    """Two right codes are two employers, whatever the names say."""
    return [Row(_put(was, code=make.code()), NEW)]


def _shares(make: _Maker, was: list[str]) -> Made:
    return [
        Row(_put(was, code="", name=was[NAME].replace("有限公司", "股份有限公司")), HELD, "EMPLOYER_LIKELY")
    ]


def _no_place(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, code="", name=was[NAME].removeprefix("南昌")), HELD, "EMPLOYER_LIKELY")]


def _bad_code(make: _Maker, was: list[str]) -> Made:
    wrong = was[CODE][:-1] + ("0" if was[CODE][-1] != "0" else "1")
    return [Row(_put(was, code=wrong), REFUSED, "CREDIT_CHECK")]


def _union(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(make.fresh(), code=make.code(CREDIT_UNION)), REFUSED, "CREDIT_OF_UNION")]


def _odd_count(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, count="约一百", source="税务"), REFUSED, "HEADCOUNT_NUMBER")]


def _nobody_counted(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, count="12"), REFUSED, "HEADCOUNT_SOURCE")]


def _tomorrow(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, count="12", source="税务", day="2099-01-01"), REFUSED, "COUNTED_FUTURE")]


def _no_name(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(was, name=""), REFUSED, "EMPLOYER_NAME_BLANK")]


def _odd_industry(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(make.fresh(), industry="不知道"), NEW, "VALUE_UNKNOWN")]


def _far_away(make: _Maker, was: list[str]) -> Made:
    return [Row(_put(make.fresh(), region="110101"), HELD, "EMPLOYER_OUTSIDE")]


def _twice(make: _Maker, was: list[str]) -> Made:
    fresh = make.fresh()
    return [Row(fresh, NEW), Row(list(fresh), SAME, "DUPLICATE_SAME")]


def _both_ways(make: _Maker, was: list[str]) -> Made:
    fresh = make.fresh()
    return [
        Row(fresh, HELD, "EMPLOYER_CONFLICT"),
        Row(_put(fresh, address="别处1号"), HELD, "EMPLOYER_CONFLICT"),
    ]


MAKERS: tuple[Callable[[_Maker, list[str]], Made], ...] = (
    _as_it_was, _moved_house, _renamed, _counted, _without_code, _long_form, _blank, _new, _other_code, _shares, _no_place,
    _bad_code, _union, _odd_count, _nobody_counted, _tomorrow, _no_name, _odd_industry, _far_away, _twice, _both_ways,
)  # fmt: skip
ONLY_BARE = ("_shares", "_no_place")


def register(rows: int, seed: int = 1) -> Register:
    """Return a first list of ``rows`` employers, and a second in which each comes about once, in an order of the seed.

    Those that a person has to decide about have no code on the first list either.
    """
    make = _Maker(np.random.default_rng(seed))
    first = [make.fresh() for _ in range(rows)]
    made: list[tuple[str, Row]] = []
    for k, at in enumerate(make.rng.permutation(rows)):
        maker, was = MAKERS[k % len(MAKERS)], first[at]
        if maker.__name__ in ONLY_BARE:
            was[CODE] = ""
        made += [(maker.__name__.removeprefix("_"), row) for row in maker(make, was)]
    facts = [(line, row.verdict, row.code, kind) for line, (kind, row) in enumerate(made, start=2)]
    truth = pl.DataFrame(facts, schema=["row", "verdict", "code", "kind"], orient="row")
    fresh = sum(row.verdict == NEW for _, row in made)
    return Register(first, [row.cells for _, row in made], truth, rows + fresh, _sums(made))


def _sums(made: list[tuple[str, Row]]) -> dict[tuple[str, str], int]:
    codes = {"税务": "tax", "社保": "social_insurance"}
    sums: dict[tuple[str, str], int] = {}
    for _, row in made:
        if row.verdict in (NEW, CHANGED) and row.cells[COUNT]:
            key = codes[row.cells[SOURCE]], date(2026, 6, 30).isoformat()
            sums[key] = sums.get(key, 0) + int(row.cells[COUNT].removesuffix("人"))
    return sums
