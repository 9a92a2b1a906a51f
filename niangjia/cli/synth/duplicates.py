"""People on a register more than once, and people who only look like it, with the truth beside them.

Written apart from ``niangjia.core.linkage``: the slips come from tables of its own, so that neither knows the other.
What each kind is, and which are kept from tuning: docs/algorithms/linkage.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from niangjia.cli.synth import numbers, slips
from niangjia.cli.synth.people import draw_people
from niangjia.core.codes import phones
from niangjia.core.text import match_key

DAY = date(2026, 9, 1)
Columns = dict[str, npt.NDArray[np.object_]]
Flags = npt.NDArray[np.bool_]
Rng = np.random.Generator

ROWS_OF_A_UNION = 200
WITHOUT_NUMBER, WITHOUT_PHONE = 0.05, 0.03
OFFICE_SHARE, OFFICE_SIZE = 0.02, 100
SHARED_PHONE_SHARE, COMMON_NAME_SHARE = 0.02, 0.03
COMMON_NAMES = ("张伟", "王伟", "李娜", "王芳", "李伟", "王秀英", "张敏", "李静", "张丽", "刘洋")
ONCE_SHARE = 0.85
TWIN_CHARACTERS = "明亮强刚军华龙飞"


@dataclass(frozen=True)
class Kind:
    """One way in which a second row comes about.

    Attributes:
        is_same: whether the second row is the same person.
        needs: columns that the first row must have.
        change: changes the copies, a whole column at a time, in place.
        fits: which of the first rows it is possible for.
    """

    name: str
    is_same: bool
    change: Callable[[Rng, Columns], None]
    needs: tuple[str, ...] = ("id_number",)
    fits: Callable[[Columns], Flags] | None = None


@dataclass(frozen=True)
class Crowd:
    """Rows of a register and what is true of them.

    Attributes:
        rows: ``id_kind``, ``id_number``, ``name``, ``name_key``, ``phone``, ``birth_on``, ``sex``, ``employer_key``,
            ``union_key``; in no order.
        truth: for each row ``person`` (equal for rows of one person) and ``kind`` (how it came about; "" for a first row).
    """

    rows: pl.DataFrame
    truth: pl.DataFrame


def crowd(
    n: int, seed: int, *, share: float = 0.15, alike: float = 0.02, kinds: Sequence[str] | None = None
) -> Crowd:
    """Return about n rows, the same for the same arguments.

    Up to ``share`` of them are second rows of a person, and ``alike`` are others who look like one, each in equal parts by
    kind; kinds that fit few names (those with a middle dot) make fewer.

    Raises:
        KeyError: no such kind.
    """
    rng = np.random.default_rng(seed)
    wanted = [BY_NAME[name] for name in kinds] if kinds is not None else KINDS
    sizes = _sizes(n, wanted, share, alike)
    first = _first_rows(rng, n - sum(sizes))
    taken = set(first["id_number"])
    _forget(rng, first)
    parts, people, names = [first], [np.arange(len(first["name"]))], [np.full(len(first["name"]), "", object)]
    fresh = len(first["name"])
    free = {is_same: np.ones(fresh, dtype=bool) for is_same in (True, False)}
    for kind, size in zip(wanted, sizes, strict=True):
        chosen = _chosen(rng, first, kind, size, free[kind.is_same])
        copies = {name: column[chosen].copy() for name, column in first.items()}
        kind.change(rng, copies)
        if not kind.is_same and kind.name != "borrowed_number":
            _renumber(rng, copies, taken)
        parts.append(copies)
        people.append(chosen if kind.is_same else fresh + np.arange(len(chosen)))
        names.append(np.full(len(chosen), kind.name, object))
        fresh += 0 if kind.is_same else len(chosen)
    order = rng.permutation(sum(len(part["name"]) for part in parts))
    columns = {name: np.concatenate([part[name] for part in parts])[order] for name in first}
    truth = {"person": np.concatenate(people)[order], "kind": np.concatenate(names)[order].astype(str)}
    return Crowd(_frame(columns), pl.DataFrame(truth))


def _sizes(n: int, kinds: Sequence[Kind], share: float, alike: float) -> list[int]:
    same = sum(kind.is_same for kind in kinds)
    of_same, of_others = (n * share / max(1, same), n * alike / max(1, len(kinds) - same))
    return [max(1, round(of_same if kind.is_same else of_others)) for kind in kinds]


def true_pairs(truth: pl.DataFrame) -> pl.DataFrame:
    """Return every two rows of one person: (row, other, kind), ``other`` < ``row``; the kind is the later copy's."""
    numbered = truth.with_row_index("row").filter(pl.col("person").is_duplicated())
    pairs = numbered.join(numbered.rename({"row": "other", "kind": "other_kind"}), on="person")
    kind = pl.when(pl.col("kind") != "").then("kind").otherwise("other_kind")
    return pairs.filter(pl.col("other") < pl.col("row")).select("row", "other", kind=kind)


def _first_rows(rng: Rng, n: int) -> Columns:
    people = draw_people(rng, n, on=DAY)
    unions = rng.integers(max(1, n // ROWS_OF_A_UNION), size=n)
    columns: Columns = {
        "id_kind": np.full(n, "citizen", object),
        "id_number": people.numbers.copy(),
        "name": people.names.copy(),
        "phone": people.phones.copy(),
        "birth_on": people.births.astype(str).astype(object),
        "sex": people.sexes.copy(),
        "employer_key": _keys("e", unions * 3 + rng.integers(3, size=n)),
        "union_key": _keys("u", unions),
    }
    _share_phones(rng, columns)
    common = rng.permutation(n)[: round(n * COMMON_NAME_SHARE)]
    columns["name"][common] = rng.choice(COMMON_NAMES, size=len(common))
    return columns


def _share_phones(rng: Rng, columns: Columns) -> None:
    """Give couples one phone, and whole offices the phone on the desk."""
    n = len(columns["name"])
    order = rng.permutation(n)
    pairs = order[: round(n * SHARED_PHONE_SHARE) // 2 * 2].reshape(-1, 2)
    for column in ("phone", "union_key"):
        columns[column][pairs[:, 0]] = columns[column][pairs[:, 1]]
    rest = order[pairs.size : pairs.size + round(n * OFFICE_SHARE)]
    firsts = rest[np.arange(len(rest)) // OFFICE_SIZE * OFFICE_SIZE]
    for column in ("phone", "union_key"):
        columns[column][rest] = columns[column][firsts]


def _forget(rng: Rng, columns: Columns) -> None:
    n = len(columns["name"])
    columns["id_number"][rng.random(n) < WITHOUT_NUMBER] = None
    columns["phone"][rng.random(n) < WITHOUT_PHONE] = None


def _chosen(rng: Rng, first: Columns, kind: Kind, n: int, free: Flags) -> npt.NDArray[np.int64]:
    """Return first rows that a kind fits, at most a tenth of those; marks most of them as no longer free.

    Some people have several second rows, but nobody has two other people who look like him: those would be one to all eyes.
    """
    fits = free.copy() if kind.fits is None else free & kind.fits(first)
    for column in kind.needs:
        fits &= first[column] != None  # noqa: E711 - by the column
    places = np.flatnonzero(fits)
    chosen = rng.choice(places, size=min(n, max(1, len(places) // 10), len(places)), replace=False)
    free[chosen if not kind.is_same else chosen[rng.random(len(chosen)) < ONCE_SHARE]] = False
    return np.asarray(chosen, dtype=np.int64)


def _renumber(rng: Rng, columns: Columns, taken: set[str]) -> None:
    """Replace numbers that somebody has: each next order of the same sex."""
    for row, number in enumerate(columns["id_number"]):
        step = 0
        while number is not None and number in taken:
            step += 2
            order = (int(columns["id_number"][row][14:17]) + step - 1) % 994 + 1
            number = numbers.citizen_number(f"{number[:14]}{order:03}")
        if number is not None:
            taken.add(number)
            columns["id_number"][row] = number


def _frame(columns: Columns) -> pl.DataFrame:
    texts = {name: pl.Series(column.tolist(), dtype=pl.String) for name, column in columns.items()}
    frame = pl.DataFrame(texts).with_columns(
        pl.col("birth_on").str.to_date("%Y-%m-%d", strict=False), name_key=match_key(pl.col("name"))
    )
    return frame.with_columns(id_kind=pl.when(pl.col("id_number").is_not_null()).then("id_kind"))


def _keys(letter: str, values: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    return np.array([f"{letter}{value}" for value in values.tolist()], dtype=object)


def _each(columns: Columns, name: str, write: Callable[[str], str | None]) -> None:
    columns[name] = np.array([text and write(text) for text in columns[name]], dtype=object)


# How second rows of the same person differ.


def _exact(rng: Rng, columns: Columns) -> None:
    """Change nothing: the row was sent in twice."""


def _blank(*names: str) -> Callable[[Rng, Columns], None]:
    def change(rng: Rng, columns: Columns) -> None:
        for name in names:
            columns[name][:] = None

    return change


def _fifteen(rng: Rng, columns: Columns) -> None:
    _each(columns, "id_number", lambda text: text[:6] + text[8:17])


def _new_phone(rng: Rng, columns: Columns) -> None:
    columns["phone"][:] = numbers.phones(rng, len(columns["phone"]), phones.demo_prefix())


def _new_place(rng: Rng, columns: Columns) -> None:
    columns["union_key"] = rng.permutation(columns["union_key"])
    columns["employer_key"] = rng.permutation(columns["employer_key"])


def _slip(name: str, write: Callable[[Rng, str], str | None]) -> Callable[[Rng, Columns], None]:
    def change(rng: Rng, columns: Columns) -> None:
        _each(columns, name, lambda text: write(rng, text))

    return change


def _born_as_typed(rng: Rng, columns: Columns) -> None:
    """The birth date was read out of the wrong number."""
    days = [f"{text[6:10]}-{text[10:12]}-{text[12:14]}" for text in columns["id_number"]]
    columns["birth_on"] = np.array(days, dtype=object)


def _permit(rng: Rng, columns: Columns) -> None:
    """The person registered with a pass before, and with the number now."""
    columns["id_kind"][:] = "hk_macao_pass"
    columns["id_number"][:] = [f"H{k:08d}" for k in rng.integers(10**8, size=len(columns["name"]))]


def _and(*changes: Callable[[Rng, Columns], None]) -> Callable[[Rng, Columns], None]:
    def change(rng: Rng, columns: Columns) -> None:
        for one in changes:
            one(rng, columns)

    return change


def _changeable(write: Callable[[Rng, str], str | None]) -> Callable[[Columns], Flags]:
    """Return which names a slip is possible in."""

    def fits(columns: Columns) -> Flags:
        rng = np.random.default_rng(0)
        return np.array([write(rng, name) not in (None, name) for name in columns["name"]])

    return fits


def _old_enough(columns: Columns) -> Flags:
    return np.array([day < "1985" for day in columns["birth_on"]])


# How other people look alike.


def _twin(rng: Rng, columns: Columns) -> None:
    """Same day, phone, union and sex; the name has the other's surname and all but the last character."""
    lasts = rng.choice(list(TWIN_CHARACTERS), size=len(columns["name"]))
    columns["name"][:] = [slips.twin_name(n, str(c)) for n, c in zip(columns["name"], lasts, strict=True)]
    _next_order(rng, columns)


def _next_order(rng: Rng, columns: Columns) -> None:
    def write(number: str) -> str:
        order = (int(number[14:17]) + 2 * int(rng.integers(1, 4)) - 1) % 994 + 1
        return numbers.citizen_number(f"{number[:14]}{order:03}")

    _each(columns, "id_number", write)


def _stranger(*kept: str) -> Callable[[Rng, Columns], None]:
    """Return another person's row, which has only ``kept`` in common with the first."""

    def change(rng: Rng, columns: Columns) -> None:
        n = len(columns["name"])
        other = _first_rows(rng, n)
        for name in other.keys() - set(kept):
            columns[name] = other[name]
        if "birth_on" in kept:
            stems = zip(other["id_number"], columns["birth_on"], strict=True)
            columns["id_number"][:] = [
                numbers.citizen_number(i[:6] + day.replace("-", "") + i[14:17]) for i, day in stems
            ]

    return change


KINDS = (
    Kind("exact", True, _exact),
    Kind("moved", True, _and(_new_phone, _new_place)),
    Kind("id_fifteen", True, _fifteen, fits=_old_enough),
    Kind("id_missing", True, _blank("id_number"), needs=("id_number", "phone")),
    Kind("id_digit", True, _slip("id_number", slips.one_digit), needs=("id_number", "phone")),
    Kind("id_digit_new_phone", True, _and(_slip("id_number", slips.one_digit), _new_phone)),
    Kind("id_transposed", True, _slip("id_number", slips.transposed), needs=("id_number", "phone")),
    Kind(
        "id_birth_digit",
        True,
        _and(_slip("id_number", slips.birth_digit), _born_as_typed),
        needs=("id_number", "phone"),
    ),
    Kind("phone_changed", True, _new_phone),
    Kind(
        "phone_digit_id_missing", True, _and(_slip("phone", slips.one_digit), _blank("id_number")), ("phone",)
    ),
    Kind("phone_changed_id_missing", True, _and(_new_phone, _blank("id_number")), ()),
    Kind("name_homophone", True, _slip("name", slips.homophone), fits=_changeable(slips.homophone)),
    Kind(
        "name_homophone_id_missing",
        True,
        _and(_slip("name", slips.homophone), _blank("id_number")),
        ("phone",),
        _changeable(slips.homophone),
    ),
    Kind("name_shape", True, _slip("name", slips.look_alike), fits=_changeable(slips.look_alike)),
    Kind(
        "name_shape_id_missing",
        True,
        _and(_slip("name", slips.look_alike), _blank("id_number")),
        ("phone",),
        _changeable(slips.look_alike),
    ),
    Kind(
        "name_old_writing", True, _slip("name", slips.old_writing), ("phone",), _changeable(slips.old_writing)
    ),
    Kind("name_half", True, _slip("name", slips.first_half), fits=_changeable(slips.first_half)),
    Kind("name_turned", True, _slip("name", slips.turned), fits=_changeable(slips.turned)),
    Kind("name_rare_lost", True, _slip("name", slips.rare_lost), fits=_changeable(slips.rare_lost)),
    Kind("birth_slip", True, _and(_slip("birth_on", slips.other_day), _blank("id_number")), ("phone",)),
    Kind("id_other_kind", True, _permit, ("id_number", "phone")),
    Kind("twin", False, _twin, ("id_number", "phone")),
    Kind("twin_id_missing", False, _and(_twin, _blank("id_number")), ("id_number", "phone")),
    Kind("twin_id_digit", False, _and(_twin, _slip("id_number", slips.one_digit)), ("id_number", "phone")),
    Kind(
        "twin_homophone",
        False,
        _and(_next_order, _slip("name", slips.homophone)),
        ("id_number", "phone"),
        _changeable(slips.homophone),
    ),
    Kind("namesake_same_day", False, _stranger("name", "birth_on", "sex")),
    Kind("namesake_in_union", False, _stranger("name", "sex", "union_key", "employer_key")),
    Kind("borrowed_number", False, _stranger("id_number", "birth_on", "sex", "union_key")),
    Kind("parent", False, _and(_stranger("phone", "union_key"), _blank("id_number")), ("id_number", "phone")),
)
BY_NAME = {kind.name: kind for kind in KINDS}
# Nobody looks at these while weights and tiers are set.
HELD_OUT_KINDS = ("name_rare_lost", "birth_slip", "id_other_kind", "twin_homophone")
HELD_OUT_SEEDS = (101, 102, 103)
