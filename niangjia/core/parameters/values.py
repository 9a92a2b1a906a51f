"""Chooses the value of a figure that holds on a day in a region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from niangjia.core.parameters.shipped import Dated, Value, dated_values, units

NATION = "00"


class NoFigure(LookupError):
    """The figure has no value on that day in that region: a gap in the data, not an act refused."""


@dataclass(frozen=True)
class Figure:
    """A value with what a reader needs to judge it."""

    name: str
    value: Value
    unit: str
    source: str
    region: str
    from_on: date


@dataclass(frozen=True)
class Parameters:
    """The figures of one day and one region, as attributes.

    Raises:
        AttributeError: there is no figure of that name.
        NoFigure: there is one, but without a value on that day.
    """

    on: date
    region: str
    extra: tuple[Dated, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name not in units():
            raise AttributeError(name)
        return self.explain(name).value

    def explain(self, name: str) -> Figure:
        """Return the figure with its unit, its source, and the region and day from which it holds.

        The most specific region wins, then the later day, then what the deployer added.
        """
        candidates = [*dated_values()[name], *(value for value in self.extra if value.name == name)]
        holding = [value for value in candidates if value.holds(self.on, self.region)]
        if not holding:
            raise NoFigure(f"{name} has no value on {self.on}")
        chosen = max(reversed(holding), key=lambda value: (len(value.region), value.from_on))
        return Figure(name, chosen.value, units()[name], chosen.source, chosen.region, chosen.from_on)


def at(on: date, region: str | None = None, extra: Iterable[Dated] = ()) -> Parameters:
    """Return the figures that hold on the day ``on``.

    Args:
        region: a division's code (36, 3601, 360102 …); None or "00" for the nation.
        extra: the deployer's own values, which win over shipped ones of the same region and day.

    Raises:
        ValueError: an extra value belongs to no known figure, or is of another kind than the shipped ones.
    """
    added = tuple(extra)
    for value in added:
        _refuse_unknown(value)
    return Parameters(on, "" if region in (None, NATION) else str(region), added)


def _refuse_unknown(value: Dated) -> None:
    if value.name not in units():
        raise ValueError(f"there is no figure {value.name}")
    kind = type(dated_values()[value.name][0].value)
    if not isinstance(value.value, kind):
        raise ValueError(f"{value.name} wants a value of the kind {kind.__name__}")
