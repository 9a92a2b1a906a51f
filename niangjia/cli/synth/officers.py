"""Two lists of union officers about the people of a made-up roster, one after an election and one a year later, with the truth.

Written apart from the intake: what is true follows from how a row was made. Each story has a post of a union to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle, product

import numpy as np
import polars as pl

from niangjia.cli.synth.numbers import citizen_number
from niangjia.cli.synth.organisations import Organisation, city
from niangjia.cli.synth.rosters import DAY, Roster

HEADERS = (
    "姓名",
    "身份证号码",
    "手机号码",
    "任职工会",
    "工会职务",
    "专兼职",
    "任职日期",
    "任期届满日期",
    "离任日期",
)
NEW, CHANGED, SAME, HELD, REFUSED = "new", "changed", "same", "held", "refused"
# Post → how clerks write it; the first ones have one holder at a time.
SINGLE = {
    "chair": ("主席", "工会主席"),
    "executive_vice_chair": ("常务副主席",),
    "audit_chair": ("经审委员会主任", "经费审查委员会主任"),
    "women_chair": ("女职工委员会主任", "女工主任"),
}
SHARED = {
    "vice_chair": ("副主席",),
    "committee_member": ("委员", "工会委员"),
    "cadre": ("专职干部",),
    "women_member": ("女职工委员",),
}
BASES = ("专职", "兼职", "挂职", "")
Fact = tuple[str, str, str, date, date | None]  # union, post, number, first day, day after the last one


@dataclass(frozen=True)
class Member:
    """One person of the roster."""

    name: str
    number: str
    phone: str


@dataclass(frozen=True)
class Row:
    """One row as a clerk types it, and what is to become of it."""

    cells: tuple[str, ...]
    verdict: str = NEW
    code: str = ""


@dataclass(frozen=True)
class Story:
    """What happens to one post: the rows of both lists, and who holds it after each."""

    first: Sequence[Row]
    held: Sequence[Fact] = ()
    second: Sequence[Row] = ()
    held_then: Sequence[Fact] | None = None


@dataclass(frozen=True)
class Lists:
    """Both lists, the truth of each (``row``, ``verdict``, ``code``), and who holds which post after each."""

    first: list[tuple[str, ...]]
    second: list[tuple[str, ...]]
    truths: tuple[pl.DataFrame, pl.DataFrame]
    held: frozenset[Fact]
    held_then: frozenset[Fact]


@dataclass
class _Scene:
    """One post of one union, and whoever comes to mind for it."""

    rng: np.random.Generator
    union: Organisation
    post: str
    people: Iterator[Member]
    on: date
    serial: int
    since: date = field(init=False)

    def __post_init__(self) -> None:
        self.since = date(2023, 1, 1) + timedelta(days=int(self.rng.integers(0, 700)))

    def row(
        self,
        who: Member,
        verdict: str = NEW,
        code: str = "",
        *,
        since: date | str | None = None,
        left: date | None = None,
        term: date | str | None = None,
        **cells: str,
    ) -> Row:
        since = self.since if since is None else since
        term = self.since + timedelta(days=5 * 365) if term is None else term
        typed = {
            "name": who.name,
            "number": who.number,
            "phone": "",
            "union": self.union.name,
            "post": str(self.rng.choice((SINGLE | SHARED)[self.post])),
            "basis": BASES[self.serial % len(BASES)],
            "since": self.written(since),
            "term": self.written(term),
            "left": self.written(left or ""),
        }
        return Row(tuple((typed | cells).values()), verdict, code)

    def written(self, day: date | str) -> str:
        if isinstance(day, str):
            return day
        return day.strftime(str(self.rng.choice(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"])))

    def fact(self, who: Member, since: date | None = None, left: date | None = None) -> Fact:
        return self.union.key, self.post, who.number, since or self.since, left


def _elected(at: _Scene) -> Story:
    who = next(at.people)
    return Story([at.row(who)], [at.fact(who)], [at.row(who, SAME)])


def _by_name_and_phone(at: _Scene) -> Story:
    who = next(at.people)
    return Story([at.row(who, number="", phone=who.phone)], [at.fact(who)])


def _one_after_the_other(at: _Scene) -> Story:
    """The past one stands below the present one, on a list that tells both terms."""
    now, then = next(at.people), next(at.people)
    began = at.since - timedelta(days=1000)
    rows = [at.row(now), at.row(then, since=began, left=at.since, term="")]
    return Story(rows, [at.fact(now), at.fact(then, began, at.since)])


def _leaves_and_is_followed(at: _Scene) -> Story:
    old, new = next(at.people), next(at.people)
    day = at.since + timedelta(days=300)
    then = [at.row(new, since=day, term=""), at.row(old, CHANGED, left=day)]
    return Story([at.row(old)], [at.fact(old)], then, [at.fact(old, left=day), at.fact(new, day)])


def _followed_but_has_not_left(at: _Scene) -> Story:
    old, new = next(at.people), next(at.people)
    late = at.row(new, HELD, "SEAT_TAKEN", since=at.since + timedelta(days=300), term="")
    return Story([at.row(old)], [at.fact(old)], [late])


def _elected_again(at: _Scene) -> Story:
    who, day = next(at.people), at.since + timedelta(days=365)
    again = [at.row(who, CHANGED, since=day, term="")]
    return Story([at.row(who)], [at.fact(who)], again, [at.fact(who, left=day), at.fact(who, day)])


def _the_term_was_mistyped(at: _Scene) -> Story:
    who, day = next(at.people), at.since + timedelta(days=3 * 365)
    return Story([at.row(who)], [at.fact(who)], [at.row(who, CHANGED, term=day)])


def _left_before_the_register_says(at: _Scene) -> Story:
    who, day = next(at.people), at.since - timedelta(days=1)
    then = [at.row(who, REFUSED, "POST_TOO_EARLY", since="", left=day, term="")]
    return Story([at.row(who)], [at.fact(who)], then)


def _two_at_once(at: _Scene) -> Story:
    one, other = next(at.people), next(at.people)
    return Story([at.row(one, HELD, "SEAT_TAKEN"), at.row(other, HELD, "SEAT_TAKEN")])


def _twice(at: _Scene) -> Story:
    who = next(at.people)
    first = at.row(who)
    return Story([first, Row(first.cells, SAME, "DUPLICATE_SAME")], [at.fact(who)])


def _twice_and_not_the_same(at: _Scene) -> Story:
    who = next(at.people)
    first = at.row(who, HELD, "OFFICER_CONFLICT")
    cells = (*first.cells[:7], at.written(at.since + timedelta(days=4 * 365)), "")
    return Story([first, Row(cells, HELD, "OFFICER_CONFLICT")])


def _ends_what_never_began(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "NOT_IN_POST", since="", left=at.since, term="")])


def _unknown(at: _Scene) -> Story:
    who = next(at.people)
    number = citizen_number(f"{who.number[:6]}19000102{at.serial:03}")
    return Story([at.row(who, HELD, "ROLL_HELD", number=number)])


def _another_name(at: _Scene) -> Story:
    who, other = next(at.people), next(at.people)
    return Story([at.row(who, HELD, "NAME_DIFFERS", name=other.name)])


def _bad_number(at: _Scene) -> Story:
    who = next(at.people)
    wrong = who.number[:-1] + ("0" if who.number[-1] != "0" else "1")
    return Story([at.row(who, REFUSED, "ID_CHECK", number=wrong)])


def _nobody(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "WHO_BLANK", number="")])


def _odd_post(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "POST_UNKNOWN", post="名誉顾问")])


def _no_post(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "POST_BLANK", post="")])


def _odd_basis(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "BASIS_UNKNOWN", basis="待定")])


def _since_when(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "POST_FROM_BLANK", since="")])


def _tomorrow(at: _Scene) -> Story:
    day = at.on + timedelta(days=1)
    return Story([at.row(next(at.people), REFUSED, "POST_FUTURE", since=day)])


def _no_day(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "DATE_UNREADABLE", since="第七次代表大会")])


def _left_before(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "LEFT_BEFORE", left=at.since)])


def _term_before(at: _Scene) -> Story:
    return Story([at.row(next(at.people), REFUSED, "TERM_BEFORE", term=at.since - timedelta(days=1))])


def _odd_union(at: _Scene) -> Story:
    return Story([at.row(next(at.people), HELD, "UNION_UNKNOWN", union="查无此工会委员会")])


Maker = Callable[[_Scene], Story]
OF_SINGLE: tuple[Maker, ...] = (
    _elected, _one_after_the_other, _leaves_and_is_followed, _followed_but_has_not_left, _elected_again, _two_at_once,
)  # fmt: skip
OF_ANY: tuple[Maker, ...] = (
    _elected, _by_name_and_phone, _elected_again, _the_term_was_mistyped, _left_before_the_register_says, _twice,
    _twice_and_not_the_same, _ends_what_never_began, _unknown, _another_name, _bad_number, _nobody, _odd_post, _no_post,
    _odd_basis, _since_when, _tomorrow, _no_day, _left_before, _term_before, _odd_union,
)  # fmt: skip


def members_of(roster: Roster) -> list[Member]:
    """Return the people of a clean roster."""
    places = {name: place for place, name in enumerate(roster.fields) if name is not None}
    names, phones = roster.cells[places["name"]], roster.cells[places["phone"]]
    told = roster.truth.select("position", "number").iter_rows()
    return [Member(str(names[at]), number, str(phones[at])) for at, number in told]


def officers(
    roster: Roster, seed: int, organisations: Sequence[Organisation] | None = None, *, on: date = DAY
) -> Lists:
    """Return both lists for the unions of a clean roster, each story in its turn.

    Args:
        organisations: the made-up city's if not given.
    """
    rng = np.random.default_rng(seed)
    there = members_of(roster)
    people = cycle([there[k] for k in rng.permutation(len(there))])
    used = set(roster.truth["union"])
    unions = [one for one in (city() if organisations is None else organisations) if one.key in used]
    stories: list[Story] = []
    for posts, makers in ((SINGLE, OF_SINGLE), (SHARED, OF_ANY)):
        for k, (union, post) in enumerate(product(unions, posts)):
            scene = _Scene(rng, union, post, people, on, serial=len(stories) % 900 + 1)
            stories.append(makers[k % len(makers)](scene))
    return _lists(stories)


def _lists(stories: list[Story]) -> Lists:
    first = [row for each in stories for row in each.first]
    second = [row for each in stories for row in each.second]
    after = [each.held if each.held_then is None else each.held_then for each in stories]
    return Lists(
        [row.cells for row in first],
        [row.cells for row in second],
        (_truth(first), _truth(second)),
        frozenset(fact for each in stories for fact in each.held),
        frozenset(fact for held in after for fact in held),
    )


def _truth(rows: list[Row]) -> pl.DataFrame:
    facts = [(line, row.verdict, row.code) for line, row in enumerate(rows, start=2)]
    return pl.DataFrame(facts, schema=["row", "verdict", "code"], orient="row")
