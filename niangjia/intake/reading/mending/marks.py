"""What is to be written into a workbook: reasons and colours by row, handed over as columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Mark = tuple[int, str]


@dataclass(frozen=True)
class Told:
    """What the parent says of one workbook.

    Attributes:
        sheet: the name of the sheet with the rows.
        header_row: its row of headings, as the spreadsheet program counts.
        column: where the reasons go, counted from 0: over those of a former time where there is such a column.
        over: whether there is: then every row loses its former reason and its former colours.
        summary: the lines of the summary.
        earlier_sheets: names of a summary of a former time.
        reasons: (row, reason), by row.
        marks: (row, column, severity), by row; columns from 0.
    """

    sheet: str
    header_row: int
    column: int
    over: bool
    reason_header: str
    summary_sheet: str
    summary: list[list[Any]]
    earlier_sheets: list[str]
    reasons: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"row": pl.UInt32, "reason": pl.String})
    )
    marks: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"row": pl.UInt32, "column": pl.Int64, "severity": pl.String}
        )
    )  # fmt: skip

    def packed(self) -> list[bytes]:
        """Return it as three contents: JSON, and two tables in Arrow IPC."""
        plain = {name: value for name, value in vars(self).items() if name not in ("reasons", "marks")}
        return [json.dumps(plain).encode(), _ipc(self.reasons), _ipc(self.marks)]

    @classmethod
    def unpacked(cls, plain: bytes, reasons: bytes, marks: bytes) -> Told:
        """Return what ``packed`` gave."""
        return cls(**json.loads(plain), reasons=pl.read_ipc(reasons), marks=pl.read_ipc(marks))

    def by_row(self) -> Iterator[tuple[int, str | None, list[Mark]]]:
        """Yield row, reason and marks of each row that is to be changed, in the order of the sheet."""
        marks = (
            self.marks.sort("row", "column").group_by("row", maintain_order=True).agg("column", "severity")
        )
        both = self.reasons.join(marks, on="row", how="full", coalesce=True).sort("row")
        for row, reason, columns, severities in both.select(
            "row", "reason", "column", "severity"
        ).iter_rows():
            yield row, reason, list(zip(columns or (), severities or (), strict=True))


def _ipc(frame: pl.DataFrame) -> bytes:
    import io

    out = io.BytesIO()
    frame.write_ipc(out, compression="uncompressed")
    return out.getvalue()
