"""When A happens in one feature, B happens in another: who is told of what stands in ``config/wiring.py``."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Protocol

from niangjia.foundation.actors import Actor


class Handler(Protocol):
    """What is called with the row that something happened to, in the transaction of the act."""

    def __call__(self, row: Any, *, by: Actor, at: datetime) -> None:
        """Do what follows; what is slow is a job deferred here."""


_handlers: dict[str, list[Handler]] = defaultdict(list)


def on(name: str, handler: Handler) -> None:
    """Call ``handler`` whenever ``name`` happens (``machine.event``, as in the audit); a second time is no second call."""
    if handler not in _handlers[name]:
        _handlers[name].append(handler)


def tell(name: str, row: Any, *, by: Actor, at: datetime) -> None:
    """Tell every handler of ``name``; what one raises undoes the act."""
    for handler in _handlers.get(name, ()):
        handler(row, by=by, at=at)
