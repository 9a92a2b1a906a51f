"""What every benchmark prints: one line of JSON, with the machine and the day."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version


def machine() -> dict[str, object]:
    """Return what a reader needs to compare figures: cores, processor, system, interpreter."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "polars": version("polars"),
        "numpy": version("numpy"),
    }


def seconds(work: Callable[[], object], *, rounds: int = 1) -> float:
    """Return the least of ``rounds`` times that ``work`` took."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def show(name: str, figures: dict[str, object]) -> None:
    """Print the figures: one line of JSON with ``--json`` among the arguments, a line each without."""
    whole = {"benchmark": name, **figures, "machine": machine(), "date": datetime.now(UTC).date().isoformat()}
    if "--json" in sys.argv[1:]:
        print(json.dumps(whole, ensure_ascii=False))
        return
    for key, value in whole.items():
        print(f"{key:>24}  {value}")
