"""Files that are no rosters are refused at once, by name; the bare library dies of one of them."""

import io
import re
import signal
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from niangjia.core.errors import Invalid
from niangjia.intake.reading import read
from niangjia.intake.reading.caps import Caps
from tests.intake import books
from tests.intake.books import HEADINGS, book, cell, parts, patched, rows, sheet_xml, zipped
from tests.intake.heavy import HEAVY, QUICK, deep, giant_text, read_apart

CSV = "姓名,身份证号,手机号\n张三,369901199001010013,14091234567\n"
SHEET = "xl/worksheets/sheet1.xml"
FAR = sheet_xml(f'<row r="1">{HEADINGS}</row><row r="1048576">{cell("XFD1048576", "x")}</row>')
LOL = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ZEROS = b"\0" * 40_000_000


def relations(target, kind, mode=' TargetMode="External"'):
    return (
        f'<Relationships xmlns="{books.PACKAGE}/relationships"><Relationship Id="r1" Type="{books.RELATIONS}/{kind}" '
        f'Target="{target}"{mode}/></Relationships>'
    )


def with_symlink():
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo("xl/link.xml")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def with_twice(name=SHEET):
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(name, sheet_xml())
    return out.getvalue()


def wide(columns):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    made.add_worksheet().write_row(0, 0, ["姓名", "身份证号", *(f"列{k}" for k in range(columns))])
    made.close()
    return out.getvalue()


def utf16(text):
    return text.replace("UTF-8", "UTF-16").encode("utf-16")


def cut_in_two(data):
    return data[: len(data) // 2]


BOMBS = {
    "a part that unpacks a thousandfold": (lambda: book(**{"xl/x.xml": ZEROS}), "file_too_large"),
    "a thousandfold sheet": (lambda: book({"a": sheet_xml(" " * 40_000_000)}), "file_too_large"),
    "one block counted sixty times": (books.overlapping, "file_broken"),
    "ten thousand parts": (lambda: book(**{f"xl/{k}.xml": "<a/>" for k in range(10_000)}), "file_too_large"),
    "a size that is too small": (lambda: patched(book(), SHEET, size=20), "file_broken"),
    "a size that is too large": (lambda: patched(book(), SHEET, size=2_000_000_000), "file_too_large"),
    "a wrong checksum": (lambda: patched(book(), SHEET, crc=1), "file_broken"),
    "a method nobody knows": (lambda: patched(book(), SHEET, method=99), "file_broken"),
    "bzip2": (lambda: zipped(parts(), zipfile.ZIP_BZIP2), "file_broken"),
    "lzma": (lambda: zipped(parts(), zipfile.ZIP_LZMA), "file_broken"),
    "a flag for a password": (lambda: patched(book(), SHEET, flags=1), "file_encrypted"),
    "a cell in the last corner": (lambda: book({"a": FAR}), "file_far_cell"),
    "a number in the last column": (
        lambda: book({"a": sheet_xml(rows(HEADINGS + '<c r="XFD1"><v>1</v></c>'))}),
        "file_far_cell",
    ),
    "two filled corners of a wide sheet": (
        lambda: book({"a": sheet_xml(f'<row r="1">{HEADINGS}</row><row r="1048576">{cell("ZZ1048576", "x")}</row>')}),
        "file_too_large",
    ),
    "entities that grow": (lambda: book({"a": LOL + sheet_xml(head="")}), "file_unsafe"),
    "an entity from a file": (lambda: book({"a": XXE + sheet_xml(head="")}), "file_unsafe"),
    "an entity in the workbook": (
        lambda: book(**{"xl/workbook.xml": XXE + parts()["xl/workbook.xml"].removeprefix(books.HEAD)}),
        "file_unsafe",
    ),
    "an entity in the strings": (lambda: book(**{"xl/sharedStrings.xml": LOL + "<sst/>"}), "file_unsafe"),
    "an entity behind a megabyte of remarks": (
        lambda: book({"a": "<!--" + "".join(chr(97 + k % 26) for k in range(1_100_000)) + "-->" + LOL + sheet_xml(head="")}),
        "file_unsafe",
    ),
    "a sheet in UTF-16": (lambda: book({"a": utf16(sheet_xml())}), "file_unsafe"),
    "a sheet that claims UTF-7": (
        lambda: book({"a": sheet_xml(head='<?xml version="1.0" encoding="UTF-7"?>')}),
        "file_unsafe",
    ),
    "an external link": (lambda: book(**{"xl/externalLinks/externalLink1.xml": "<a/>"}), "file_unsafe"),
    "DDE": (
        lambda: book(**{"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'}),
        "file_unsafe",
    ),
    "a picture from outside": (
        lambda: book(**{"xl/worksheets/_rels/sheet1.xml.rels": relations("http://example.invalid/x.png", "image")}),
        "file_unsafe",
    ),
    "a template from outside": (
        lambda: book(**{"xl/_rels/styles.xml.rels": relations("//example.invalid/share/t", "attachedTemplate")}),
        "file_unsafe",
    ),
    "a macro": (lambda: book(**{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "file_unsafe"),
    "a macro sheet": (lambda: book(**{"xl/macrosheets/sheet1.xml": "<a/>"}), "file_unsafe"),
    "a name that climbs": (lambda: book(**{"../../etc/cron.d/x": "x"}), "file_unsafe"),
    "a name from the root": (lambda: book(**{"/etc/x": "x"}), "file_unsafe"),
    "a name with a backslash": (lambda: book(**{"xl\\..\\..\\x": "x"}), "file_unsafe"),
    "a name of a drive": (lambda: book(**{"C:/x": "x"}), "file_unsafe"),
    "a symbolic link": (with_symlink, "file_unsafe"),
    "a part twice": (with_twice, "file_broken"),
    "a part twice in other letters": (lambda: book(**{SHEET.upper(): "<a/>"}), "file_broken"),
    "a formula without a cell": (
        lambda: book({"a": sheet_xml(f'<row r="1">{HEADINGS}</row><row><c><f>1+1</f><v>2</v></c></row>')}),
        "file_unsafe",
    ),
    "a cut workbook": (lambda: cut_in_two(book()), "file_broken"),
    "no workbook inside": (lambda: zipped({"hello.txt": "x"}), "file_broken"),
    "no sheet inside": (
        lambda: zipped({name: text for name, text in parts().items() if "sheet1" not in name}),
        "file_broken",
    ),
    "XML that ends in the middle": (lambda: book({"a": sheet_xml()[:-40]}), "file_broken"),
    "an encrypted workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "file_encrypted",
    ),
    "an .xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "file_wrong_kind"),
    "a page in disguise": (lambda: b"<html><table><tr><td>x</td></tr></table></html>", "file_wrong_kind"),
    "XML of 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "file_wrong_kind"),
    "a PDF": (lambda: b"%PDF-1.7\n", "file_wrong_kind"),
    "a text in UTF-16": (lambda: CSV.encode("utf-16"), "file_wrong_kind"),
    "a text with zeros": (lambda: CSV.encode() + b"\0\0", "file_wrong_kind"),
    "nothing": (lambda: b"", "file_empty"),
    "only commas": (lambda: b",,,\n,,,\n", "file_empty"),
    "an empty sheet": (lambda: book({"a": sheet_xml("")}), "file_empty"),
    "headings alone": (lambda: book({"a": sheet_xml(rows(HEADINGS))}), "file_empty"),
    "no headings": (lambda: book({"a": sheet_xml(rows(cell("A1", "x")))}), "file_no_header"),
    "a letter": (lambda: "尊敬的工会：\n您好。\n".encode(), "file_no_header"),
    "two rosters": (lambda: book({"一车间": sheet_xml(), "二车间": sheet_xml()}), "file_several_rosters"),
    "three hundred columns": (lambda: wide(300), "file_too_many_columns"),
    "UTF-8 and GB 18030 in one text": (
        lambda: CSV.encode() + "欧阳建国华,,\n".encode("gb18030"),
        "file_mixed_encodings",
    ),
    "GB 18030, then UTF-8": (lambda: CSV.encode("gb18030") + "欧阳建国,,\n".encode(), "file_mixed_encodings"),
    "a line in no encoding": (lambda: CSV.encode() + b"\xff\xff\xff\n", "file_mixed_encodings"),
    "a comma in a text": (lambda: (CSV + "李四,1,2,青岚,路\n").encode(), "file_ragged_line"),
    "a quotation mark that never closes": (lambda: (CSV + '"李四,1,2\n王五,3,4\n').encode(), "file_open_quote"),
    "a sheet that claims to fill nothing": (lambda: book({"a": sheet_xml(dimension="")}), "file_broken"),
    "a table of strings that claims two thousand million": (
        lambda: book(**{"xl/sharedStrings.xml": f'{books.HEAD}<sst {books.MAIN} count="2147483647" uniqueCount="2147483647"></sst>'}),
        "file_too_large",
    ),
    **QUICK,
}  # fmt: skip
HARMLESS = {
    "a sheet that claims to fill the whole grid": lambda: book({"a": sheet_xml(dimension="A1:XFD1048576")}),
    "fifty thousand merged cells over the whole grid": lambda: book(
        {"a": sheet_xml(after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 50_000 + "</mergeCells>")}
    ),
    "elements a hundred thousand deep beside the rows": lambda: deep(SHEET, 100_000, closed=True),
    "elements a hundred thousand deep in the workbook": lambda: deep("xl/workbook.xml", 100_000, closed=True),
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_at_once_with_its_reason(name):
    """What costs the child more processor than this is refused as too slow, and not with its reason."""
    made, code = BOMBS[name]
    content = made()

    with pytest.raises(Invalid) as refused:
        read(io.BytesIO(content), name="roster.xlsx", caps=Caps(cpu_seconds=6))

    assert refused.value.code == code
    assert not re.search(r"张三|369901199001010013|14091234567", str(refused.value))


def test_forty_and_more_are_tried():
    assert len(BOMBS) >= 40


def test_the_same_workbook_without_the_bomb_is_read():
    sheet = read(io.BytesIO(book()), name="roster")

    assert sheet.headers == ["姓名", "身份证号", "手机号"] and sheet.header_row == 1
    assert sheet.rows.select("row", "c0", "c1").rows() == [(2, "张三", "369901199001010013")]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_lie_that_does_no_harm_changes_nothing(name):
    sheet = read(io.BytesIO(HARMLESS[name]()), name="roster")

    assert sheet.rows.select("row", "c0", "c1", "c2").rows() == [
        (2, "张三", "369901199001010013", "14091234567")
    ]


@pytest.mark.parametrize("name", HEAVY)
def test_what_weighs_much_is_refused_within_the_limits_and_the_next_file_is_read(name):
    made, code = HEAVY[name]
    caps = Caps()

    taken = read_apart(made())

    assert taken.code == code
    assert taken.mib <= 1536 and taken.cpu <= caps.cpu_seconds and taken.wall <= caps.wall_seconds
    assert read(io.BytesIO(book()), name="roster").rows.height == 1


def test_the_control_the_bare_library_takes_all_the_memory_that_one_text_asks_for():
    code = (
        "import io, resource, sys, python_calamine as c;"
        "c.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    content = giant_text(400)
    bare = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, check=True)

    assert int(bare.stdout) > 400
    assert read_apart(content).mib < 400


def test_the_control_the_bare_library_dies_of_the_far_cell():
    code = (
        "import io, resource, sys, python_calamine as c; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31));"
        "c.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)"
    )
    bare = subprocess.run(
        [sys.executable, "-c", code], input=book({"a": FAR}), capture_output=True, check=False
    )

    assert bare.returncode == -signal.SIGABRT


def test_line_and_cell_are_named():
    with pytest.raises(Invalid, match=r"XFD1048576"):
        read(io.BytesIO(book({"a": FAR})), name="x")
    with pytest.raises(Invalid, match=r"Line 3 "):
        read(io.BytesIO(CSV.encode() + "欧阳建国华,,\n".encode("gb18030")), name="x")
    with pytest.raises(Invalid, match=r"Row 3 "):
        read(io.BytesIO((CSV + "李四,1,2,青岚,路\n").encode()), name="x")
