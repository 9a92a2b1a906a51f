"""Which faults of a row whom it is about can mend, and in which field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from niangjia.core.findings import Severity

NAME, ID_NUMBER = "name", "id_number"
FIELD_OF = {
    "NAME_BLANK": NAME,
    "NAME_CHARACTER": NAME,
    "NAME_PRIVATE_USE": NAME,
    "ID_BLANK": ID_NUMBER,
    "ID_NUMBER_CELL": ID_NUMBER,
    "ID_LENGTH": ID_NUMBER,
    "ID_CHARACTER": ID_NUMBER,
    "ID_BIRTH": ID_NUMBER,
    "ID_COUNTY": ID_NUMBER,
    "ID_CHECK": ID_NUMBER,
    "BIRTH_DIFFERS": ID_NUMBER,
    "SEX_DIFFERS": ID_NUMBER,
}
# Held for one of these, a row is open for the clerk, and the worker can tell too.
OPEN_TOO = ("BIRTH_DIFFERS", "SEX_DIFFERS")


def needs_of(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the fields that the worker can mend, none where something else refuses the row."""
    told = list(findings)
    if any(each["severity"] == Severity.REFUSE.value and each["code"] not in FIELD_OF for each in told):
        return []
    found = {FIELD_OF[each["code"]] for each in told if each["code"] in FIELD_OF}
    return [field for field in (NAME, ID_NUMBER) if field in found]


def left_of(findings: Iterable[Mapping[str, Any]], needs: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return what is still found in a row once ``needs`` are mended."""
    mended = set(needs)
    return [each for each in findings if FIELD_OF.get(each["code"]) not in mended]
