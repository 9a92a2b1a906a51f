"""Files that cost their reader far more than they weigh: made cheaply, each from a block that is packed once and repeated."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.intake.books import HEAD, HEADINGS, MAIN, book, cell, parts, patched, rows, sheet_xml, zipped

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
ROOT = Path(__file__).parents[2]
TITLES = "姓名,身份证号,手机号\n"
LAUGHS = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
# What one reading took: run in a process of its own, so that what its child took is told apart from all other children.
MEASURE = """
import io, json, resource, sys, time
from niangjia.core.errors import Invalid
from niangjia.intake.reading import read
start, code = time.monotonic(), "read"
try:
    read(io.BytesIO(sys.stdin.buffer.read()), name="x")
except Invalid as refusal:
    code = refusal.code
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_maxrss // 1024, used.ru_utime + used.ru_stime, time.monotonic() - start]))
"""


@dataclass(frozen=True)
class Taken:
    """What a reading came to, and what its child took: MiB resident, seconds of processor and by the clock."""

    code: str
    mib: int
    cpu: float
    wall: float


def read_apart(content: bytes) -> Taken:
    """Read a file in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURE], input=content, capture_output=True, check=True, cwd=ROOT
    )
    return Taken(*json.loads(told.stdout))


def repeated(block: bytes, times: int, *, before: bytes = b"", after: bytes = b"") -> tuple[bytes, int, int]:
    """Return a packed part of a block many times over, its checksum and its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(after) + packer.flush()
    checksum = zlib.crc32(before)
    for _ in range(times):
        checksum = zlib.crc32(block, checksum)
    return (
        start + once * times + end,
        zlib.crc32(after, checksum),
        len(before) + len(block) * times + len(after),
    )


def with_packed(name: str, packed: tuple[bytes, int, int], by_name: dict[str, str]) -> bytes:
    """Return a workbook of which one part is already packed."""
    content, checksum, size = packed
    out = io.BytesIO(zipped({key: text for key, text in by_name.items() if key != name}))
    with zipfile.ZipFile(out) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    data = out.getvalue()
    directory = data[start : data.rindex(b"PK\5\6")]
    raw = name.encode()
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, checksum, len(content), size, len(raw), 0)
        + raw
    )
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 33, checksum, len(content), size, len(raw), 0, 0, 0, 0, 0, start) + raw  # fmt: skip
    body = data[:start] + local + content
    directory += entry
    return (
        body
        + directory
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count + 1, count + 1, len(directory), len(body), 0)
    )


def _noise(size: int) -> bytes:
    """Return text that packs no better than a hundredfold when repeated."""
    state, out = 1, bytearray()
    while len(out) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        out += f"{state:016x}".encode()
    return bytes(out[:size])


def _diluted(mib: int) -> bytes:
    """Return a mebibyte that packs about ninetyfold, ``mib`` times what a cap on ratios lets through."""
    return (_noise(20_000) + b"a" * (1024 * 1024 - 20_000)) * mib


def giant_text(mib: int = 900) -> bytes:
    """Return a workbook with one text of ``mib`` mebibytes, packed no more than a hundredfold."""
    head = f"{HEAD}<sst {MAIN}><si><t>".encode()
    return with_packed(STRINGS, repeated(_diluted(1), mib, before=head, after=b"</t></si></sst>"), parts())


def many_texts(millions: int = 10) -> bytes:
    """Return a workbook with so many million short texts."""
    noise = _noise(80_000)
    some = b"".join(b"<si><t>%s</t></si>" % noise[k : k + 8] for k in range(0, 80_000, 8))
    packed = repeated(some, millions * 100, before=f"{HEAD}<sst {MAIN}>".encode(), after=b"</sst>")
    return with_packed(STRINGS, packed, parts())


def many_rows(rows_: int) -> bytes:
    """Return a workbook with so many rows that claim no number, each with one small cell."""
    noise, some = _noise(80_000), b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>'
    block = b"".join(some % noise[k : k + 8] for k in range(0, 80_000, 8))
    first = f'{HEAD}<worksheet {MAIN}><sheetData><row r="1">{HEADINGS}</row>'.encode()
    return with_packed(
        SHEET, repeated(block, rows_ // 10_000, before=first, after=b"</sheetData></worksheet>"), parts()
    )


def deep(name: str, depth: int, *, closed: bool) -> bytes:
    """Return a workbook with one part whose elements lie so deep."""
    found = parts()
    nest = "".join(f"<a{k % 977}>" for k in range(depth))
    shut = "".join(f"</a{k % 977}>" for k in reversed(range(depth))) if closed else ""
    at = found[name].rindex("</")
    found[name] = found[name][:at] + nest + shut + found[name][at:]
    return zipped(found)


def nested(levels: int = 6) -> bytes:
    """Return a zip in a zip in a zip, each with ten of the next."""
    inner = zipped({"zeros": b"\0" * 1_000_000})
    for _ in range(levels):
        inner = zipped({f"{k}.xlsx": inner for k in range(10)})
    return inner


def claiming(**changes: int) -> bytes:
    """Return a workbook whose directory claims odd numbers of itself: of parts, of its own size, of where it starts."""
    data = bytearray(book())
    at = data.rindex(b"PK\5\6")
    places = {"count": (10, "<H"), "size": (12, "<I"), "start": (16, "<I")}
    for key, value in changes.items():
        struct.pack_into(places[key][1], data, at + places[key][0], value)
    return bytes(data)


def behind_itself() -> bytes:
    """Return a workbook of which one part starts where the directory does."""
    data = bytearray(book())
    at = data.index(b"PK\1\2")
    struct.pack_into("<I", data, at + 42, at)
    return bytes(data)


def many_lines(line: bytes, times: int, *, end: bytes = b"") -> bytes:
    """Return a text table of one line many times."""
    return TITLES.encode() + line * times + end


_NOISE = _noise(12_000_000).decode()
_CORNER = '<row r="2147483648"><c r="A2147483648"><v>1</v></c></row>'

QUICK: dict[str, tuple[Callable[[], bytes], str]] = {
    "zips in zips in zips": (lambda: nested(), "file_broken"),
    "a billion laughs": (lambda: book({"a": f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]>" + sheet_xml(cell("A1", "&l9;"), head="")}), "file_unsafe"),
    "one entity of a megabyte, ten thousand times": (
        lambda: book(**{STRINGS: f'<!DOCTYPE x [<!ENTITY a "{_NOISE[:1_000_000]}">]><sst><si><t>{"&a;" * 10_000}</t></si></sst>'}),
        "file_unsafe",
    ),
    "an entity by way of a parameter": (
        lambda: book({"a": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.invalid/x"> %p;]>' + sheet_xml(head="")}),
        "file_unsafe",
    ),
    "a document type from elsewhere": (lambda: book(**{"xl/styles.xml": '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><x/>'}), "file_unsafe"),
    "a document type in small letters": (lambda: book({"a": LOWER + sheet_xml(head="")}), "file_broken"),
    "elements a hundred thousand deep in the sheet": (lambda: deep(SHEET, 100_000, closed=False), "file_broken"),
    "elements a hundred thousand deep in the workbook": (lambda: deep("xl/workbook.xml", 100_000, closed=False), "file_broken"),
    "an attribute of twelve megabytes": (lambda: book({"a": sheet_xml(f'<row r="1" x="{_NOISE}">{HEADINGS}</row>')}), "file_too_large"),
    "a million attributes": (
        lambda: book({"a": sheet_xml("<row " + " ".join(f'a{k}="{_NOISE[k : k + 4]}"' for k in range(1_000_000)) + f">{HEADINGS}</row>")}),
        "file_too_large",
    ),
    "one attribute twice": (lambda: book({"a": sheet_xml(f'<row r="1" r="2">{HEADINGS}</row>')}), "file_broken"),
    "a text of twelve megabytes in a cell": (lambda: book({"a": sheet_xml(rows(HEADINGS, cell("A2", _NOISE)))}), "file_too_large"),
    "a row of number 2147483648": (lambda: book({"a": sheet_xml(f'<row r="1">{HEADINGS}</row>{_CORNER}')}), "file_too_large"),
    "a pointer behind the texts": (lambda: book({"a": sheet_xml(rows(HEADINGS, '<c r="A2" t="s"><v>4294967295</v></c>'))}), "file_broken"),
    "a pointer with blanks around it": (
        lambda: book({"a": sheet_xml(rows(HEADINGS, '<c r="A2" t="s"><v> 0 </v></c>'))}, **{STRINGS: "<sst><si><t>x</t></si></sst>"}),
        "file_broken",
    ),
    "a number's cell that holds a word": (lambda: book({"a": sheet_xml(rows(HEADINGS, '<c r="A2" s="1"><v>a1</v></c>'))}), "file_broken"),
    "twenty parts that claim a hundred mebibytes each": (
        lambda: _claimed({f"xl/{k}.xml": _NOISE[: 2 * 1024 * 1024] for k in range(20)}, 100 * 1024 * 1024),
        "file_too_large",
    ),
    "a directory of 65 535 parts that are not there": (lambda: claiming(count=65_535), "file_broken"),
    "a directory larger than the file": (lambda: claiming(size=0xFFFFFFFF), "file_broken"),
    "a directory that starts behind the file": (lambda: claiming(start=0xFFFFFFF0), "file_broken"),
    "a part that starts where the directory does": (behind_itself, "file_broken"),
    "two thousand sheets": (lambda: book({f"s{k}": "<worksheet/>" for k in range(2_001)}), "file_too_large"),
    "two sheets of one name": (lambda: _one_name(), "file_broken"),
    "a text table of a million columns": (lambda: (TITLES.strip() + ",x" * 1_000_000 + "\n").encode(), "file_too_many_columns"),
    "a text table of seven hundred columns": (lambda: (TITLES.strip() + ",x" * 700 + "\n张三,1\n").encode(), "file_too_many_columns"),
    "one quotation mark before a million lines": (lambda: many_lines(b'"', 1, end=b"x,1,2\n" * 1_000_000), "file_open_quote"),
    "a million and a half rows of text": (lambda: many_lines(b"x,1,2\n", 1_500_000), "file_too_many_rows"),
    "five million lines without headings": (lambda: b"a\n" * 5_000_000, "file_no_header"),
    "fifty million commas": (lambda: b"," * 50_000_000, "file_empty"),
    "fifty million zeros": (lambda: b"\0" * 50_000_000, "file_wrong_kind"),
    "fifty million byte order marks' bytes": (lambda: b"\xef\xbb\xbf" * 16_000_000, "file_empty"),
}  # fmt: skip
LOWER = "<!doctype x [<!entity a 'ha'>]>"

# These take seconds, and more memory: what matters is that the limits hold and the parent goes on.
HEAVY: dict[str, tuple[Callable[[], bytes], str]] = {
    "one text of nine hundred mebibytes": (giant_text, "file_too_large"),
    "two million rows without numbers": (lambda: many_rows(2_000_000), "file_too_many_rows"),
    "one line of two hundred megabytes": (lambda: b"x" * 200_000_000, "file_no_header"),
    "one line of two hundred megabytes below the headings": (lambda: many_lines(b"x" * 200_000_000, 1, end=b",1,2,3,4\n"), "file_too_large"),
    "a file of more than four hundred mebibytes": (lambda: b"x" * (401 * 1024 * 1024), "file_too_large"),
    "three million lines, the last in another encoding": (lambda: many_lines("张三李,1,2\n".encode(), 3_000_000, end=b"\xff\xff\n"), "file_mixed_encodings"),
}  # fmt: skip


def _claimed(more: dict[str, str], size: int) -> bytes:
    data = book(**more)
    for name in more:
        data = patched(data, name, size=size)
    return data


def _one_name() -> bytes:
    found = parts({"a": sheet_xml(), "b": sheet_xml()})
    found["xl/workbook.xml"] = found["xl/workbook.xml"].replace('name="b"', 'name="a"')
    return zipped(found)
