"""A clean roster before anybody spoils it: columns of right texts, and what spoiling needs to know."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from niangjia.cli.synth import numbers
from niangjia.cli.synth.names import MALE
from niangjia.cli.synth.organisations import Organisation, in_scope
from niangjia.cli.synth.people import People, counties, draw_people
from niangjia.cli.synth.sheet import FIELDS, Cell
from niangjia.core.codes import by_code

_EDUCATION = ("初中", "高中", "中专", "大专", "本科", "小学", "硕士")
_EDUCATION_SHARES = (0.34, 0.24, 0.12, 0.17, 0.09, 0.03, 0.01)
_STATUS, _STATUS_SHARES = ("在岗", "待(下)岗", "病休", "其他"), (0.95, 0.02, 0.01, 0.02)
_HUKOU, _HUKOU_SHARES = ("农业", "非农业", "居民户口"), (0.55, 0.30, 0.15)


@dataclass
class Draft:
    """Columns of texts by field, days as 1990-01-02, and the unions that rows may name.

    Attributes:
        rolls: unions in scope that keep a roll and whose name no other union in scope bears.
        ambiguous, outside: names that two unions in scope bear; names of unions out of scope.
        unions: (n) the union of each row.
        taken: citizen numbers that occur.
    """

    columns: dict[str, list[Cell]]
    unions: list[Organisation]
    rolls: list[Organisation]
    ambiguous: list[str]
    outside: list[str]
    taken: set[str]
    on: date

    def text(self, field: str, row: int) -> str:
        """Return a cell that still holds a text."""
        return str(self.columns[field][row])

    def put(self, row: int, **texts: str) -> None:
        """Overwrite cells of one row."""
        for field, text in texts.items():
            self.columns[field][row] = text

    def copy(self, source: int, target: int, *fields: str) -> None:
        """Copy cells from one row to another."""
        for field in fields:
            self.columns[field][target] = self.columns[field][source]

    def place(self, row: int, union: Organisation, draw: int) -> None:
        """Put one row's worker on the roll of a union; a drawn number decides group and workplace."""
        group = by_code("worker_group")[union.groups[draw % len(union.groups)]]
        self.unions[row] = union
        self.put(row, union=union.name, credit=union.credit_code or "", group=group.name_zh)
        self.put(row, employer=union.employer.name if union.employer else f"青岚第{draw % 400 + 1}营业点")

    def fresh_number(self, rng: np.random.Generator, birth: str, sex: str, county: int | None = None) -> str:
        """Return a number that nobody in the roster has.

        Args:
            birth: eight digits, whatever they say.
            sex: 男 or 女.
            county: six digits; one of the made-up counties if not given.
        """
        while True:
            place = county or int(rng.choice(counties()))
            sequence = int(rng.integers(1, 497)) * 2 - (sex == "男")
            number = numbers.citizen_number(f"{place}{birth}{sequence:03}")
            if number not in self.taken:
                self.taken.add(number)
                return number


def clean_draft(
    rng: np.random.Generator, rows: int, organisations: Sequence[Organisation], scope: str, on: date
) -> Draft:
    """Return a roster without a fault, for the unions below one organisation.

    Raises:
        ValueError: no union below it keeps a roll.
    """
    below = in_scope(organisations, scope)
    bearers = Counter(one.name for one in organisations if one.key in below)
    rolls = [one for one in _rolls_in(organisations, below) if bearers[one.name] == 1]
    if not rolls:
        raise ValueError(f"no union below {scope} keeps a roll")
    people = draw_people(rng, rows, on=on)
    draft = Draft(
        columns=_columns(rng, people),
        unions=[rolls[i] for i in rng.integers(len(rolls), size=rows)],
        rolls=rolls,
        ambiguous=[one.name for one in _rolls_in(organisations, below) if bearers[one.name] > 1],
        outside=[one.name for one in _rolls_out(organisations, below) if not bearers[one.name]],
        taken=set(people.numbers),
        on=on,
    )
    for row, draw in enumerate(rng.integers(1 << 30, size=rows).tolist()):
        draft.place(row, draft.unions[row], draw)
    return draft


def _rolls_in(organisations: Sequence[Organisation], below: frozenset[str]) -> list[Organisation]:
    return [one for one in organisations if one.keeps_roll and one.key in below]


def _rolls_out(organisations: Sequence[Organisation], below: frozenset[str]) -> list[Organisation]:
    return [one for one in organisations if one.keeps_roll and one.key not in below]


def _columns(rng: np.random.Generator, people: People) -> dict[str, list[Cell]]:
    """Return the columns that do not hang on a union; the others are blank."""
    rows = len(people.names)
    ethnics = by_code("ethnic")
    columns: dict[str, list[Cell]] = {field: [""] * rows for field in FIELDS}
    columns["name"] = people.names.tolist()
    columns["sex"] = ["男" if sex == MALE else "女" for sex in people.sexes]
    columns["birth"] = people.births.astype(str).tolist()
    columns["ethnic"] = [ethnics[code].name_zh for code in people.ethnics]
    columns["number"] = people.numbers.tolist()
    columns["phone"] = people.phones.tolist()
    columns["joined"] = people.joined.astype(str).tolist()
    columns["education"] = rng.choice(_EDUCATION, size=rows, p=_EDUCATION_SHARES).tolist()
    columns["status"] = rng.choice(_STATUS, size=rows, p=_STATUS_SHARES).tolist()
    columns["hukou"] = rng.choice(_HUKOU, size=rows, p=_HUKOU_SHARES).tolist()
    return columns
