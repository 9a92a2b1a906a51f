"""One step ahead: what comes next is made in a thread, while the caller is still at work on what is there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield ``items`` in their order; what they end with, an error too, comes where it would come.

    It pays where both the making and the work let go of the interpreter's lock: inflating, patterns, columns.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = maker.submit(next, items, _END)
            yield item  # type: ignore[misc]
