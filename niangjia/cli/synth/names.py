"""Made-up names: common and rare, Han and not, with middle dots where they belong."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

MALE, FEMALE = "1", "2"
MIDDLE_DOT = "·"
_RARE_SHARE = 0.01


@dataclass(frozen=True)
class People:
    """An ethnic group: its code, its share among workers, and how its people are named.

    Without names of its own, a group's people are named as the Han are.
    """

    code: str
    share: int
    men: tuple[str, ...] = ()
    women: tuple[str, ...] = ()
    fathers: tuple[str, ...] = ()
    fathers_first: bool = False


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("niangjia.cli.synth").joinpath("names.toml").read_text(encoding="utf-8"))


@cache
def peoples() -> tuple[People, ...]:
    """Return the ethnic groups that occur."""
    return tuple(
        People(
            code=row["code"],
            share=row["share"],
            men=tuple(row.get("men", ())),
            women=tuple(row.get("women", ())),
            fathers=tuple(row.get("fathers", ())),
            fathers_first=row.get("fathers_first", False),
        )
        for row in _data()["peoples"]
    )


@cache
def _surnames() -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    parts = [(part.rstrip("0123456789"), part) for part in _data()["surnames"].split()]
    weights = np.array([int(part[len(name) :]) for name, part in parts], dtype=float)
    return np.array([name for name, _ in parts], dtype=object), weights / weights.sum()


def draw_names(
    rng: np.random.Generator, sexes: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return names and ethnic codes for people of the given sexes.

    Args:
        sexes: (n,) "1" or "2".

    Returns:
        Two (n,) arrays of text.
    """
    groups = peoples()
    shares = np.array([group.share for group in groups], dtype=float)
    which = rng.choice(len(groups), size=len(sexes), p=shares / shares.sum())
    names = _han_names(rng, sexes)
    for place, group in enumerate(groups):
        if group.men:
            for row in np.flatnonzero(which == place):
                names[row] = _own_name(rng, group, str(sexes[row]))
    return names, np.array([group.code for group in groups], dtype=object)[which]


def _han_names(rng: np.random.Generator, sexes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    surnames, weights = _surnames()
    n = len(sexes)
    firsts = _characters(rng, sexes)
    seconds = _characters(rng, sexes)
    rare = np.array(_data()["rare"], dtype=object)
    firsts = np.where(rng.random(n) < _RARE_SHARE, rare[rng.integers(len(rare), size=n)], firsts)
    seconds = np.where(rng.random(n) < 0.2, "", seconds)
    return np.asarray(surnames[rng.choice(len(surnames), size=n, p=weights)] + firsts + seconds, dtype=object)


def _characters(rng: np.random.Generator, sexes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    men = np.array(list(_data()["men"] + _data()["either"]), dtype=object)
    women = np.array(list(_data()["women"] + _data()["either"]), dtype=object)
    n = len(sexes)
    return np.where(
        sexes == MALE, men[rng.integers(len(men), size=n)], women[rng.integers(len(women), size=n)]
    )


def _own_name(rng: np.random.Generator, group: People, sex: str) -> str:
    given = str(rng.choice(group.men if sex == MALE else group.women))
    if not group.fathers:
        return given
    father = str(rng.choice(group.fathers))
    return MIDDLE_DOT.join((father, given) if group.fathers_first else (given, father))
