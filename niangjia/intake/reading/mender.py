"""The child process that colours the cells of a workbook and puts the reasons beside them; see ``child.py``.

Nothing is written to a disk: openpyxl's own writer puts each sheet into a file in clear, so its sheets are written here.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import sys
import zipfile
from typing import Any

from openpyxl import load_workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from niangjia.intake.reading.caps import Caps, confine
from niangjia.intake.reading.child import _put
from niangjia.intake.reading.refusals import MEMORY, WHOLE, Broken, Invalid, TooLarge, as_told
from niangjia.intake.reading.workbook import look_over
from niangjia.intake.reading.zipped import Parts

FILLS = {
    severity: PatternFill("solid", start_color=colour)
    for severity, colour in {"refuse": "FFF8CBAD", "hold": "FFFFE699", "note": "FFDDEBF7"}.items()
}
_OURS = {fill.start_color.rgb for fill in FILLS.values()}
_PLAIN = PatternFill()


def main() -> None:
    """Mend the workbook behind the first descriptor as the JSON behind the second says."""
    sys.stdin.buffer.read()  # its end says that both are whole
    data, told = _content(int(sys.argv[1])), json.loads(_content(int(sys.argv[2])))
    caps = Caps(**json.loads(sys.argv[3]))
    confine(caps)
    try:
        look_over(Parts(data, caps))
        _put(b"b", _mended(data, told))
    except Invalid as refusal:
        _put(b"r", as_told(refusal).encode())
    except MemoryError:
        _put(b"r", as_told(TooLarge(where=MEMORY)).encode())
    except Exception:  # openpyxl raises a dozen kinds for a file that it does not understand
        _put(b"r", as_told(Broken(where=WHOLE)).encode())
    _put(b"e", b"")


def _content(descriptor: int) -> bytes:
    with mmap.mmap(descriptor, os.fstat(descriptor).st_size, prot=mmap.PROT_READ) as data:
        return bytes(data)


def _mended(data: bytes, told: dict[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(data), rich_text=True)
    page = book[told["sheet"]]
    _beside(page, told)
    for row, column, severity in told["marks"]:
        _fill(page, row, column + 1, severity)
    _summary(book, told)
    return _saved(book)


def _beside(page: Any, told: dict[str, Any]) -> None:
    """Write the reasons, over those of a former time where there is such a column."""
    header = told["header_row"]
    headings = {page.cell(header, k).value: k for k in range(1, told["width"] + 1)}
    column = next((headings[text] for text in told["earlier"] if text in headings), told["width"] + 1)
    if column <= told["width"]:
        _clear(page, header, column)
    top = page.cell(header, column, told["reason_header"])
    top.font = Font(bold=True)
    page.column_dimensions[top.column_letter].width = 60
    for row, reason in told["reasons"]:
        cell = page.cell(row, column, reason)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _clear(page: Any, header: int, column: int) -> None:
    for cells in page.iter_rows(min_row=header + 1):
        for cell in cells:
            if cell.column == column:
                cell.value = None
            if cell.has_style and cell.fill.start_color.rgb in _OURS:
                cell.fill = _PLAIN


def _fill(page: Any, row: int, column: int, severity: str) -> None:
    cell = page.cell(row, column)
    cell.fill = FILLS[severity]


def _summary(book: Workbook, told: dict[str, Any]) -> None:
    for name in told["earlier_sheets"]:
        if name in book.sheetnames:
            del book[name]
    page = book.create_sheet(told["summary_sheet"])
    page.column_dimensions["A"].width = 90
    for line in told["summary"]:
        page.append(line)


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        _Writer(book, archive).write_data()
    return out.getvalue()


class _Writer(ExcelWriter):
    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        out = io.BytesIO()
        writer = WorksheetWriter(ws, out)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], out.getvalue())
        self.manifest.append(ws)


if __name__ == "__main__":
    main()
