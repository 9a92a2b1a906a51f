"""When A happens in one feature, B happens in another: every such line of the house."""

from __future__ import annotations


def connect() -> None:
    """Connect each event to its handlers; a handler runs in the transaction of the act."""
