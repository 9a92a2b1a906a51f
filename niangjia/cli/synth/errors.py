"""What goes wrong in rosters, one kind at a time, each with the verdict and the findings that it deserves.

Why a kind is refused, held or noted: ``docs/algorithms/rosters.md``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from niangjia.cli.synth.draft import Draft

Rng = np.random.Generator
NEW, CHANGED, SAME, HELD, REFUSED = VERDICTS = ("new", "changed", "same", "held", "refused")

# Never issued, and in no edition of the divisions.
COUNTIES_OF_NOWHERE = (369801, 369725, 360199, 999999)
_UNKNOWN_UNIONS = (
    "青岚飞鸿速运有限公司工会",
    "青岚市摩托运输联合工会",
    "青岚云端科技有限公司工会委员会",
    "第三车队工会",
)
_UNKNOWN_GROUPS = ("星际信使", "跑腿的", "灵活就业", "待定")
_UNKNOWN_PEOPLES = ("岚族", "不清楚", "中国")
_NO_DAYS = ("不详", "2019年13月", "2019.2.30", "去年三月", "20190431")
_FORMULAS = ('=HYPERLINK("http://example.invalid","单位")', "=1+1", "=A1&B1")
_BAD_DAYS = ("1332", "0230", "0431", "0015", "1200")


@dataclass(frozen=True)
class Error:
    """One kind of error in one row.

    Attributes:
        touches: fields that noise must leave alone in that row.
        spoil: makes the error in a row of a draft.
    """

    name: str
    verdict: str
    codes: tuple[str, ...]
    touches: tuple[str, ...]
    spoil: Callable[[Draft, int, Rng], None]


@dataclass(frozen=True)
class PairError:
    """One kind of error that takes two rows, of which ``first`` stands higher in the sheet.

    Attributes:
        first, second: verdict and codes of each row.
        spoil: makes the second row so that it clashes with the first.
    """

    name: str
    first: tuple[str, tuple[str, ...]]
    second: tuple[str, tuple[str, ...]]
    spoil: Callable[[Draft, int, int, Rng], None]


def _blank(field: str) -> Callable[[Draft, int, Rng], None]:
    return lambda draft, row, rng: draft.put(row, **{field: ""})


def _one_of(field: str, texts: tuple[str, ...]) -> Callable[[Draft, int, Rng], None]:
    return lambda draft, row, rng: draft.put(row, **{field: str(rng.choice(texts))})


def _id_check(draft: Draft, row: int, rng: Rng) -> None:
    number = draft.text("number", row)
    draft.put(row, number=number[:17] + str(rng.choice([c for c in "0123456789X" if c != number[17]])))


def _id_short(draft: Draft, row: int, rng: Rng) -> None:
    draft.put(row, number=draft.text("number", row)[: int(rng.integers(16, 18))])


def _id_long(draft: Draft, row: int, rng: Rng) -> None:
    draft.put(row, number=draft.text("number", row) + str(rng.integers(10)))


def _id_letter(draft: Draft, row: int, rng: Rng) -> None:
    number = draft.text("number", row)
    zero = int(rng.choice([place for place, digit in enumerate(number[:17]) if digit == "0"]))
    draft.put(row, number=f"{number[:zero]}O{number[zero + 1 :]}")


def _id_number_cell(draft: Draft, row: int, rng: Rng) -> None:
    # A number cell keeps fifteen digits: the rest has become zeros before anybody could read it.
    draft.columns["number"][row] = float(int(draft.text("number", row)[:15]) * 1000)


def _id_birth(draft: Draft, row: int, rng: Rng) -> None:
    birth = draft.text("birth", row)[:4] + str(rng.choice(_BAD_DAYS))
    draft.put(row, birth="", number=draft.fresh_number(rng, birth, draft.text("sex", row)))


def _id_county(draft: Draft, row: int, rng: Rng) -> None:
    birth = draft.text("birth", row).replace("-", "")
    county = int(rng.choice(COUNTIES_OF_NOWHERE))
    draft.put(row, number=draft.fresh_number(rng, birth, draft.text("sex", row), county))


def _birth_differs(draft: Draft, row: int, rng: Rng) -> None:
    birth = date.fromisoformat(draft.text("birth", row))
    draft.put(row, birth=str(birth + timedelta(days=int(rng.integers(1, 300)))))


def _sex_differs(draft: Draft, row: int, rng: Rng) -> None:
    draft.put(row, sex="女" if draft.text("sex", row) == "男" else "男")


def _phone_length(draft: Draft, row: int, rng: Rng) -> None:
    draft.put(row, phone=draft.text("phone", row)[: int(rng.integers(8, 11))])


def _phone_prefix(draft: Draft, row: int, rng: Rng) -> None:
    draft.put(row, phone=str(rng.choice(["120", "100", "210", "999"])) + draft.text("phone", row)[3:])


def _under_age(draft: Draft, row: int, rng: Rng) -> None:
    birth = draft.on - timedelta(days=int(rng.integers(7 * 365, 13 * 365)))
    number = draft.fresh_number(rng, f"{birth:%Y%m%d}", draft.text("sex", row))
    draft.put(row, birth=str(birth), number=number, joined=str(draft.on - timedelta(days=40)))


def _joined_future(draft: Draft, row: int, rng: Rng) -> None:
    # Years ahead, so that the row stays wrong for as long as anybody keeps the file.
    draft.put(row, joined=str(draft.on + timedelta(days=int(rng.integers(3650, 9000)))))


def _joined_before_birth(draft: Draft, row: int, rng: Rng) -> None:
    birth = date.fromisoformat(draft.text("birth", row))
    draft.put(row, joined=str(birth - timedelta(days=int(rng.integers(1, 3000)))))


def _union_named(names: Callable[[Draft], list[str]]) -> Callable[[Draft, int, Rng], None]:
    def spoil(draft: Draft, row: int, rng: Rng) -> None:
        if not names(draft):
            raise ValueError("no such union around this scope: leave this kind of error out")
        draft.put(row, union=str(rng.choice(names(draft))), credit="")

    return spoil


def _credit_check(draft: Draft, row: int, rng: Rng) -> None:
    coded = [union for union in draft.rolls if union.credit_code]
    draft.place(row, coded[int(rng.integers(len(coded)))], int(rng.integers(1 << 30)))
    code = draft.text("credit", row)
    draft.put(row, credit=code[:17] + str(rng.choice([c for c in "0123456789ABC" if c != code[17]])))


def _name_with(characters: str) -> Callable[[Draft, int, Rng], None]:
    def spoil(draft: Draft, row: int, rng: Rng) -> None:
        name = draft.text("name", row)
        draft.put(row, name=name[:1] + str(rng.choice(list(characters))) + name[1:])

    return spoil


def _same_again(draft: Draft, first: int, second: int, rng: Rng) -> None:
    draft.copy(first, second, *draft.columns)
    draft.unions[second] = draft.unions[first]


def _conflict(draft: Draft, first: int, second: int, rng: Rng) -> None:
    draft.copy(first, second, "number", "sex", "birth", "joined")
    if draft.text("name", first) == draft.text("name", second):
        draft.put(second, name="欧阳" + draft.text("name", second)[1:])


def _likely_same(draft: Draft, first: int, second: int, rng: Rng) -> None:
    draft.copy(first, second, "name", "phone", "sex", "birth", "ethnic", "joined")
    birth = draft.text("birth", first).replace("-", "")
    draft.put(second, number=draft.fresh_number(rng, birth, draft.text("sex", first)))


ERRORS = (
    Error("id_check", REFUSED, ("ID_CHECK",), ("number",), _id_check),
    Error("id_short", REFUSED, ("ID_LENGTH",), ("number",), _id_short),
    Error("id_long", REFUSED, ("ID_LENGTH",), ("number",), _id_long),
    Error("id_letter", REFUSED, ("ID_CHARACTER",), ("number",), _id_letter),
    Error("id_number_cell", REFUSED, ("ID_NUMBER_CELL",), ("number",), _id_number_cell),
    Error("id_blank", REFUSED, ("ID_BLANK",), ("number",), _blank("number")),
    Error("id_birth", REFUSED, ("ID_BIRTH",), ("number", "birth"), _id_birth),
    Error("id_county", REFUSED, ("ID_COUNTY",), ("number",), _id_county),
    Error("name_blank", REFUSED, ("NAME_BLANK",), ("name",), _blank("name")),
    Error("name_bidi", REFUSED, ("NAME_CHARACTER",), ("name",), _name_with("\u202e\u202d\u2066\u2067")),
    Error("name_control", REFUSED, ("NAME_CHARACTER",), ("name",), _name_with("\u0086\u0090")),
    Error("name_private_use", REFUSED, ("NAME_PRIVATE_USE",), ("name",), _name_with("\ue000\ue0ff")),
    Error("birth_differs", HELD, ("BIRTH_DIFFERS",), ("number", "birth"), _birth_differs),
    Error("sex_differs", HELD, ("SEX_DIFFERS",), ("number",), _sex_differs),
    Error("phone_length", REFUSED, ("PHONE_LENGTH",), ("phone",), _phone_length),
    Error("phone_prefix", REFUSED, ("PHONE_PREFIX",), ("phone",), _phone_prefix),
    Error("under_age", REFUSED, ("AGE_WORKING",), ("number",), _under_age),
    Error("joined_future", REFUSED, ("JOINED_FUTURE",), ("number",), _joined_future),
    Error("joined_before_birth", REFUSED, ("JOINED_BEFORE_BIRTH",), ("number",), _joined_before_birth),
    Error("date_unreadable", REFUSED, ("DATE_UNREADABLE",), ("joined",), _one_of("joined", _NO_DAYS)),
    Error(
        "union_unknown",
        HELD,
        ("UNION_UNKNOWN",),
        ("union",),
        _union_named(lambda draft: list(_UNKNOWN_UNIONS)),
    ),
    Error(
        "union_ambiguous", HELD, ("UNION_AMBIGUOUS",), ("union",), _union_named(lambda draft: draft.ambiguous)
    ),
    Error(
        "union_out_of_scope",
        HELD,
        ("UNION_OUT_OF_SCOPE",),
        ("union",),
        _union_named(lambda draft: draft.outside),
    ),
    Error("credit_check", HELD, ("CREDIT_CHECK",), ("credit",), _credit_check),
    Error("group_unknown", HELD, ("GROUP_UNKNOWN",), ("group",), _one_of("group", _UNKNOWN_GROUPS)),
    Error("nation_unknown", NEW, ("NATION_UNKNOWN",), ("ethnic",), _one_of("ethnic", _UNKNOWN_PEOPLES)),
    Error("formula_cell", REFUSED, ("FORMULA_CELL",), ("employer",), _one_of("employer", _FORMULAS)),
)

PAIR_ERRORS = (
    PairError("duplicate_same", (NEW, ()), (SAME, ("DUPLICATE_SAME",)), _same_again),
    PairError(
        "duplicate_conflict", (HELD, ("DUPLICATE_CONFLICT",)), (HELD, ("DUPLICATE_CONFLICT",)), _conflict
    ),
    PairError("likely_same", (HELD, ("LIKELY_SAME_PERSON",)), (HELD, ("LIKELY_SAME_PERSON",)), _likely_same),
)

KINDS = tuple(kind.name for kind in (*ERRORS, *PAIR_ERRORS))
