"""A workbook given back: a bad cell in twenty rows coloured, the reason beside it, everything else as it was.

Measured are the seconds and the memory of the child that edits the workbook, and of this process. Beside it, on ``sampled_rows`` of the same
workbook, openpyxl does the same cell by cell; its rate is taken as constant, and its memory as growing with the rows.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from benchmarks.report import show

SAMPLE = 20_000
COLUMNS = 12
EVERY = 20
OPENPYXL = """
import json, resource, sys, time
from openpyxl import load_workbook
from openpyxl.styles import PatternFill
start = time.perf_counter()
book = load_workbook(sys.argv[1])
page, fill = book.active, PatternFill("solid", start_color="FFF8CBAD")
for row in range(2, int(sys.argv[2]) + 2, int(sys.argv[3])):
    page.cell(row, 2).fill = fill
    page.cell(row, 13, "reason")
book.save(sys.argv[1])
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""


def main() -> None:
    """Edit a workbook, and print the figures."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--json", action="store_true")
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="nj-bench-") as folder:
        show("repair", _measured(rows, Path(folder)))


def _measured(rows: int, folder: Path) -> dict[str, object]:
    whole, sample = folder / "whole.xlsx", folder / "sample.xlsx"
    _write(whole, rows)
    _write(sample, min(rows, SAMPLE))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    size = _mended(whole, rows)
    took = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", OPENPYXL, str(sample), str(min(rows, SAMPLE)), str(EVERY)]
    theirs, their_mib = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    rate = min(rows, SAMPLE) / theirs
    return {
        "rows": rows,
        "columns": COLUMNS,
        "file_mib": whole.stat().st_size >> 20,
        "back_mib": size >> 20,
        "seconds": round(took, 2),
        "rows_per_s": round(rows / took),
        "child_mib": max(used.ru_maxrss, before.ru_maxrss) // 1024,
        "parent_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "openpyxl_rows_per_s": round(rate),
        "openpyxl_mib_of_sample": their_mib,
        "sampled_rows": min(rows, SAMPLE),
        "ratio_openpyxl": round(rows / took / rate, 1),
    }


def _write(path: Path, rows: int) -> None:
    """Write a roster of texts in a process of its own: what it takes is not counted."""
    code = (
        "import sys, xlsxwriter\n"
        "book = xlsxwriter.Workbook(sys.argv[1], {'constant_memory': True})\n"
        "page = book.add_worksheet('roster')\n"
        f"page.write_row(0, 0, ['姓名', '身份证号', *(f'c{{k}}' for k in range({COLUMNS - 2}))])\n"
        "for row in range(1, int(sys.argv[2]) + 1):\n"
        f"    page.write_row(row, 0, [f'测试{{row}}', f'36990119900101{{row % 10000:04}}', *(f'青岚{{row % 977}}号' for k in range({COLUMNS - 2}))])\n"
        "book.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(rows)], check=True)


def _mended(path: Path, rows: int) -> int:
    from niangjia.intake.reading.caps import Caps
    from niangjia.intake.reading.mending.marks import Told
    from niangjia.intake.reading.process import frames
    from niangjia.intake.repair import CHILD

    bad = pl.DataFrame({"row": range(2, rows + 2, EVERY)}, schema={"row": pl.UInt32})
    told = Told(
        sheet="roster", header_row=1, column=COLUMNS, over=False, reason_header="退回原因", summary_sheet="summary",
        summary=[["refused", bad.height]], earlier_sheets=[],
        reasons=bad.with_columns(reason=pl.lit("证件号码: 身份证号末位应为 X，请核对原件")),
        marks=bad.with_columns(column=pl.lit(1, pl.Int64), severity=pl.lit("refuse")),
    )  # fmt: skip
    caps = Caps(cpu_seconds=600, wall_seconds=900)
    with path.open("rb") as content:
        parts: list[BinaryIO] = [content, *(io.BytesIO(part) for part in told.packed())]
        pieces: Iterator[bytes] = (piece for _, piece in frames(CHILD, parts, caps))
        return sum(map(len, pieces))


if __name__ == "__main__":
    main()
