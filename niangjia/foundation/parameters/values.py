"""Looking figures up, and adding a value of one's own."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction

from niangjia.core import parameters
from niangjia.core.errors import Invalid
from niangjia.core.parameters.shipped import Dated, dated_values
from niangjia.core.parameters.values import Parameters
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.parameters.models import Value


class NoSuchFigure(Invalid):
    """The value belongs to no figure, or is of another kind."""

    code = "no_such_figure"
    message = gettext_noop(
        "There is no such figure, or its value is of another kind. See the list of figures."
    )


def at(on: date, region: str | None = None) -> Parameters:
    """Return the figures that hold on the day ``on`` in ``region``: see ``core.parameters.at``."""
    return parameters.at(on, region, [_dated(row) for row in Value.objects.all()])


def _dated(row: Value) -> Dated:
    return Dated(row.name, _typed(row.name, row.value), row.from_on, row.source, row.region, row.to_on)


def _typed(name: str, value: int | float | str) -> int | float | str | time:
    """Return a stored value in the kind of the shipped ones: JSON has no time of day."""
    shipped = dated_values()[name][0].value
    if isinstance(shipped, time):
        return time.fromisoformat(str(value))
    return type(shipped)(value)


@transaction.atomic
def add(
    name: str, value: str, *, source: str, region: str = "", from_on: date, by: Actor, at: datetime
) -> Value:
    """Let ``name`` be ``value`` from the day ``from_on`` in ``region``, for the reason in ``source``.

    Raises:
        NoSuchFigure: no figure has this name, or its values are of another kind.
    """
    try:
        typed = _typed(name, value)
    except (KeyError, ValueError):
        raise NoSuchFigure from None
    facts = {"value": typed.isoformat() if isinstance(typed, time) else typed, "source": source}
    row, _ = Value.objects.update_or_create(name=name, region=region, from_on=from_on, defaults=facts)
    said = {"figure": name, "value": str(typed), "region": region, "from": from_on, "source": source}
    audit.record("parameter.added", by=by, at=at, subject=row, facts=said)
    return row
