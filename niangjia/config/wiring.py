"""When A happens in one feature, B happens in another: every such line of the house."""

from __future__ import annotations

from importlib import import_module

JOBS = ("niangjia.foundation.chores",)


def connect() -> None:
    """Declare every job, and connect each event and each clock to its handlers."""
    for module in JOBS:
        import_module(module)
