"""Workbooks made by hand, part by part, right ones and such as nobody should open."""

import io
import struct
import zipfile
import zlib

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows(*lines):
    """Return the rows of a sheet; each line is a row's cells as XML."""
    return "".join(f'<row r="{k}">{line}</row>' for k, line in enumerate(lines, start=1))


HEADINGS = cell("A1", "姓名") + cell("B1", "身份证号") + cell("C1", "手机号")
PERSON = cell("A2", "张三") + cell("B2", "369901199001010013") + cell("C2", "14091234567")


def sheet_xml(data=None, *, dimension="A1:C2", head=HEAD, after=""):
    data = rows(HEADINGS, PERSON) if data is None else data
    return f'{head}<worksheet {MAIN}><dimension ref="{dimension}"/><sheetData>{data}</sheetData>{after}</worksheet>'


def parts(sheets=None, **more):
    """Return the parts of a workbook by name."""
    sheets = sheets or {"名册": sheet_xml()}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{k}" r:id="rId{k}"/>' for k, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{k}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    found = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
    }
    for k, text in enumerate(sheets.values(), start=1):
        found[f"xl/worksheets/sheet{k}.xml"] = text
    return found | more


def zipped(by_name, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in by_name.items():
            info = zipfile.ZipInfo(name)  # of 1980: the same bytes every day
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


def book(sheets=None, **more):
    return zipped(parts(sheets, **more))


def patched(data, name, **changes):
    """Return a zip with the fields of one part changed, in its own header and in the directory."""
    out = bytearray(data)
    spots = {"flags": (6, 8, "<H"), "method": (8, 10, "<H"), "crc": (14, 16, "<I"), "size": (22, 24, "<I")}
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        if info.filename == name:
            directory = data.index(b"PK\1\2", 0)
            while data[directory + 46 : directory + 46 + len(name)] != name.encode():
                directory = data.index(b"PK\1\2", directory + 4)
            for key, value in changes.items():
                local, central, form = spots[key]
                struct.pack_into(form, out, info.header_offset + local, value)
                struct.pack_into(form, out, directory + central, value)
    return bytes(out)


def overlapping():
    """Return a zip whose directory counts one packed block sixty times."""
    block = zlib.compress(b"\0" * 1_000_000, 9)[2:-4]
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(b"\0" * 1_000_000), len(block), 1_000_000, 1, 0
    )
    out = local + b"a" + block
    start, directory = len(out), b""
    for k in range(60):
        name = f"xl/{k}.xml".encode()
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(block), 1_000_000, len(name), 0, 0, 0, 0, 0, 0) + name  # fmt: skip
    return out + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 60, 60, len(directory), start, 0)
