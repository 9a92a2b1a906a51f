"""Rosters, and what becomes of them on bad disks, in bad programs and in bad hands: one mutated file for each number.

``mutant(number, seed)`` is the same file every time, on every machine. Nothing here shares code with the readers.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import openpyxl

from niangjia.cli.synth.rosters import Roster, roster
from niangjia.cli.synth.writers import write_csv, write_xlsx
from tests.intake.books import HEAD, MAIN, PACKAGE, RELATIONS, book, cell, parts, sheet_xml, zipped

Rng = random.Random
SHEET = "xl/worksheets/sheet1.xml"
ROSTERS, ROWS = 6, 12
BOOKS = ("inline", "shared", "xlsxwriter", "openpyxl")
TEXTS = ("utf-8", "utf-8-sig", "gb18030", "tabs", "semicolons")
STYLES = (
    f'{HEAD}<styleSheet {MAIN}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" '
    'applyNumberFormat="1"/><xf numFmtId="49"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Mutant:
    """One file as it is handed in.

    Attributes:
        kind: the name of the mutation.
        name: the name of the file, absurd ones too.
    """

    kind: str
    name: str
    content: bytes


def mutant(number: int, seed: int) -> Mutant:
    """Return the file of this number; the kinds of mutation take turns."""
    kinds = (*_ON_BOOKS, *_ON_TEXTS)
    kind = kinds[number % len(kinds)]
    rng = random.Random(f"{seed}/{number}")
    if kind in _ON_BOOKS:
        content, suffix = _ON_BOOKS[kind](rng), ".xlsx"
    else:
        content, suffix = _ON_TEXTS[kind](rng), ".csv"
    name = _absurd(rng) if rng.random() < 0.15 else f"名册{number}"
    return Mutant(
        kind,
        f"{name}{rng.choice(('.xlsx', '.csv', '', '.XLSX.exe')) if rng.random() < 0.1 else suffix}",
        content,
    )


def _absurd(rng: Rng) -> str:
    odd = (
        "../../etc/passwd", "..\\..\\x", "C:\\con", "名" * 300, "a\u202etxt.slx", "<script>alert(1)</script>", "'; DROP TABLE x;--",
        "%s%n%(where)s", "\u200b", "a\nb", "a\x00b", '"', "😀" * 40, "{{ 7*7 }}", "..", " ", "-rf", "=cmd|'/c calc'!A1", "a;b=c", "ﷺ",
    )  # fmt: skip
    return rng.choice(odd)


# Rosters before anything happens to them


@cache
def _made(number: int) -> Roster:
    return roster(ROWS, 1000 + number, kinds=(), noisy=number % 2 == 1, title=number % 3 == 0)


def _lines(made: Roster) -> list[list[str]]:
    body = [[cell or "" for cell in line] for line in made.frame.iter_rows()]
    title = [] if made.title is None else [[made.title]]
    return [*title, list(made.headers), *body]


def letters(column: int) -> str:
    """Return the name of a column, counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _inline(lines: list[list[str]]) -> str:
    whole = ""
    for row, line in enumerate(lines, start=1):
        cells = "".join(cell(f"{letters(k)}{row}", escape(text)) for k, text in enumerate(line) if text)
        whole += f'<row r="{row}">{cells}</row>'
    return whole


def _shared(lines: list[list[str]]) -> tuple[str, str]:
    """Return the rows of a sheet, and the table of strings that they point to."""
    known: dict[str, int] = {}
    whole = ""
    for row, line in enumerate(lines, start=1):
        cells = "".join(
            f'<c r="{letters(k)}{row}" t="s"><v>{known.setdefault(text, len(known))}</v></c>'
            for k, text in enumerate(line)
            if text
        )
        whole += f'<row r="{row}">{cells}</row>'
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in known)
    return whole, f'{HEAD}<sst {MAIN} count="{len(known)}" uniqueCount="{len(known)}">{items}</sst>'


@cache
def base(number: int, writer: str) -> bytes:
    """Return a sound file: one of ``ROSTERS`` by one of ``BOOKS`` or ``TEXTS``."""
    made = _made(number)
    lines = _lines(made)
    if writer == "inline":
        return book({"名册": sheet_xml(_inline(lines))})
    if writer == "shared":
        return zipped(_shared_parts(lines))
    if writer == "openpyxl":
        out = openpyxl.Workbook()
        for line in lines:
            out.active.append([text or None for text in line])
        content = io.BytesIO()
        out.save(content)
        found = _unzipped(content.getvalue())
        found["docProps/core.xml"] = re.sub(
            rb">\d{4}-[^<]*<", b">2026-09-01T00:00:00Z<", found["docProps/core.xml"]
        )
        return _rezipped(found)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        if writer == "xlsxwriter":
            write_xlsx(made, path)
            return path.read_bytes()
        write_csv(made, path, writer if writer in ("utf-8", "utf-8-sig", "gb18030") else "utf-8")  # type: ignore[arg-type]
        content_ = path.read_bytes()
    if writer in ("tabs", "semicolons"):
        mark = "\t" if writer == "tabs" else ";"
        return "".join(mark.join(line) + "\r\n" for line in lines).encode()
    return content_


def _shared_parts(lines: list[list[str]]) -> dict[str, str]:
    data, table = _shared(lines)
    found = parts({"名册": sheet_xml(data, dimension=f"A1:{letters(len(lines[-1]) - 1)}{len(lines)}")})
    found["xl/sharedStrings.xml"], found["xl/styles.xml"] = table, STYLES
    more = (
        f'<Relationship Id="rIdS" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rIdT" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    found[rels] = found[rels].replace("</Relationships>", more)
    return found


def _any_book(rng: Rng) -> bytes:
    return base(rng.randrange(ROSTERS), rng.choice(BOOKS))


def _any_text(rng: Rng) -> bytes:
    return base(rng.randrange(ROSTERS), rng.choice(TEXTS))


def _any_lines(rng: Rng) -> list[list[str]]:
    return [list(line) for line in _lines(_made(rng.randrange(ROSTERS)))]


def _unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rezipped(found: dict[str, bytes] | dict[str, str]) -> bytes:
    return zipped(found)


# Bytes


def _flip(rng: Rng, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _some_bytes(rng: Rng, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 3, 10))):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _cut(rng: Rng, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.5 else data[at:]


def _hole(rng: Rng, data: bytes) -> bytes:
    at, size = rng.randrange(len(data)), rng.choice((1, 4, 60, 600))
    filler = rng.choice((b"", bytes(size), b" " * size))
    return data[:at] + filler + data[at + size :]


def _twice(rng: Rng, data: bytes) -> bytes:
    at, size = rng.randrange(len(data)), rng.choice((1, 8, 100, 1500))
    return data[: at + size] + data[at : at + size] * rng.choice((1, 1, 5)) + data[at + size :]


def _swap(rng: Rng, data: bytes) -> bytes:
    first, second = sorted(rng.sample(range(len(data)), 2))
    size = min(rng.choice((1, 20, 300)), second - first)
    a, b = data[first : first + size], data[second : second + size]
    return data[:first] + b + data[first + size : second] + a + data[second + size :]


def _junk(rng: Rng, data: bytes) -> bytes:
    odd = rng.randbytes(rng.choice((1, 100, 70_000)))
    at = rng.choice((0, len(data), rng.randrange(len(data))))
    return data[:at] + odd + data[at:]


_BYTES: tuple[Callable[[Rng, bytes], bytes], ...] = (_flip, _some_bytes, _cut, _hole, _twice, _swap, _junk)


def _in_the_zip(work: Callable[[Rng, bytes], bytes]) -> Callable[[Rng], bytes]:
    return lambda rng: work(rng, _any_book(rng))


def _in_a_part(work: Callable[[Rng, bytes], bytes]) -> Callable[[Rng], bytes]:
    """Return what damages one part and packs it again, so that sizes and checksums are right."""

    def made(rng: Rng) -> bytes:
        found = _unzipped(_any_book(rng))
        name = SHEET if rng.random() < 0.5 else rng.choice(sorted(found))
        found[name] = work(rng, found[name]) if found[name] else b"x"
        return _rezipped(found)

    return made


# The zip


def _missing_part(rng: Rng) -> bytes:
    found = _unzipped(_any_book(rng))
    del found[rng.choice(sorted(found))]
    return _rezipped(found)


def _swapped_parts(rng: Rng) -> bytes:
    found = _unzipped(_any_book(rng))
    first, second = rng.sample(sorted(found), 2)
    found[first], found[second] = found[second], found[first]
    return _rezipped(found)


def _odd_part_names(rng: Rng) -> bytes:
    found = _unzipped(_any_book(rng))
    name = rng.choice(sorted(found))
    odd = (name.upper(), name.replace("/", "\\"), name + " ", "./" + name, "名册/" + name, name + "\udcff".encode("utf-8", "replace").decode(),
           "a" * 5000, "x\ny", "%(where)s", "x/../" + name, "\u202e" + name)  # fmt: skip
    found[rng.choice(odd)] = found.pop(name)
    return _rezipped(found)


def _odd_directory(rng: Rng) -> bytes:
    data = bytearray(_any_book(rng))
    at = data.find(b"PK\1\2") if rng.random() < 0.7 else data.find(b"PK\5\6")
    for _ in range(rng.choice((1, 2, 4))):
        place = min(len(data) - 1, at + rng.randrange(4, 60))
        data[place] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(data)


def _nested(rng: Rng) -> bytes:
    return zipped({"a.xlsx": _any_book(rng), "b.csv": _any_text(rng)})


def _stored(rng: Rng) -> bytes:
    return zipped(_unzipped(_any_book(rng)), zipfile.ZIP_STORED)


def _in_disguise(rng: Rng) -> bytes:
    odd = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(5000), b"%PDF-1.7\n" + rng.randbytes(900), b"\x89PNG\r\n\x1a\n" + rng.randbytes(99),
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}, zipfile.ZIP_STORED),
        b"<html><table><tr><td>x</table>", b"\x1f\x8b" + rng.randbytes(50), rng.randbytes(3000), b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\0" * 4096,
        b"Rar!\x1a\x07\x00" + rng.randbytes(50), b"\xff\xd8\xff\xe0" + rng.randbytes(80), b"{\\rtf1 x}", b"SQLite format 3\0" + bytes(80), b"a",
        zlib.compress(b"x" * 999), b"\t\x08\x10\x00\x00\x06\x05\x00" + rng.randbytes(900), b"{\"a\": [1]}", b"II*\0" + rng.randbytes(80),
    )  # fmt: skip
    return rng.choice(odd)


# XML

_TOKENS = (
    "<!--", "-->", "]]>", "<![CDATA[", "<?x?>", "&lol;", "&#0;", "&#x1F600;", "&#xD800;", "&", "<", ">", "</", "/>", '"', "'", "<a>", "</row>",
    "<row>", "</c>", "<c>", "<v>", "</v>", "<f>1</f>", "<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "b">]>', "\x00", "\x0b", "\ufeff", "\u2028", "%", "<x:y/>",
    "</sheetData>", "<sheetData>", "</worksheet>", "<mergeCells/>", "<is><t>x</t></is>", "<v></v>", "_x0000_", "_x000D_", "\U0010ffff", "<rPh><t>x</t></rPh>",
)  # fmt: skip
_VALUES = (
    "", "0", "-1", "1", "2", "99999", "2147483648", "-2147483649", "18446744073709551616", "1e309", "NaN", "A0", "A1", "A1048577", "XFE1", "ZZZZ1", "a1", "1A",
    "名", "😀", "&#10;", "&amp;", "  ", "s", "n", "b", "e", "d", "str", "inlineStr", "1.5", "0x10", "true", "A1:A1", "B2:A1", "hidden", "veryHidden", "rId1",
    "rId99", "../../../etc/passwd", "/xl/workbook.xml", "xl/worksheets/sheet1.xml", "http://example.invalid/", "x" * 70_000,
)  # fmt: skip


def _text_parts(rng: Rng) -> tuple[dict[str, bytes], str]:
    found = _unzipped(_any_book(rng))
    name = SHEET if rng.random() < 0.5 else rng.choice(sorted(found))
    return found, name


def _token(rng: Rng) -> bytes:
    found, name = _text_parts(rng)
    text = found[name].decode()
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(_TOKENS) + text[at:]
    found[name] = text.encode()
    return _rezipped(found)


def _attribute(rng: Rng) -> bytes:
    found, name = _text_parts(rng)
    text = found[name].decode()
    there = list(re.finditer(r'="([^"]*)"', text))
    if there:
        for one in sorted(
            rng.sample(there, min(len(there), rng.choice((1, 1, 4)))), key=lambda one: -one.start()
        ):
            text = f'{text[: one.start()]}="{rng.choice(_VALUES)}"{text[one.end() :]}'
    found[name] = text.encode()
    return _rezipped(found)


def _no_attribute(rng: Rng) -> bytes:
    found, name = _text_parts(rng)
    text = found[name].decode()
    there = list(re.finditer(r' [\w:]+="[^"]*"', text))
    if there:
        one = rng.choice(there)
        text = text[: one.start()] + rng.choice(("", one[0] * 2)) + text[one.end() :]
    found[name] = text.encode()
    return _rezipped(found)


def _content(rng: Rng) -> bytes:
    found, name = _text_parts(rng)
    text = found[name].decode()
    there = list(re.finditer(r">([^<>]+)<", text))
    if there:
        one = rng.choice(there)
        text = f"{text[: one.start()]}>{rng.choice((*_VALUES, one[1] * 2, one[1] + ' ', chr(10) + one[1]))}<{text[one.end() :]}"
    found[name] = text.encode()
    return _rezipped(found)


def _element(rng: Rng) -> bytes:
    """Take out, double or rename a whole element of a sheet: a cell, a row, a string."""
    found, name = _text_parts(rng)
    text = found[name].decode()
    tag = rng.choice(
        ("c", "row", "si", "v", "t", "is", "sheet", "Relationship", "xf", "dimension", "Override")
    )
    there = list(re.finditer(rf"<{tag}\b[^<>]*?(?:/>|>.*?</{tag}>)", text, re.DOTALL))
    if there:
        one = rng.choice(there)
        other = rng.choice(there)[0]
        instead = rng.choice(
            ("", one[0] * 2, one[0].replace(tag, "q"), other, f"<!--{one[0]}-->", f"<q>{one[0]}</q>")
        )
        text = text[: one.start()] + instead + text[one.end() :]
    found[name] = text.encode()
    return _rezipped(found)


def _encoded(rng: Rng) -> bytes:
    found, name = _text_parts(rng)
    text = found[name].decode()
    encoding, said = rng.choice((("utf-16", "UTF-16"), ("gb18030", "GB18030"), ("gb18030", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-8", "GB18030"),
                                 ("utf-32", "UTF-32"), ("utf-8", "utf-8"), ("latin-1", "ISO-8859-1")))  # fmt: skip
    found[name] = text.replace("UTF-8", said, 1).encode(encoding, "replace")
    return _rezipped(found)


# Workbooks


def _with(rng: Rng, **more: str) -> dict[str, str]:
    found = _shared_parts(_any_lines(rng))
    found.update(more)
    return found


def _sheet(found: dict[str, str], work: Callable[[str], str]) -> bytes:
    found[SHEET] = work(found[SHEET])
    return zipped(found)


def _entities(rng: Rng) -> bytes:
    found = _with(rng)
    dtd = rng.choice((
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.invalid/x"> %p;]>', "<!doctype x>",
    ))  # fmt: skip
    name = rng.choice(
        (
            SHEET,
            "xl/workbook.xml",
            "xl/sharedStrings.xml",
            "xl/styles.xml",
            "[Content_Types].xml",
            "_rels/.rels",
        )
    )
    found[name] = (
        found[name].replace(HEAD, HEAD + dtd).replace("<t>", rng.choice(("<t>", "<t>&a;", "<t>&b;")), 1)
    )
    return zipped(found)


def _relations(rng: Rng) -> bytes:
    found = _with(rng)
    name = "xl/_rels/workbook.xml.rels"
    target = rng.choice((
        "worksheets/sheet9.xml", "../worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "sharedStrings.xml", "http://example.invalid/s.xml",
        "worksheets%2Fsheet1.xml", "", "worksheets\\sheet1.xml", "worksheets/SHEET1.xml", "worksheets//sheet1.xml", "./worksheets/sheet1.xml", "workbook.xml",
    ))  # fmt: skip
    found[name] = found[name].replace(
        rng.choice(("worksheets/sheet1.xml", "sharedStrings.xml", "styles.xml")), target
    )
    if rng.random() < 0.3:
        found[name] = found[name].replace(
            'Id="rId1"', rng.choice(('Id="rIdS"', 'Id=""', "", 'Id="rId1" TargetMode="External"'))
        )
    return zipped(found)


def _indexes(rng: Rng) -> bytes:
    odd = rng.choice(
        ("999999", "-1", "4294967296", "1.5", "", " 1 ", "x", "1e2", "0x1", "18446744073709551615", "９")
    )
    found = _with(rng)
    there = list(re.finditer(r"<v>\d+</v>", found[SHEET]))
    one = rng.choice(there)
    return _sheet(found, lambda text: text[: one.start()] + f"<v>{odd}</v>" + text[one.end() :])


def _merged(rng: Rng) -> bytes:
    row = rng.randrange(1, ROWS + 1)
    odd = rng.choice(
        (
            f"A{row}:D{row + 3}",
            f"B{row}:E{row}",
            "A1:XFD1",
            "B2:A1",
            "A1:A1048576",
            f"C{row}:C{row + 1}",
            "",
            "x",
            f"A{row}:A{row}",
        )
    )
    merge = f'<mergeCells count="2"><mergeCell ref="{odd}"/><mergeCell ref="{odd}"/></mergeCells>'
    return _sheet(_with(rng), lambda text: text.replace("</sheetData>", f"</sheetData>{merge}"))


def _hidden(rng: Rng) -> bytes:
    found = _with(rng)
    choice = rng.randrange(5)
    if choice == 0:
        return _sheet(
            found,
            lambda text: re.sub(rf'<row r="{rng.randrange(1, ROWS)}"', r'\g<0> hidden="1" ht="0"', text),
        )
    if choice == 1:
        return _sheet(
            found,
            lambda text: text.replace(
                "<sheetData>", '<cols><col min="1" max="9" width="0" hidden="1"/></cols><sheetData>'
            ),
        )
    state = rng.choice(("hidden", "veryHidden", "visible", "odd"))
    if choice == 2:
        found["xl/workbook.xml"] = found["xl/workbook.xml"].replace("<sheet ", f'<sheet state="{state}" ')
        return zipped(found)
    two = parts({"名册": found[SHEET], "第二": sheet_xml(_inline(_any_lines(rng)))})
    two["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rId2" Type="{RELATIONS}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
    )
    two["xl/sharedStrings.xml"], two["xl/styles.xml"] = found["xl/sharedStrings.xml"], STYLES
    two["xl/workbook.xml"] = two["xl/workbook.xml"].replace(
        '<sheet name="第二"', f'<sheet state="{state}" name="第二"'
    )
    return zipped(two)


def _two_headings(rng: Rng) -> bytes:
    lines = _any_lines(rng)
    heads = next(k for k, line in enumerate(lines) if len([c for c in line if c]) > 5)
    again = rng.choice((heads, heads + 1, heads + 5))
    lines.insert(
        again,
        list(lines[heads])
        if rng.random() < 0.6
        else [f"{text}（第二行）" if k % 2 else "" for k, text in enumerate(lines[heads])],
    )
    return book({"a": sheet_xml(_inline(lines))})


def _wide(rng: Rng) -> bytes:
    lines = _any_lines(rng)
    width = rng.choice((199, 200, 201, 256, 700, 5000, 16_383))
    far = rng.choice(
        (cell(f"{letters(width)}1", "列"), f'<c r="{letters(width)}1"/>', f'<c r="{letters(width)}1" s="1"/>')
    )
    return book(
        {
            "a": sheet_xml(
                _inline(lines).replace("</row>", f"{far}</row>", 1), dimension=f"A1:{letters(width)}13"
            )
        }
    )


def _long(rng: Rng) -> bytes:
    rows = rng.choice((1_000, 100_000, 1_000_000, 1_048_576))
    tail = rng.choice((
        f'<row r="{rows}"/>', f'<row r="{rows}"><c r="A{rows}"/></row>', f'<row r="{rows}"><c r="A{rows}" s="1"/></row>',
        f'<row r="{rows}"><c r="A{rows}" t="inlineStr"><is><t> </t></is></c></row>', "".join(f'<row r="{k}"/>' for k in range(ROWS + 9, ROWS + 3000)),
        f'<row r="{rows}"><c r="A{rows}" t="inlineStr"><is><t>末</t></is></c></row>',
    ))  # fmt: skip
    return book({"a": sheet_xml(_inline(_any_lines(rng)) + tail)})


def _dimension(rng: Rng) -> bytes:
    odd = rng.choice(
        ("A1:XFD1048576", "A1", "", "A1:A1", "B5:C6", "A2147483648:B2147483649", "ZZZ9:A1", "A1:B-3", "名")
    )
    return _sheet(
        _with(rng), lambda text: re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{odd}"/>', text)
    )


def _formulas(rng: Rng) -> bytes:
    row, column = rng.randrange(2, ROWS + 2), rng.choice("ABCDEFGHIJ")
    place = f"{column}{row}"
    odd = rng.choice((
        f'<c r="{place}"><f>1+1</f><v>2</v></c>', f'<c r="{place}" t="str"><f>A1&amp;B1</f><v>张三</v></c>', f'<c r="{place}"><f>NOW()</f></c>',
        f'<c r="{place}" t="str"><f t="shared" ref="{place}:{place}" si="0">A1</f><v>x</v></c>', f'<c r="{place}"><f t="array" ref="A1:Z99">1</f><v>1</v></c>',
        f'<c r="{place}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', f'<c r="{place}"><f/></c>', f'<c r="{place}" t="str"><f>HYPERLINK("http://example.invalid")</f><v></v></c>',
    ))  # fmt: skip
    return _sheet(_with(rng), lambda text: re.sub(rf'<c r="{place}".*?</c>', lambda _: odd, text, count=1))


def _dates(rng: Rng) -> bytes:
    """Make day cells numbers with a date format, in either of the two systems."""
    found = _with(rng)
    columns = rng.sample("BCDEFGHIJKLMNOP", 2)
    serial = rng.choice(("43000", "0", "60", "-1", "2958466", "1.5", "40000.25", "1e9", "99999999999", "61"))
    style = rng.choice(("1", "1", "0", "7"))

    def dated(text: str) -> str:
        for column in columns:
            text = re.sub(
                rf'<c r="({column}\d+)" t="s"><v>\d+</v></c>',
                lambda one: (
                    f'<c r="{one[1]}" s="{style}"><v>{serial}</v></c>' if one[1][1:] not in "123" else one[0]
                ),
                text,
            )
        return text

    if rng.random() < 0.5:
        found["xl/workbook.xml"] = found["xl/workbook.xml"].replace(
            "<sheets>", f'<workbookPr date1904="{rng.choice(("1", "true", "0"))}"/><sheets>'
        )
    return _sheet(found, dated)


def _numbers(rng: Rng) -> bytes:
    """Make numbers of cells that held digits: telephones lose nothing, ID numbers their last three."""
    lines = _any_lines(rng)
    share = rng.random()
    whole = ""
    for row, line in enumerate(lines, start=1):
        for k, text in enumerate(line):
            if text.isascii() and text.isdigit() and rng.random() < share:
                odd = rng.choice((text, f"{text}.0", f"{float(text):.14E}", f"{text}.5", f"-{text}"))
                whole += f'<c r="{letters(k)}{row}"><v>{odd}</v></c>'
            elif text:
                whole += cell(f"{letters(k)}{row}", escape(text))
        whole += "</row>" + f'<row r="{row + 1}">'
    return book({"a": sheet_xml(f'<row r="1">{whole}</row>')})


def _rich(rng: Rng) -> bytes:
    """Cut texts into runs, and put readings beside them, which are no part of the text."""

    def runs(one: re.Match[str]) -> str:
        text = one[1]
        if rng.random() < 0.5 or "&" in text:
            return one[0]
        at = rng.randrange(len(text) + 1)
        reading = '<rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/>' if rng.random() < 0.4 else ""
        return f'<si><r><rPr><b/></rPr><t xml:space="preserve">{text[:at]}</t></r><r><t xml:space="preserve">{text[at:]}</t></r>{reading}</si>'

    found = _with(rng)
    found["xl/sharedStrings.xml"] = re.sub(r"<si><t>([^<]*)</t></si>", runs, found["xl/sharedStrings.xml"])
    return zipped(found)


def _styles(rng: Rng) -> bytes:
    found = _with(rng)
    many = rng.choice((1_000, 20_000, 100_000))
    formats = "".join(f'<xf numFmtId="{k % 200}" xfId="{k}"/>' for k in range(many))
    kinds = "".join(
        f'<numFmt numFmtId="{164 + k}" formatCode="{rng.choice(("yyyy", "0.00", "@", "[h]:mm", "&quot;", "[", "名"))}"/>'
        for k in range(50)
    )
    found["xl/styles.xml"] = (
        f'{HEAD}<styleSheet {MAIN}><numFmts count="50">{kinds}</numFmts><cellXfs count="{many}">{formats}</cellXfs></styleSheet>'
    )
    place = str(rng.choice((0, 14, many - 1, many, 2**31)))
    return _sheet(found, lambda text: text.replace(' t="s"', f' s="{place}" t="s"'))


def _cells(rng: Rng) -> bytes:
    """Put odd cells among the sound ones: of odd types, at no place or at one that is taken, far too long."""
    row = rng.randrange(2, ROWS + 2)
    odd = rng.choice((
        '<c t="s"><v>0</v></c>', f'<c r="B{row}" t="zz"><v>1</v></c>', f'<c r="A{row}" t="e"><v>#REF!</v></c>', f'<c r="C{row}" t="b"><v>1</v></c>',
        f'<c r="B{row}" t="d"><v>2020-01-01T00:00:00</v></c>', f'<c r="B{row}" t="d"><v>nonsense</v></c>', f'<c r="B{row}"><v>1e400</v></c>',
        f'<c r="B{row}"><v>nan</v></c>', f'<c r="B{row}"><v> 5 </v></c>', cell(f"B{row}", "长" * 40_000), cell(f"B{row}", "a&#10;b&#13;c&#9;d"),
        cell(f"B{row}", "_x0000__x0041_"), cell(f"B{row}", "&#x7f;&#x85;&#xFFFD;"), f'<c r="b{row}" t="inlineStr"><is><t>x</t></is></c>',
        f'<c r="B{row}" t="inlineStr"><v>x</v></c>', f'<c r="$B${row}"><v>1</v></c>', f'<c r="B{row}" t="str"><v>&lt;b&gt;</v></c>', '<c r=""><v>1</v></c>',
        f'<c r="B{row + 3}"><v>1</v></c>', cell(f"B{row}", " \u3000\u200b "), f'<c r="B{row}" t="n"><v></v></c>', cell(f"ZZ{row}", "x"),
        f'<c r="B{row}" t="inlineStr"><is><t>甲</t><t>乙</t></is></c>', cell(f"B{row}", "\ue000\U0002a6d6"), f'<c r="B{row}"><extLst><ext><v>9</v></ext></extLst></c>',
    ))  # fmt: skip
    return _sheet(_with(rng), lambda text: text.replace(f'<row r="{row}">', f'<row r="{row}">{odd}', 1))


def _rows(rng: Rng) -> bytes:
    found = _with(rng)
    there = list(re.finditer(r"<row.*?</row>", found[SHEET], re.DOTALL))
    some = [one[0] for one in there]
    choice = rng.randrange(7)
    if choice == 0:
        rng.shuffle(some)
    elif choice == 1:
        some = [re.sub(r'<row r="\d+"', "<row", one) for one in some]
    elif choice == 2:
        some = [re.sub(r'(<c) r="\w+"', r"\1", one) for one in some]
    elif choice == 3:
        some = [
            re.sub(r'<row r="(\d+)"', lambda one: f'<row r="{int(one[1]) + rng.choice((0, 1))}"', one)
            for one in some
        ]
    elif choice == 4:
        some.append(rng.choice(some))
    elif choice == 5:
        some = [
            re.sub(r' r="([A-Z]*)(\d+)"', lambda one: f' r="{one[1]}{int(one[2]) + 40}"', one) for one in some
        ]
    else:
        some = [
            "".join(sorted(re.findall(r"<c .*?</c>", one), reverse=True)).join(
                (one[: one.index(">") + 1], "</row>")
            )
            for one in some
        ]
    return _sheet(found, lambda text: f"{text[: there[0].start()]}{''.join(some)}{text[there[-1].end() :]}")


def _names_of_xml(rng: Rng) -> bytes:
    """Write the same in other words of XML: prefixes, the strict standard, remarks, other quotes, none of the standard's name."""
    found = _with(rng)
    choice = rng.randrange(6)
    if choice == 0:
        found[SHEET] = re.sub(r"<(/?)(\w+)", r"<\1x:\2", found[SHEET].replace(HEAD, "")).replace(
            "xmlns=", "xmlns:x="
        )
    elif choice == 1:
        strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
        found = {
            name: text.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", strict)
            for name, text in found.items()
        }
    elif choice == 2:
        found[SHEET] = found[SHEET].replace("<row", "<!-- </row><c r='A1'><v>9</v></c> --><row")
    elif choice == 3:
        found[SHEET] = found[SHEET].replace(HEAD, "").replace('"', "'")
    elif choice == 4:
        found[SHEET] = found[SHEET].replace(f" {MAIN}", "")
    else:
        found[SHEET] = found[SHEET].replace("><", ">\r\n  <")
    return zipped(found)


def _workbook(rng: Rng) -> bytes:
    found = _with(rng)
    odd = rng.choice(
        (
            "&#10;",
            "a" * 300,
            "'",
            "[x]:*?/\\",
            "",
            "名册&amp;",
            "%(sheet)s",
            "\u202e",
            "<b>".replace("<", "&lt;"),
            "=1+1",
            "_x0000_",
        )
    )
    found["xl/workbook.xml"] = found["xl/workbook.xml"].replace('name="名册"', f'name="{odd}"')
    if rng.random() < 0.3:
        found["xl/workbook.xml"] = found["xl/workbook.xml"].replace(
            "</sheets>", "</sheets><definedNames><definedName name='x'>#REF!</definedName></definedNames>"
        )
    if rng.random() < 0.2:
        found["xl/workbook.xml"] = re.sub(r"<sheet .*?/>", r"\g<0>\g<0>", found["xl/workbook.xml"])
    return zipped(found)


def _extras(rng: Rng) -> bytes:
    """Add what workbooks carry beside their cells."""
    name, text = rng.choice((
        ("xl/drawings/drawing1.xml", "<a/>"), ("xl/media/image1.png", "\x89PNG"), ("xl/comments1.xml", f"<comments {MAIN}/>"), ("docProps/core.xml", "<a>"),
        ("xl/tables/table1.xml", f'<table {MAIN} ref="A1:B2"/>'), ("customXml/item1.xml", "<x xmlns='y'/>"), ("xl/calcChain.xml", ""), ("xl/theme/theme1.xml", "<"),
        ("xl/worksheets/_rels/sheet1.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{RELATIONS}/hyperlink" Target="http://example.invalid" TargetMode="External"/></Relationships>'),
        ("xl/externalLinks/externalLink1.xml", "<a/>"), ("xl/vbaProject.bin", "x"), ("xl/worksheets/sheet2.xml", "<worksheet/>"), ("目录/", ""),
    ))  # fmt: skip
    return zipped(_with(rng, **{name: text}))


_ON_BOOKS: dict[str, Callable[[Rng], bytes]] = {
    **{f"zip {work.__name__.strip('_')}": _in_the_zip(work) for work in _BYTES},
    **{f"part {work.__name__.strip('_')}": _in_a_part(work) for work in _BYTES},
    "missing part": _missing_part, "swapped parts": _swapped_parts, "part names": _odd_part_names, "directory": _odd_directory, "nested": _nested,
    "stored": _stored, "disguise": _in_disguise, "token": _token, "attribute": _attribute, "no attribute": _no_attribute, "content": _content,
    "element": _element, "encoding": _encoded, "entities": _entities, "relations": _relations, "indexes": _indexes, "merged": _merged, "hidden": _hidden,
    "two headings": _two_headings, "wide": _wide, "long": _long, "dimension": _dimension, "formulas": _formulas, "dates": _dates, "numbers": _numbers,
    "rich text": _rich, "styles": _styles, "cells": _cells, "rows": _rows, "names of XML": _names_of_xml, "workbook": _workbook, "extras": _extras,
}  # fmt: skip


# Text tables


def _in_a_text(work: Callable[[Rng, bytes], bytes]) -> Callable[[Rng], bytes]:
    return lambda rng: work(rng, _any_text(rng))


def _quotes(rng: Rng) -> bytes:
    text = base(rng.randrange(ROSTERS), rng.choice(("utf-8", "tabs"))).decode()
    for _ in range(rng.choice((1, 2, 2, 4))):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(('"', '""', '"a"', '"\n"', ',"', '",', "'", '"\r\n', '" ')) + text[at:]
    return text.encode()


def _quoted(rng: Rng) -> bytes:
    lines = _any_lines(rng)
    row = rng.randrange(1, len(lines))
    column = rng.randrange(len(lines[row])) if len(lines[row]) > 1 else 0
    lines[row][column] += rng.choice(("\n", ",", '"', "a\nb", '","', "\r", "\t", ";", " "))
    quote = rng.choice(("always", "needed"))

    def written(text: str) -> str:
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if quote == "always" or set(text) & set(',"\n\r') else text

    end = rng.choice(("\r\n", "\n"))
    return "".join(",".join(map(written, line)) + end for line in lines).encode()


def _mixed(rng: Rng) -> bytes:
    lines = base(rng.randrange(ROSTERS), "utf-8").split(b"\r\n")
    for _ in range(rng.choice((1, 3))):
        at = rng.randrange(len(lines))
        lines[at] = (
            lines[at]
            .decode(errors="replace")
            .encode(rng.choice(("gb18030", "utf-16-le", "utf-8-sig", "big5")), "replace")
        )
    return b"\r\n".join(lines)


def _marks(rng: Rng) -> bytes:
    data = _any_text(rng)
    start = rng.choice(
        (
            b"\xef\xbb\xbf",
            b"\xef\xbb\xbf\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xfe\xff",
            b"\x84\x31\x95\x33",
            b"sep=,\r\n",
            b"\x1a",
            b"\n\n\n",
            b" ",
            b"\xef\xbb",
        )
    )
    end = rng.choice((b"", b"\x1a", b"\xef\xbb\xbf", b"\n" * 500, b"\0", b"," * 50))
    return start + data + end


def _controls(rng: Rng) -> bytes:
    text = base(rng.randrange(ROSTERS), rng.choice(("utf-8", "tabs", "semicolons"))).decode()
    for _ in range(rng.choice((1, 3))):
        at = rng.randrange(len(text))
        text = (
            text[:at]
            + rng.choice(
                "\0\x01\x0b\x0c\x1b\x7f\x85\u2028\u2029\ufeff\u200b\u202e\ue000\ufffd\U000e0001　\xa0"
            )
            + text[at:]
        )
    return text.encode()


def _surrogates(rng: Rng) -> bytes:
    data = base(rng.randrange(ROSTERS), rng.choice(("utf-8", "gb18030")))
    at = rng.randrange(len(data))
    return (
        data[:at]
        + rng.choice(
            (b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x81", b"\xff", b"\xe5\xbc", b"\x80\x80")
        )
        + data[at:]
    )


def _ends(rng: Rng) -> bytes:
    lines = base(rng.randrange(ROSTERS), rng.choice(("utf-8", "gb18030"))).split(b"\r\n")
    return b"".join(line + rng.choice((b"\r\n", b"\n", b"\r", b"\n\r")) for line in lines)


def _ragged(rng: Rng) -> bytes:
    lines = base(rng.randrange(ROSTERS), "utf-8").split(b"\r\n")
    at = rng.randrange(len(lines))
    lines[at] = rng.choice((lines[at] + b",x", lines[at] + b",,,,", lines[at].replace(b",", b",,", 1), lines[at].replace(b",", b"", 1), b"," * 5000, b"x" * 200_000,
                            lines[at].replace(b",", b";"), lines[at].replace(b",", b"\t"), b",".join([b"x"] * 900)))  # fmt: skip
    return b"\r\n".join(lines)


def _number_texts(rng: Rng) -> bytes:
    """Write numbers as spreadsheets and careful people do: exponents, apostrophes, equals signs, quotes, spaces."""

    def odd(one: re.Match[str]) -> str:
        digits = one[0]
        return rng.choice(
            (
                digits,
                digits,
                f"'{digits}",
                f'="{digits}"',
                f"{digits[:1]}.{digits[1:6]}E+17",
                f" {digits} ",
                f"{digits[:6]} {digits[6:]}",
                f"`{digits}",
                f"{digits}\t",
            )
        )

    text = base(rng.randrange(ROSTERS), "utf-8").decode()
    return re.sub(r"\d{17}[\dX]", odd, text).encode()


def _headings(rng: Rng) -> bytes:
    lines = _any_lines(rng)
    heads = next(k for k, line in enumerate(lines) if len([c for c in line if c]) > 5)
    choice = rng.randrange(5)
    if choice == 0:
        lines.insert(rng.randrange(heads + 1, len(lines)), list(lines[heads]))
    elif choice == 1:
        lines = [["说明"]] * rng.choice((5, 28, 29, 30, 31)) + lines
    elif choice == 2:
        lines[heads] = [
            rng.choice((text, text * 2, "", f"{text}\u200b", lines[heads][3])) for text in lines[heads]
        ]
    elif choice == 3:
        lines = lines[heads + 1 :]
    else:
        lines = lines[: heads + 1]
    return "".join(",".join(line) + "\n" for line in lines).encode()


_ON_TEXTS: dict[str, Callable[[Rng], bytes]] = {
    **{f"text {work.__name__.strip('_')}": _in_a_text(work) for work in _BYTES},
    "quotes": _quotes, "quoted": _quoted, "mixed encodings": _mixed, "marks": _marks, "controls": _controls, "surrogates": _surrogates, "line ends": _ends,
    "ragged": _ragged, "number texts": _number_texts, "headings": _headings,
}  # fmt: skip
