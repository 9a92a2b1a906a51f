"""What is said about findings, rows that an undo kept, and files that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.core.errors import Refusal
from niangjia.core.findings import Severity
from niangjia.core.intake import rules
from niangjia.core.words import gettext_noop
from niangjia.intake.reading.refusals import BY_CODE
from niangjia.registry.kinds.comparing import RULES

# What the trial run saw is no longer so: a row that a commit leaves for a second look.
MOVED = "ROLL_MOVED"
_MOVED = gettext_noop("The register changed between the trial run and the writing. Hand the row in again.")
MESSAGES: Mapping[str, str] = rules.MESSAGES | {rule.code: rule.message for rule in RULES} | {MOVED: _MOVED}
_RULES = (*rules.ROWS, *rules.REPEATS, *RULES)
SEVERITIES: Mapping[str, Severity] = dict.fromkeys((*rules.UNIONS, MOVED), Severity.HOLD) | {
    rule.code: rule.severity for rule in _RULES
}
KEPT: Mapping[str, str] = {
    "touched": gettext_noop("Somebody has changed this person or the membership since."),
    "in_use": gettext_noop("Something else refers to this person by now, for example a card or a request."),
}


class Unspecified(dict[str, str]):
    """Fills the parameters of a sentence about many rows, which differ from row to row."""

    def __missing__(self, key: str) -> str:
        return "…"


def refusal_of(failure: Mapping[str, Any]) -> Refusal:
    """Return the refusal that ended a trial run, from what the batch keeps of it."""
    kind: type[Refusal] = BY_CODE.get(failure.get("code", ""), Refusal)
    return kind(**failure.get("params", {}))
