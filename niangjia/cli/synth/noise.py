"""Harmless noise: the many right ways to write one thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from niangjia.cli.synth.sheet import Cell
from niangjia.core.codes import by_code, names

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
# Day 0 of the office programs' calendar, right for days after February 1900.
_SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Noise:
    """One way to write a field otherwise.

    Attributes:
        share: of all rows, where the field allows it.
        write: returns the new cell, or None where this way does not fit the text.
    """

    name: str
    field: str
    share: float
    write: Callable[[str], Cell]


def _full_width(text: str) -> str:
    return text.translate(_FULL_WIDTH)


def _spaced_number(text: str) -> str:
    return f"{text[:6]} {text[6:14]} {text[14:]}"


def _lower_x(text: str) -> str | None:
    return text.lower() if text.endswith("X") else None


def _fifteen(text: str) -> str | None:
    """Return the number as cards bore it until 1999: no century, no check character."""
    return text[:6] + text[8:17] if text[6:10] < "1985" else None


def _hyphens(text: str) -> str:
    return f"{text[:3]}-{text[3:7]}-{text[7:]}"


def _spaced_phone(text: str) -> str:
    return f"{text[:3]} {text[3:7]} {text[7:]}"


def _day(write: Callable[[date], Cell]) -> Callable[[str], Cell]:
    return lambda text: write(date.fromisoformat(text))


def _short_ethnic(text: str) -> str | None:
    short = text.removesuffix("族")
    return short if short in names("ethnic") else None


def _alias(table: str) -> Callable[[str], str | None]:
    def write(text: str) -> str | None:
        aliases = by_code(table)[names(table)[text.lower()]].aliases
        return next((alias for alias in aliases if alias != text), None)

    return write


def _dotted(dot: str) -> Callable[[str], str | None]:
    return lambda text: text.replace("·", dot) if "·" in text else None


def _aligned(text: str) -> str | None:
    """Return a name of two characters as wide as one of three, as tidy clerks write it."""
    return f"{text[0]}\u3000{text[1]}" if len(text) == 2 else None


NOISE = (
    Noise("id_full_width", "number", 0.02, _full_width),
    Noise("id_spaces", "number", 0.04, _spaced_number),
    Noise("id_lower_x", "number", 0.20, _lower_x),
    Noise("id_fifteen", "number", 0.03, _fifteen),
    Noise("phone_hyphens", "phone", 0.04, _hyphens),
    Noise("phone_spaces", "phone", 0.03, _spaced_phone),
    Noise("phone_country", "phone", 0.03, lambda text: f"+86 {text}"),
    Noise("phone_country_hyphen", "phone", 0.02, lambda text: f"86-{text}"),
    Noise("phone_full_width", "phone", 0.02, _full_width),
    Noise("phone_number_cell", "phone", 0.05, float),
    Noise("sex_code", "sex", 0.08, {"男": "1", "女": "2"}.get),
    Noise("sex_long", "sex", 0.05, {"男": "男性", "女": "女性"}.get),
    Noise("ethnic_short", "ethnic", 0.25, _short_ethnic),
    Noise("birth_slashes", "birth", 0.15, _day(lambda day: f"{day.year}/{day.month}/{day.day}")),
    Noise("birth_dots", "birth", 0.10, _day(lambda day: f"{day:%Y.%m.%d}")),
    Noise("birth_digits", "birth", 0.10, _day(lambda day: f"{day:%Y%m%d}")),
    Noise("birth_words", "birth", 0.05, _day(lambda day: f"{day.year}年{day.month}月{day.day}日")),
    Noise("birth_date_cell", "birth", 0.10, _day(lambda day: day)),
    Noise("birth_serial_cell", "birth", 0.03, _day(lambda day: float((day - _SERIAL_ZERO).days))),
    Noise("joined_slashes", "joined", 0.15, _day(lambda day: f"{day.year}/{day.month}/{day.day}")),
    Noise("joined_dots", "joined", 0.10, _day(lambda day: f"{day.year}.{day.month}.{day.day}")),
    Noise("joined_digits", "joined", 0.10, _day(lambda day: f"{day:%Y%m%d}")),
    Noise("joined_date_cell", "joined", 0.10, _day(lambda day: day)),
    Noise("group_alias", "group", 0.20, _alias("worker_group")),
    Noise("education_alias", "education", 0.10, _alias("education")),
    Noise("union_trailing_spaces", "union", 0.05, lambda text: f"{text}  "),
    Noise("union_wide_space", "union", 0.03, lambda text: f"\u3000{text}"),
    Noise("name_dot_bullet", "name", 0.30, _dotted("•")),
    Noise("name_dot_katakana", "name", 0.20, _dotted("・")),
    Noise("name_dot_hyphenation", "name", 0.20, _dotted("‧")),
    Noise("name_aligned", "name", 0.15, _aligned),
    Noise("name_trailing_space", "name", 0.03, lambda text: f"{text} "),
    Noise("credit_lower_case", "credit", 0.03, lambda text: text.lower() if text != text.lower() else None),
)


def scatter(
    rng: np.random.Generator,
    columns: dict[str, list[Cell]],
    protected: dict[str, set[int]],
) -> dict[int, list[str]]:
    """Write cells otherwise, in place, each at most once, and each kind at least once where any cell allows it.

    Args:
        columns: texts by field, all of one length.
        protected: rows by field whose cells must stay as they are.

    Returns:
        The names of the noise by row.
    """
    noted: dict[int, list[str]] = {}
    for field in dict.fromkeys(noise.field for noise in NOISE):
        for row, noise in _scatter_field(rng, columns[field], protected.get(field, set()), field):
            noted.setdefault(row, []).append(noise.name)
    return noted


def _scatter_field(
    rng: np.random.Generator, cells: list[Cell], protected: set[int], field: str
) -> list[tuple[int, Noise]]:
    kinds = [noise for noise in NOISE if noise.field == field]
    edges = np.cumsum([noise.share for noise in kinds])
    kind_of_row = np.searchsorted(edges, rng.random(len(cells)), side="right")
    done = {}
    for row in np.flatnonzero(kind_of_row < len(kinds)).tolist():
        noise = kinds[kind_of_row[row]]
        if row not in protected and _apply(cells, row, noise):
            done[row] = noise
    present = {noise.name for noise in done.values()}
    for noise in (noise for noise in kinds if noise.name not in present):
        found = _first_fit(cells, noise, protected | done.keys())
        done.update({} if found is None else {found: noise})
    return list(done.items())


def _first_fit(cells: list[Cell], noise: Noise, taken: set[int]) -> int | None:
    """Write the first cell that this way fits, and return its row."""
    return next((row for row in range(len(cells)) if row not in taken and _apply(cells, row, noise)), None)


def _apply(cells: list[Cell], row: int, noise: Noise) -> bool:
    """Write one cell otherwise, and return whether that way fits it."""
    text = cells[row]
    written = noise.write(text) if isinstance(text, str) and text else None
    if written is None:
        return False
    cells[row] = written
    return True
