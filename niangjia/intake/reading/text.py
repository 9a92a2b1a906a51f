"""A text table (.csv): UTF-8 or GB 18030, commas, semicolons or tabs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import polars as pl

from niangjia.core.intake.headers import WITHIN_ROWS, Fields, find_header_row
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.columns import Block
from niangjia.intake.reading.refusals import (
    BINARY,
    Empty,
    MixedEncodings,
    NoHeader,
    OpenQuote,
    RaggedLine,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    WrongKind,
)

BOM = b"\xef\xbb\xbf"
BLOCK_ROWS = 25_000
AT_ONCE = 1024 * 1024
PIECE = 4 * 1024 * 1024
_GIANT = 8 * 1024 * 1024
_SOMETHING = re.compile(rb'[^ \t\r\n,;"\xef\xbb\xbf]|\xef(?!\xbb\xbf)')
SEPARATORS = (",", "\t", ";")
# Python's table is that of 2005; in 2022 these left the private use area.
_OF_2022 = dict(
    zip(
        map(chr, [*range(0xE78D, 0xE797), 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864]),
        "︐︒︑︓︔︕︖︗︘︙龴龵龶龷龸龹龺龻",
        strict=True,
    )
)


def blocks(data: bytes, caps: Caps, lists: tuple[Fields, ...] = ()) -> Iterator[Block]:
    """Yield the rows of a text table.

    Raises:
        Invalid: any of ``refusals``.
    """
    text = in_utf8(data)
    del data  # a million rows are 200 MB, and few copies of them fit into the cap
    if not _SOMETHING.search(text):
        raise Empty
    separator, width = _shape(text, caps, lists)
    _refuse_giant_line(text)
    most = caps.rows + WITHIN_ROWS
    first = 1
    for piece in _pieces(text, most):
        rows = _parsed(_with_one_break(piece), separator, width, first=first)
        first += rows.height
        if first - 1 > most:
            raise TooManyRows(sheet="csv", rows=first - 1, most=caps.rows)
        for part in rows.iter_slices(BLOCK_ROWS):
            yield Block("csv", _flagged(part, width))


def _pieces(text: bytes, most: int) -> Iterator[bytes]:
    """Yield the rows some at a time, so that the first need not wait for the last; whole what is to be refused as a whole."""
    if text.count(b'"') % 2 or text.count(b"\n") >= most:
        yield text
        return
    start = 0
    while start < len(text):
        end = _end_of_row(text, start, start + PIECE)
        yield text[start:end]
        start = end


def _with_one_break(text: bytes) -> bytes:
    """Return a text whose lines end with a line feed, as old and new machines write them."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _end_of_row(text: bytes, start: int, least: int) -> int:
    """Return the end of the first row that ends at ``least`` or later; a cell in quotation marks may have lines of its own."""
    end = text.find(b"\n", least) + 1
    is_open = text.count(b'"', start, end) % 2
    while end and is_open:
        mark = text.find(b'"', end)
        least, end = end, text.find(b"\n", mark) + 1
        is_open = (is_open + text.count(b'"', least, end)) % 2
    return end or len(text)


def _refuse_giant_line(text: bytes) -> None:
    """Refuse a line that no list has: its one cell would go from hand to hand whole."""
    for start in range(0, len(text) - _GIANT, _GIANT):
        if all(text.find(end, start, start + _GIANT) < 0 for end in (b"\n", b"\r")):
            line = _with_one_break(text[:start]).count(b"\n") + 1
            raise TooLarge(where=f"csv: {line}")


def in_utf8(data: bytes) -> bytes:
    """Return the text in UTF-8, without a mark at its start.

    Raises:
        MixedEncodings: some lines are in UTF-8, others in GB 18030, or in neither.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongKind(kind="UTF-16")
    if b"\0" in data:
        raise WrongKind(kind=BINARY)
    if _is_utf8(data):
        return data.removeprefix(BOM)
    lines = data.split(b"\n")
    if data.startswith(BOM):
        raise MixedEncodings(line=_first_other(lines))
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise MixedEncodings(line=_strange_line(lines, _kind) or len(lines)) from error
    strange = _strange_line(lines, _kind_if_gb18030)
    if strange is not None:
        raise MixedEncodings(line=strange)
    for old, new in _OF_2022.items():
        text = text.replace(old, new)
    return text.encode()


def _is_utf8(data: bytes) -> bool:
    """Tell whether all of it is UTF-8, some lines at a time: no character has a line break in it."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + AT_ONCE) + 1 or len(data)
        try:
            pl.Series([data[start:end]], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            return False
        start = end
    return True


def _strange_line(lines: list[bytes], kind_of: Callable[[bytes], str]) -> int | None:
    """Return the number of the first line that is not in the encoding of those above it.

    A line of GB 18030 is hardly ever UTF-8 by chance if it holds three Chinese characters or more.
    """
    above = None
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        kind = kind_of(line)
        if kind == "neither":
            return number
        if kind == "either":
            continue
        if above is not None and kind != above:
            return number
        above = kind
    return None


def _kind(line: bytes) -> str:
    kind = _kind_if_gb18030(line)
    if kind != "gb18030":
        return kind
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return "neither"
    return kind


def _kind_if_gb18030(line: bytes) -> str:
    """Return the encoding of a line that is known to be GB 18030 if it is not UTF-8."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8" if sum("\u2e80" <= c <= "\uffef" for c in text) >= 3 else "either"


def _first_other(lines: list[bytes]) -> int:
    others = (number for number, line in enumerate(lines, start=1) if _kind(line) not in ("utf-8", "either"))
    return next(others, len(lines))


def _shape(text: bytes, caps: Caps, lists: tuple[Fields, ...]) -> tuple[str, int]:
    """Return what parts the cells, and how many a row has: as many as the row of headings."""
    top = _with_one_break(
        text[: 64 * 1024].decode(errors="ignore").encode()
    )  # without half a character at its end
    found = []
    broken: OpenQuote | None = None
    for separator in SEPARATORS:
        width = min(top.count(separator.encode()) + 1, caps.columns * 4)
        try:
            rows = _parsed(top, separator, width, is_whole=False).rows()
        except OpenQuote as error:
            broken = error  # "a","b" is well quoted, but not where the tab is taken for what parts the cells
            continue
        header = find_header_row([row[1:] for row in rows], *lists)
        if header is not None:
            last = max(k for k, cell in enumerate(rows[header]) if cell is not None)
            found.append((last, separator))
    if not found and broken is not None:
        raise broken
    if not found:
        raise NoHeader(sheet="csv", rows=WITHIN_ROWS)
    width, separator = max(found)
    if width > caps.columns:
        raise TooManyColumns(sheet="csv", columns=width, most=caps.columns)
    return separator, width


def _parsed(
    text: bytes, separator: str, width: int, *, first: int = 1, is_whole: bool = True
) -> pl.DataFrame:
    """Return (row, c0 …): one column more than ``width``, for what has no heading, must be blank in every row.

    Args:
        first: the number of the first row.
    """
    names = [f"c{k}" for k in range(width + 1)]
    heads = separator.join(names) + "\n"  # tells the parser the width, whatever a title above has
    try:
        rows = pl.read_csv(
            heads.encode() + text,
            separator=separator,
            schema=dict.fromkeys(names, pl.String),
            truncate_ragged_lines=True,
            n_rows=None if is_whole else WITHIN_ROWS,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        raise OpenQuote(row="1") from error
    rows = rows.with_row_index("row", offset=first)
    if is_whole:
        _refuse_overhang(rows, names[-1])
        _refuse_swallowed(text, rows)
    return rows


def _refuse_overhang(rows: pl.DataFrame, extra: str) -> None:
    over = rows.filter(pl.col(extra).is_not_null() & (pl.col(extra) != ""))
    if over.height:
        raise RaggedLine(row=over["row"][0])


def _refuse_swallowed(text: bytes, rows: pl.DataFrame) -> None:
    """Refuse a quotation mark that never closed: it would take the rows below into one cell."""
    if text.count(b'"') % 2:
        marks = pl.any_horizontal(pl.col(pl.String).str.contains('[\n"]'))
        odd = rows.filter(marks.fill_null(value=False))
        raise OpenQuote(row=odd["row"][0] if odd.height else rows.height)


def _flagged(rows: pl.DataFrame, width: int) -> pl.DataFrame:
    no = pl.lit(value=False)
    ordered = []
    for k in range(width):
        text = pl.col(f"c{k}")
        ordered += [
            pl.when(text != "").then(text).alias(f"c{k}"),
            no.alias(f"c{k}_number"),
            no.alias(f"c{k}_formula"),
        ]
    return rows.select("row", *ordered)
