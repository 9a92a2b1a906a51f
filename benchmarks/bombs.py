"""Harmful files, each read in a process of its own: how long until it is refused, and in how much memory.

The files and the reason that each must be refused with are those of the suite (``tests/intake/test_bombs.py``). The baseline is the bare
library on the same bytes, in a process that may take 12 GiB and 60 seconds: how many of the workbooks end it.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.report import show

BARE = (
    "import io, resource, sys, python_calamine as c;"
    "resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30));"
    "c.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0).to_python()"
)


def main() -> None:
    """Refuse every file, and print the slowest and the largest."""
    show("bombs", _measured())


def _measured() -> dict[str, object]:
    from tests.intake.heavy import HEAVY, read_apart
    from tests.intake.test_bombs import BOMBS

    taken = {name: (read_apart(made()), code) for name, (made, code) in BOMBS.items()}
    heavy = {name: (read_apart(made()), code) for name, (made, code) in HEAVY.items()}
    slowest = max(taken, key=lambda name: taken[name][0].wall)
    return {
        "files": len(taken),
        "refused_with_their_reason": sum(told.code == code for told, code in taken.values()),
        "slowest_s": round(taken[slowest][0].wall, 2),
        "slowest": slowest,
        "most_mib": max(told.mib for told, _ in taken.values()),
        "costly_files": len(heavy),
        "costly_refused_with_their_reason": sum(told.code == code for told, code in heavy.values()),
        "costly_slowest_s": round(max(told.wall for told, _ in heavy.values()), 2),
        "costly_most_mib": max(told.mib for told, _ in heavy.values()),
        "bare_library_ended": sum(_ends_bare(made()) for made, _ in BOMBS.values()),
    }


def _ends_bare(content: bytes) -> bool:
    """Tell whether the library alone dies of the file, or is still at it after a minute; that it refuses it is no harm."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", BARE], input=content, capture_output=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode < 0


if __name__ == "__main__":
    main()
