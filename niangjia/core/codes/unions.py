"""What may stand under what in the tree of union organisations."""

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

_TOP = "-"
KEEP_A_ROLL = ("single", "joint")  # kinds of union with members of their own; others have unions below them


class Place(NamedTuple):
    """A kind of organisation (table ``union_kind``) at a level (table ``union_level``)."""

    kind: str
    level: str


@cache
def places() -> MappingProxyType[Place, frozenset[Place | None]]:
    """Return for each place the places that it may stand under; ``None`` is the top of the tree."""
    text = files("niangjia.core.codes").joinpath("data/union_places.toml").read_text(encoding="utf-8")
    under: dict[str, list[str]] = tomllib.loads(text)["under"]
    return MappingProxyType({_place(child): _places(above) for child, above in under.items()})


def may_stand_under(child: Place, parent: Place | None) -> bool:
    """Return whether an organisation of one place may stand under another, or at the top (``None``)."""
    return parent in places().get(child, frozenset())


def _places(texts: list[str]) -> frozenset[Place | None]:
    return frozenset(None if text == _TOP else _place(text) for text in texts)


def _place(text: str) -> Place:
    kind, level = text.split("/")
    return Place(kind, level)
