"""A list of membership changes about the people of a made-up roster, and beside it the truth about each row.

Written apart from the intake: what is true follows from how a row was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from niangjia.cli.synth.numbers import citizen_number
from niangjia.cli.synth.organisations import Organisation, city
from niangjia.cli.synth.rosters import DAY, Roster

HEADERS = ("姓名", "身份证号码", "会籍变化类型", "会籍变化原因", "会籍变化日期", "转入工会")
CHANGED, SAME, HELD, REFUSED = "changed", "same", "held", "refused"


@dataclass(frozen=True)
class Member:
    """One person of the roster: on the roll of ``union`` (a key) since ``joined``."""

    name: str
    number: str
    union: str
    joined: date


@dataclass
class Row:
    """One row as a clerk types it, and what is true of it.

    Attributes:
        union: the key of the union on whose roll the person is afterwards, "" for none.
        counted: whether the person is counted there.
    """

    cells: list[str]
    verdict: str
    code: str
    number: str
    union: str
    counted: bool


@dataclass(frozen=True)
class Changes:
    """The rows, and the truth: ``row``, ``verdict``, ``code`` ("" for none), ``number``, ``union``, ``counted``."""

    rows: list[list[str]]
    truth: pl.DataFrame

    @property
    def csv(self) -> bytes:
        """The list as a text file."""
        lines = [HEADERS, *self.rows]
        return "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines).encode()


@dataclass
class _Maker:
    rng: np.random.Generator
    unions: list[Organisation]
    names: dict[str, str]
    on: date
    serial: int = field(default=0)

    def other(self, key: str) -> Organisation:
        return self.unions[int(self.rng.choice([k for k, one in enumerate(self.unions) if one.key != key]))]

    def day(self, member: Member) -> date:
        span = (self.on - member.joined).days
        return member.joined + timedelta(days=int(self.rng.integers(0, span + 1)))

    def written(self, day: date) -> str:
        form = str(self.rng.choice(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d"]))
        return day.strftime(form)

    def row(self, who: Member, kind: str, reason: str, union: str = "", **truth: Any) -> Row:
        day = truth.pop("day", None) or self.day(who)
        facts: dict[str, Any] = {
            "verdict": CHANGED,
            "code": "",
            "union": who.union,
            "counted": True,
        } | truth
        name = str(facts.pop("name", who.name))
        number = str(facts.pop("typed", who.number))
        return Row([name, number, kind, reason, self.written(day), union], number=who.number, **facts)


def _exits(make: _Maker, who: Member) -> list[Row]:
    kind = str(make.rng.choice(["退会", "6", "退出", "Left"]))
    return [make.row(who, kind, "个人要求退会", union="", **_gone())]


def _gone() -> dict[str, Any]:
    return {"counted": False, "verdict": CHANGED, "code": ""}


def _expelled(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "除名", "因犯罪开除", **_gone())]


def _rests(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, str(make.rng.choice(["保留", "3", "保留会籍"])), "退休", counted=False)]


def _goes_on(make: _Maker, who: Member) -> list[Row]:
    other = make.other(who.union)
    row = make.row(who, "转出", "劳动关系变化", other.name)
    row.union = other.key
    return [row]


def _goes_away(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "4", "1", **_gone())]


def _comes_in(make: _Maker, who: Member) -> list[Row]:
    other = make.other(who.union)
    row = make.row(who, str(make.rng.choice(["转入", "2"])), "", other.name)
    row.union = other.key
    return [row]


def _comes_where_it_is(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "转入", "", _name_of(make, who.union), verdict=SAME)]


def _name_of(make: _Maker, key: str) -> str:
    return next(one.name for one in make.unions if one.key == key)


def _joins_elsewhere(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "入会", "", make.other(who.union).name, verdict=HELD, code="ROLL_OTHER_UNION")]


def _unknown(make: _Maker, who: Member) -> list[Row]:
    make.serial += 1
    number = citizen_number(f"{who.number[:6]}19000101{make.serial:03}")
    return [make.row(who, "退会", "5", typed=number, verdict=HELD, code="ROLL_HELD")]


def _bad_number(make: _Maker, who: Member) -> list[Row]:
    wrong = who.number[:-1] + ("0" if who.number[-1] != "0" else "1")
    return [make.row(who, "退会", "5", typed=wrong, verdict=REFUSED, code="ID_CHECK")]


def _no_reason(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "保留", "", verdict=REFUSED, code="REASON_BLANK")]


def _no_crime(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "除名", "失业", verdict=REFUSED, code="EXPEL_REASON")]


def _tomorrow(make: _Maker, who: Member) -> list[Row]:
    return [
        make.row(who, "退会", "5", day=make.on + timedelta(days=1), verdict=REFUSED, code="CHANGE_FUTURE")
    ]


def _too_early(make: _Maker, who: Member) -> list[Row]:
    day = who.joined - timedelta(days=1)
    return [make.row(who, "退会", "5", day=day, verdict=REFUSED, code="CHANGE_TOO_EARLY")]


def _another_name(make: _Maker, who: Member) -> list[Row]:
    name = next(each for each in make.names if each != who.name)
    return [make.row(who, "退会", "5", name=name, verdict=HELD, code="NAME_DIFFERS")]


def _odd_kind(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "请假", "5", verdict=REFUSED, code="CHANGE_UNKNOWN")]


def _stays(make: _Maker, who: Member) -> list[Row]:
    return [make.row(who, "转出", "1", _name_of(make, who.union), verdict=REFUSED, code="CHANGE_SAME_UNION")]


def _twice(make: _Maker, who: Member) -> list[Row]:
    first = make.row(who, "退会", "5", **_gone())
    return [first, Row(list(first.cells), SAME, "DUPLICATE_SAME", who.number, who.union, counted=False)]


def _both_ways(make: _Maker, who: Member) -> list[Row]:
    facts: dict[str, Any] = {"verdict": HELD, "code": "DUPLICATE_CONFLICT"}
    return [make.row(who, "退会", "5", **facts), make.row(who, "保留", "8", **facts)]


MAKERS: tuple[Callable[[_Maker, Member], list[Row]], ...] = (
    _exits, _expelled, _rests, _goes_on, _goes_away, _comes_in, _comes_where_it_is, _joins_elsewhere, _unknown,
    _bad_number, _no_reason, _no_crime, _tomorrow, _too_early, _another_name, _odd_kind, _stays, _twice, _both_ways,
)  # fmt: skip


def members_of(roster: Roster) -> list[Member]:
    """Return the people of a clean roster."""
    places = {name: place for place, name in enumerate(roster.fields) if name is not None}
    names, joined = roster.cells[places["name"]], roster.cells[places["joined"]]
    told = roster.truth.select("position", "number", "union").iter_rows()
    return [
        Member(str(names[at]), number, union, date.fromisoformat(str(joined[at])))
        for at, number, union in told
    ]


def changes(
    roster: Roster, seed: int, organisations: Sequence[Organisation] | None = None, *, on: date = DAY
) -> Changes:
    """Return one or two rows for each person of a clean roster, each kind in its turn.

    Args:
        organisations: the made-up city's if not given.
    """
    rng = np.random.default_rng(seed)
    there = members_of(roster)
    used = {who.union for who in there}
    unions = [one for one in (city() if organisations is None else organisations) if one.key in used]
    make = _Maker(rng, unions, {who.name: who.number for who in there}, on)
    made = [row for k, who in enumerate(there) for row in MAKERS[k % len(MAKERS)](make, who)]
    for row in made:
        if not row.counted and row.cells[2] not in ("保留", "3", "保留会籍"):
            row.union = ""
    facts = [
        (line, row.verdict, row.code, row.number, row.union, row.counted)
        for line, row in enumerate(made, start=2)
    ]
    schema = ["row", "verdict", "code", "number", "union", "counted"]
    return Changes([row.cells for row in made], pl.DataFrame(facts, schema=schema, orient="row"))
