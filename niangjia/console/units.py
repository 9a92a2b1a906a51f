"""A field for a unit: typed by code or full name, or chosen from a list where there are few."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet

from niangjia.registry.models import Organisation

MOST_OFFERED = 300  # units in the list to choose from; beyond, one types


def unit_input() -> forms.TextInput:
    """Return the input, beside which the page has ``console/units.html``."""
    return forms.TextInput(attrs={"list": "units", "autocomplete": "off"})


def offered(units: QuerySet[Organisation]) -> list[tuple[str, str]]:
    """Return code and name of the living ones among ``units``, where they are few enough to choose from."""
    living = units.filter(ended_on__isnull=True).order_by("path")
    found = list(living.values_list("code", "name")[: MOST_OFFERED + 1])
    return found if len(found) <= MOST_OFFERED else []
