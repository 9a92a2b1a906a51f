"""A list of union organisations below the made-up city, in no order, with the truth about each row.

Written apart from the intake: what is true follows from how a row was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from niangjia.cli.synth.numbers import CREDIT_FIRM, CREDIT_UNION, credit_code
from niangjia.cli.synth.organisations import Organisation, city
from niangjia.core.codes import by_code

HEADERS = (
    "工会名称",
    "统一社会信用代码",
    "组织编码",
    "工会类型",
    "层级",
    "上级工会",
    "上级工会代码",
    "行政区划",
    "行业工会",
    "建会日期",
)
NAME, CREDIT, CODE, KIND, LEVEL, SUPERIOR, SUPERIOR_CODE, REGION, LINE, DAY = range(len(HEADERS))
MOST_ROUNDS = 8  # each known union occurs once
NEW, CHANGED, SAME, HELD, REFUSED = "new", "changed", "same", "held", "refused"


@dataclass(frozen=True)
class UnionList:
    """Rows of texts under ``HEADERS``, and the truth: ``row``, ``verdict``, ``code``, ``name``, ``above`` (a name, "" for none)."""

    rows: list[list[str]]
    truth: pl.DataFrame


@dataclass
class _Maker:
    there: tuple[Organisation, ...]
    made: list[tuple[list[str], str, str, str]] = field(default_factory=list)
    serial: int = 0

    def name(self, ending: str) -> str:
        self.serial += 1
        return f"青岚新立第{self.serial}{ending}"

    def add(self, verdict: str, code: str = "", above: str = "", **cells: Any) -> list[str]:
        row = [""] * len(HEADERS)
        for place, text in cells.items():
            row[globals()[place]] = text
        self.made.append((row, verdict, code, above))
        return row


def union_list(rounds: int, seed: int = 1) -> UnionList:
    """Return some rows of each kind, ``rounds`` times, shuffled; at most eight rounds, as each known union occurs once."""
    unions = city()
    make = _Maker(unions)
    names = {one.key: one.name for one in unions}
    counties = [
        one
        for one in unions
        if one.kind == "general_federation" and one.level == "county" and one.above == "3699"
    ]
    bearers = [one.name for one in unions]
    known = iter(
        [
            one
            for one in unions
            if one.keeps_roll and one.above not in (None, "rail") and bearers.count(one.name) == 1
        ]
    )
    for k in range(rounds):
        county = counties[k % len(counties)]
        _branch(make, county)
        _known(make, known, names, counties)
        _wrong(make, county)
    rng = np.random.default_rng(seed)
    shuffled = [make.made[i] for i in rng.permutation(len(make.made))]
    facts = [
        (line, verdict, code, row[NAME], above)
        for line, (row, verdict, code, above) in enumerate(shuffled, start=2)
    ]
    schema = ["row", "verdict", "code", "name", "above"]
    return UnionList([row for row, *_ in shuffled], pl.DataFrame(facts, schema=schema, orient="row"))


def _branch(make: _Maker, county: Organisation) -> None:
    """Add a town's federation with a joint union below it, and a firm's union below that: three steps of one list."""
    town, joint, firm = make.name("镇总工会"), make.name("物流联合工会"), make.name("公司工会委员会")
    kinds, levels = by_code("union_kind"), by_code("union_level")
    make.add(NEW, above=county.name, NAME=town, KIND=kinds["general_federation"].name_zh, LEVEL=levels["town"].name_zh,
             SUPERIOR=county.name, DAY="2020年5月1日")  # fmt: skip
    make.add(NEW, above=town, NAME=joint, CODE=f"XL{make.serial}", SUPERIOR=town, DAY="2021-06-30")
    make.add(NEW, above=joint, NAME=firm, CREDIT=credit_code(CREDIT_UNION, "369901", 900_000 + make.serial),
             SUPERIOR_CODE=f"XL{make.serial}")  # fmt: skip


def _known(
    make: _Maker, known: Iterator[Organisation], names: dict[str, str], counties: list[Organisation]
) -> None:
    """Add a known union as it is, one under another name, and one under another superior."""
    same, renamed, moved = (next(known) for _ in range(3))
    above = names[same.above or ""]
    make.add(SAME, NAME=same.name, CREDIT=same.credit_code or "", SUPERIOR=above)
    name = make.name("改名联合工会" if renamed.kind == "joint" else "改名公司工会")
    make.add(CHANGED, above=names[renamed.above or ""], NAME=name, CODE=renamed.key)
    other = next(one for one in counties if one.key != moved.above)
    make.add(HELD, "ORG_MOVES", NAME=moved.name, SUPERIOR=other.name)


def _wrong(make: _Maker, county: Organisation) -> None:
    place: dict[str, Any] = {"SUPERIOR": county.name}
    make.add(
        REFUSED,
        "CREDIT_NOT_UNION",
        NAME=make.name("公司工会"),
        CREDIT=credit_code(CREDIT_FIRM, "369901", 70 + make.serial),
        **place,
    )
    bad = credit_code(CREDIT_UNION, "369901", 950_000 + make.serial)
    make.add(
        REFUSED,
        "CREDIT_CHECK",
        NAME=make.name("公司工会"),
        CREDIT=bad[:-1] + ("0" if bad[-1] != "0" else "1"),
        **place,
    )
    make.add(REFUSED, "KIND_UNKNOWN", NAME=make.name("公司工会"), KIND="兴趣小组", **place)
    make.add(REFUSED, "LEVEL_BLANK", NAME=make.name("行业工会联合会"), **place)
    make.add(REFUSED, "ORG_PLACE", NAME=make.name("市总工会"), KIND="总工会", LEVEL="市级", **place)
    make.add(REFUSED, "ESTABLISHED_FUTURE", NAME=make.name("公司工会"), DAY="2099-01-01", **place)
    make.add(REFUSED, "ORG_NAME", **place)
    make.add(HELD, "UNION_UNKNOWN", NAME=make.name("公司工会"), SUPERIOR="天边总工会")
    make.add(HELD, "ORG_LINE", NAME=make.name("公司工会"), LINE="天边工会联合会", **place)
    lost = make.name("镇总工会")
    make.add(HELD, "REGION_UNKNOWN", NAME=lost, KIND="总工会", LEVEL="乡镇", REGION="天边县", **place)
    make.add(HELD, "SUPERIOR_HELD", NAME=make.name("公司工会"), SUPERIOR=lost)
    one, two = make.name("镇总工会"), make.name("镇总工会")
    make.add(
        REFUSED, "ORG_PLACE", NAME=one, KIND="总工会", LEVEL="乡镇", SUPERIOR=two
    )  # two under each other
    make.add(REFUSED, "ORG_PLACE", NAME=two, KIND="总工会", LEVEL="乡镇", SUPERIOR=one)
