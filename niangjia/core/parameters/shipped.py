"""Reads the figures that come with Niangjia."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any

from niangjia.core.words import gettext_noop

Value = int | float | str | time

PRODUCT_DEFAULT = gettext_noop("product default")
UNITS = (
    gettext_noop("working days"),
    gettext_noop("days"),
    gettext_noop("hours"),
    gettext_noop("minutes"),
    gettext_noop("years"),
    gettext_noop("time of day"),
    gettext_noop("members"),
    gettext_noop("rows"),
    gettext_noop("tries"),
    gettext_noop("links"),
    gettext_noop("share, 0 to 1"),
    gettext_noop("MiB"),
)


@dataclass(frozen=True)
class Dated:
    """One value of a figure: from a day on, in one region or everywhere.

    Attributes:
        region: a division's code; the value holds there and below. Empty for everywhere.
        to_on: the first day on which it does not hold any more; None while it stands.
    """

    name: str
    value: Value
    from_on: date
    source: str
    region: str = ""
    to_on: date | None = None

    def holds(self, on: date, region: str) -> bool:
        """Tell whether this value stands on the day ``on`` in ``region``."""
        begun = self.from_on <= on and (self.to_on is None or on < self.to_on)
        return begun and region.startswith(self.region)


@cache
def dated_values() -> dict[str, tuple[Dated, ...]]:
    """Return every shipped value by the figure's name."""
    return {name: tuple(_dated(name, row) for row in entry["values"]) for name, entry in _entries().items()}


@cache
def units() -> dict[str, str]:
    """Return each figure's unit by name: an English msgid."""
    return {name: entry["unit"] for name, entry in _entries().items()}


def names() -> tuple[str, ...]:
    """Return the names of all figures, sorted."""
    return tuple(sorted(units()))


@cache
def _entries() -> dict[str, dict[str, Any]]:
    folder = files("niangjia.core.parameters")
    pages = [page for page in folder.iterdir() if page.name.endswith(".toml")]
    return {name: entry for page in pages for name, entry in tomllib.loads(page.read_text("utf-8")).items()}


def _dated(name: str, row: dict[str, Any]) -> Dated:
    row = dict(row)
    return Dated(name=name, from_on=row.pop("from"), to_on=row.pop("to", None), **row)
