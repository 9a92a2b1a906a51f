"""What a phone has filled in so far: sealed in the session, and gone after a pause (docs/algorithms/joining.md)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest

from niangjia.core.days import day_of
from niangjia.foundation import parameters
from niangjia.foundation.accounts import secrets

DRAFT = "join_draft"
BOUND_TO = b"join draft"


def _new_key() -> str:
    return str(uuid4())


@dataclass
class Draft:
    """The steps answered so far, and the key under which they will be handed in once."""

    key: str = field(default_factory=_new_key)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Draft: {', '.join(self.kept)}>"

    def values(self, step: str) -> dict[str, Any]:
        """Return what was answered in one step."""
        return self.kept.get(step, {})


def of(request: HttpRequest, *, at: datetime) -> Draft:
    """Return the session's draft, an empty one where there is none or it is too old."""
    sealed = request.session.get(DRAFT)
    if sealed is None:
        return Draft()
    said = json.loads(secrets.unwrap(sealed, bound_to=BOUND_TO))
    kept_at = datetime.fromisoformat(said.pop("at"))
    lives = timedelta(minutes=parameters.at(day_of(at)).session_idle_minutes)
    return Draft(**said) if at - kept_at <= lives else Draft()


def keep(request: HttpRequest, draft: Draft, step: str, values: dict[str, Any], *, at: datetime) -> None:
    """Keep the answers of one step. Other answers are another hand-in, so the key is a new one."""
    if draft.values(step) != values:
        draft.key = _new_key()
    draft.kept[step] = values
    said = json.dumps(asdict(draft) | {"at": at.isoformat()})
    request.session[DRAFT] = secrets.wrap(said, bound_to=BOUND_TO)


def drop(request: HttpRequest) -> None:
    """Forget the draft."""
    request.session.pop(DRAFT, None)
