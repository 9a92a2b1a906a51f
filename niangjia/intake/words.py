"""What is said about findings in general, and about files that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.core.errors import Refusal
from niangjia.core.intake.lists import Form
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans.models import Batch
from niangjia.intake.reading.refusals import BY_CODE


def form_of(batch: Batch) -> Form:
    """Return how a list of this kind looks and speaks."""
    return kinds.list_named(batch.kind).form


class Unspecified(dict[str, str]):
    """Fills the parameters of a sentence about many rows, which differ from row to row."""

    def __missing__(self, key: str) -> str:
        return "…"


def refusal_of(failure: Mapping[str, Any]) -> Refusal:
    """Return the refusal that ended a trial run, from what the batch keeps of it."""
    kind: type[Refusal] = BY_CODE.get(failure.get("code", ""), Refusal)
    return kind(**failure.get("params", {}))
