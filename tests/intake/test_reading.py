"""What is read is what was typed: kinds of cells, numbers of rows, quotation marks, encodings."""

import csv
import io
import subprocess
import sys
from datetime import date, datetime
from unittest import mock

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.core.errors import Invalid
from niangjia.core.intake import headers, members
from niangjia.intake.reading import process, read, text
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.refusals import Broken, TooLarge, TooSlow
from niangjia.intake.reading.workbook import column_of, formulas_in, formulas_of_sheet, whole_rows
from tests.intake import books

HEAD = ["姓名", "身份证号", "手机号", "入会日期"]
ID = "369901199001010013"


def workbook(fill, **options):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, options)
    page = made.add_worksheet("名册")
    page.write_row(0, 0, HEAD)
    fill(made, page)
    made.close()
    return io.BytesIO(out.getvalue())


def codes_of(content):
    sheet = read(content, name="x")
    checked = members.check(sheet.rows, headers.guess(sheet.headers), on=date(2026, 9, 1), allow_demo=True)
    found = checked.findings.with_columns(number=sheet.rows["row"].gather(checked.findings["row"]))
    return {(row, code) for row, code in found.select("number", "code").iter_rows()}, checked


def test_numbers_formulas_and_days_are_told_apart():
    def fill(made, page):
        page.write_number(1, 1, 369901199001011000)
        page.write_number(1, 2, 14091234567)
        page.write_datetime(1, 3, datetime(2020, 5, 6), made.add_format({"num_format": "yyyy/m/d"}))
        page.write_formula(2, 0, '="张"&"三"', None, "张三")
        page.write_boolean(2, 1, True)
        page.write_number(2, 3, 43957.5)

    rows = read(workbook(fill), name="x").rows

    assert rows.select("row", "c0", "c1", "c2", "c3").rows() == [
        (2, None, "369901199001011000", "14091234567", "2020-05-06"),
        (3, "张三", "TRUE", None, "43957.5"),
    ]
    assert rows.select("c1_number", "c2_number", "c3_number").rows() == [
        (True, True, False),
        (False, False, True),
    ]
    assert rows["c0_formula"].to_list() == [False, True]


def test_formulas_are_found_behind_shared_strings_and_shared_formulas():
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append(["张三", f"={ID[:3]}+1", "14091234567"])
    made.active["A40"] = '=HYPERLINK("http://example.invalid")'
    out = io.BytesIO()
    made.save(out)

    found, _ = codes_of(out)

    assert {(2, "FORMULA_CELL"), (40, "FORMULA_CELL")} <= found


def with_number(text, says=""):
    """Return a workbook whose cell A2 is a number in the writing ``text``; a remark keeps it from the reader of plain sheets."""
    person = f'<c r="A2"{says}><v>{text}</v></c>' + books.cell("B2", ID) + books.cell("C2", "14091234567")
    return io.BytesIO(
        books.book({"a": books.sheet_xml(books.rows(books.HEADINGS, person), after="<!-- x -->")})
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [("1", "1"), ("-1.5", "-1.5"), ("1E5", "100000"), ("5e-01", "0.5"), (".5", "0.5"), ("+2", "2"), ("", None)],
)  # fmt: skip
@pytest.mark.parametrize("says", ["", ' t="n"', " s='0' t='n'"])
def test_a_number_is_read_however_it_is_written(text, told, says):
    rows = read(with_number(text, says), name="x").rows

    assert rows.select("c0", "c1").rows() == [(told, ID)]


@pytest.mark.parametrize(
    "text", ["a1", "1 2", "1,5", "nan", "0x10", "１", "1.2.3", "--1", "1e", "TRUE", "\n王", " 3"]
)
@pytest.mark.parametrize("says", ["", ' t="n"'])
def test_a_number_that_is_none_is_refused_with_its_place(text, says):
    with pytest.raises(Invalid) as refused:
        read(with_number(text, says), name="x")

    assert refused.value.code == "file_broken"
    assert str(refused.value.params["where"]).endswith("sheet1.xml: A2")


BETWEEN_ROWS = {
    "a row by another name": lambda text: text.replace('<row r="2">', '<q r="2">').replace("</row></sheetData>", "</q></sheetData>"),
    "a cell without a row": lambda text: text.replace("</row></sheetData>", "</row>" + books.cell("A3", "王五") + "</sheetData>"),
    "a cell before all rows": lambda text: text.replace("<sheetData>", "<sheetData>" + books.cell("A9", "王五")),
    "a text": lambda text: text.replace('</row><row r="2">', '</row>王五<row r="2">'),
}  # fmt: skip


@pytest.mark.parametrize("name", BETWEEN_ROWS)
def test_what_stands_between_rows_and_is_no_row_is_refused(name):
    text = BETWEEN_ROWS[name](books.sheet_xml())
    assert text != books.sheet_xml()
    with pytest.raises(Invalid) as refused:
        read(io.BytesIO(books.book({"a": text})), name="x")
    assert refused.value.code == "file_broken"


def test_remarks_and_white_space_may_stand_between_rows():
    text = books.sheet_xml().replace("</row>", "</row>\n  <!-- x --><?y z?>")
    assert read(io.BytesIO(books.book({"a": text})), name="x").rows["c1"].to_list() == [ID]


def test_rows_without_numbers_are_rows_wherever_a_piece_ends():
    pieces = iter([b"<sheetData><row><c/></row><row>", b"<c/></row><row>", b"<c/></row></sheetData>"])
    assert formulas_of_sheet(pieces, "part", "sheet", 0) == []


def test_what_stands_between_two_pieces_of_a_sheet_is_looked_at_too():
    lines = books.rows(books.HEADINGS, *([books.cell("A2", "x")] * 10))
    pieces = [lines[: lines.rindex("<row")].encode(), b"<q><c/></q>" + lines[lines.rindex("<row") :].encode()]
    with pytest.raises(Broken):
        formulas_of_sheet(iter([b"<sheetData>" + pieces[0], pieces[1]]), "part", "sheet", 0)
    assert (
        formulas_of_sheet(iter([pieces[0], pieces[1].replace(b"<q><c/></q>", b"")]), "part", "sheet", 0) == []
    )


@pytest.mark.parametrize("kind", ["str", "b", "d"])
def test_what_says_that_it_is_no_number_may_be_a_word(kind):
    text = {"str": "王五", "b": "1", "d": "2020-01-01T00:00:00"}[kind]

    assert read(with_number(text, f' t="{kind}"'), name="x").rows.height == 1


ID_CELLS = {
    "a number": (369901199001011000, "ID_NUMBER_CELL"),
    "a number of fifteen digits": (369901900101001, "ID_NUMBER_CELL"),
    "the text of a number": ("3.69901E+17", "ID_NUMBER_CELL"),
    "seventeen characters": (ID[:17], "ID_LENGTH"),
    "nineteen characters": (ID + "1", "ID_LENGTH"),
    "a wrong end": (ID[:17] + "4", "ID_CHECK"),
    "the letter O": ("36990119900101O013", "ID_CHARACTER"),
    "30 February": ("369901199002300015", "ID_BIRTH"),
    "a county of nowhere": ("999999199001010010", "ID_COUNTY"),
    "a passport without saying so": ("E12345678", "ID_LENGTH"),
    "a travel permit without saying so": ("H1234567802", "ID_LENGTH"),
    "nothing": (None, "ID_BLANK"),
    "spaces": ("   ", "ID_BLANK"),
    "Chinese": ("没有带身份证来了请稍后再补充登记吧好", "ID_CHARACTER"),
}


@pytest.mark.parametrize("kind", ID_CELLS)
def test_bad_id_cells_are_refused_by_name_and_never_guessed(kind):
    cell, code = ID_CELLS[kind]

    found, checked = codes_of(
        workbook(lambda _, page: page.write_row(1, 0, ["张三", cell, "14091234567", "2020-01-01"]))
    )

    assert {one for _, one in found if one.startswith("ID_")} == {code}
    assert checked.columns["id_number"].to_list() == [None]
    assert checked.verdicts.to_list() == ["refused"]


@pytest.mark.parametrize(
    "cell",
    [
        ID,
        "３６９９０１１９９００１０１００１３",
        f" {ID[:6]} {ID[6:14]} {ID[14:]}",
        f"'{ID}",
        "369901900101001",
    ],
)
def test_right_ids_are_right_in_any_writing(cell):
    _, checked = codes_of(
        workbook(lambda _, page: page.write_row(1, 0, ["张三", cell, "14091234567", "2020-01-01"]))
    )

    assert checked.verdicts.to_list() == ["new"]
    assert checked.columns["id_number"].str.slice(0, 17).to_list() == [ID[:17]]


def test_hidden_rows_count_and_merged_cells_are_blank_below_their_first():
    def fill(made, page):
        page.write_row(1, 0, ["张三", ID, "14091234567"])
        page.set_row(1, None, None, {"hidden": True})
        page.merge_range(2, 1, 3, 1, "36990119900101003X")
        page.write(2, 0, "李四")
        page.write(3, 0, "王五")

    found, checked = codes_of(workbook(fill))

    assert checked.columns["row"].to_list() == [2, 3, 4]
    assert (4, "ID_BLANK") in found and (3, "ID_BLANK") not in found


def test_a_sheet_of_remarks_and_a_hidden_list_are_passed_over():
    remarks = books.sheet_xml(books.rows(books.cell("A1", "填表说明：一人一行")), dimension="A1")
    made = books.parts({"说明": remarks, "名册": books.sheet_xml(), "字典": books.sheet_xml()})
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace('name="字典"', 'name="字典" state="hidden"')

    assert read(io.BytesIO(books.zipped(made)), name="x").name == "名册"


def test_a_roster_that_starts_in_the_middle_of_a_sheet_keeps_its_numbers():
    def fill(_, page):
        page.write_row(0, 0, ["", "", "", ""])
        page.write_row(9, 3, ["姓名", "证件号码"])
        page.write_row(11, 3, ["张三", ID])

    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    fill(made, made.add_worksheet())
    made.close()
    sheet = read(io.BytesIO(out.getvalue()), name="x")

    assert (sheet.header_row, sheet.headers) == (10, ["", "", "", "姓名", "证件号码"])
    assert sheet.rows.select("row", "c3", "c4").rows() == [(12, "张三", ID)]


cells = st.text(st.sampled_from('ab张三,;"\n\t =1·\u3000'), max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_text_tables_are_read_as_pythons_own_reader_does(lines, encoding, end):
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [["姓名", "身份证号", "备注"], *lines]
    )
    expected = [
        (number, *((cell.replace("\r\n", "\n") or None) for cell in (line + [""] * 3)[:3]))
        for number, line in enumerate(csv.reader(io.StringIO(out.getvalue(), newline="")), start=1)
    ]

    block = next(text.blocks(out.getvalue().encode(encoding), Caps()))

    assert block.rows.select("row", "c0", "c1", "c2").rows() == expected


# What a line of a text table may be, well written or not.
odd_lines = st.sampled_from(
    [
        "",
        "   ",
        ",,",
        "张三",
        "张三,1,2",
        "张三,1,2,",
        "张三,1,2,3",
        '"张三","1",2',
        '"张""三",1,"东街\n3号,一"',
        '张"三",1,2',
        '张"三,1,2',
        '"',
        '""',
        '"""',
        'a""b,"",',
        '"a"b,1,"\n\n"',
        "null,NA,#1",
    ]
)


def told(table):
    """The rows of a text table, or why it is refused."""
    try:
        return pl.concat(block.rows for block in text.blocks(table, Caps())).rows()
    except Invalid as refusal:
        return refusal.code, refusal.params


@settings(max_examples=150, deadline=None)
@given(
    st.lists(odd_lines, max_size=30), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([1, 7, 40, 200])
)
def test_a_text_table_is_the_same_wherever_it_is_cut_into_pieces(lines, end, piece):
    table = end.join(["姓名,身份证号,备注", *lines, ""]).encode()
    with mock.patch.object(text, "PIECE", len(table)):
        whole = told(table)
    with mock.patch.object(text, "PIECE", piece):
        assert told(table) == whole


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_no_list_has_is_told_by_its_number_whatever_ends_the_lines(end):
    lines = ["姓名,身份证号,备注", *["张三,1,"] * 40, f"李四,2,{'长' * 60}", "王五,3,"]
    with mock.patch.object(text, "_GIANT", 64):
        assert told(end.join(lines[:41]).encode()) == told("\n".join(lines[:41]).encode())
        with pytest.raises(TooLarge) as refused:
            list(text.blocks(end.join(lines).encode(), Caps()))
    line = int(refused.value.params["where"].split()[1])
    assert 40 <= line <= 42


def test_control_pieces_that_end_inside_a_cell_would_be_refused_or_read_as_rows(monkeypatch):
    table = '姓名,身份证号,备注\n张三,1,"东街\n3号"\n李四,2,\n'.encode()
    whole = told(table)
    monkeypatch.setattr(text, "PIECE", 1)
    monkeypatch.setattr(
        text, "_end_of_row", lambda data, start, least: data.find(b"\n", least) + 1 or len(data)
    )
    assert told(table) != whole


def test_blank_lines_count_as_a_spreadsheet_counts_them():
    sheet = read(io.BytesIO(f"名册\n\n姓名,身份证号\n\n张三,{ID}\n,\n李四,{ID}".encode()), name="x")

    assert sheet.header_row == 3 and sheet.rows["row"].to_list() == [5, 7]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_commas_tabs_and_semicolons_part_cells(separator):
    lines = [["姓名", "身份证号", "手机号"], ["张三", ID, "14091234567"]]

    sheet = read(io.BytesIO("\n".join(separator.join(line) for line in lines).encode("gb18030")), name="x")

    assert sheet.headers == lines[0] and sheet.rows.select("c0", "c1", "c2").row(0) == tuple(lines[1])


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_row_may_begin_with_a_quotation_mark_and_end_without_one(separator):
    lines = [HEAD, [f'"张{separator}三"', ID, "14091234567", "2020-05-06"], ['""', ID, "", "2020-05-07"]]
    content = io.BytesIO("\n".join(separator.join(cells) for cells in lines).encode())

    assert read(content, name="x").rows["c0"].to_list() == [f"张{separator}三", None]


@given(
    st.lists(st.sampled_from(["张三,𠮷\n".encode(), b"a\n", b"\xe4\n", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xff", "é".encode()])),
    st.binary(max_size=8),
)  # fmt: skip
def test_what_is_utf_8_is_so_some_lines_at_a_time_as_in_one_go(parts, end):
    content = b"".join(parts) + end
    try:
        content.decode()
    except UnicodeDecodeError:
        whole = False
    else:
        whole = True
    with mock.patch.object(text, "AT_ONCE", 4):
        assert text._is_utf8(content) is whole


def test_characters_that_left_the_private_use_area_in_2022_are_read_as_such():
    assert text.in_utf8("姓名,".encode("gb18030") + b"\xfe\x59\n") == "姓名,\u9fb4\n".encode()


def test_a_child_out_of_time_or_memory_is_a_refusal():
    with pytest.raises(TooSlow):
        read(io.BytesIO(books.book()), name="x", caps=Caps(wall_seconds=0))
    with pytest.raises(TooLarge):
        read(io.BytesIO(b"x" * 1_100_000), name="x", caps=Caps(file_mib=1))


def test_the_child_can_write_no_file_and_gets_none_of_our_variables(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    assert not {"DATABASE_URL", "PGPASSWORD"} & set(process._ENVIRONMENT)
    code = (
        "from niangjia.intake.reading.caps import Caps, confine; import os; confine(Caps());"
        "fd = os.open('/tmp', os.O_TMPFILE | os.O_RDWR); os.write(fd, b'x')"
    )
    import subprocess
    import sys

    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env=process._ENVIRONMENT
    )
    assert ended.returncode != 0


@given(st.integers(1, 40), st.integers(1, 200))
def test_formulas_are_found_wherever_the_pieces_are_cut(n, step):
    xml = "".join(
        f'<row r="{k}"><c r="AB{k}"><f>1</f><v>1</v></c><c r="C{k}"><v>2</v></c></row>'
        for k in range(1, n + 1)
    )
    data = f"<sheetData>{xml}</sheetData>".encode()
    steps = iter([data[k : k + step] for k in range(0, len(data), step)])

    found = [cell for piece in whole_rows(steps, "x") for cell in formulas_in(piece, "x")]

    assert found == [(k, 27) for k in range(n)]


def test_columns_have_letters():
    assert [column_of(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]


@pytest.mark.parametrize("noise", range(12))
def test_a_workbook_with_flipped_bytes_is_read_or_refused(noise):
    import random

    luck = random.Random(noise)
    data = bytearray(books.book())
    for _ in range(luck.randint(1, 6)):
        data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    try:
        sheet = read(io.BytesIO(bytes(data)), name="x")
    except Invalid as refusal:
        assert refusal.code.startswith("file_")
    else:
        assert isinstance(sheet.rows, pl.DataFrame)


def test_a_child_may_wait_for_its_listener_but_not_the_listener_for_the_child(monkeypatch):
    running = []

    class Clock:
        def __init__(self, seconds, end):
            self.told = (seconds, end)

        def start(self):
            running.append(self.told)

        def cancel(self):
            running.remove(self.told)

    class Child:
        is_killed = False

        def kill(self):
            self.is_killed = True

    def spoken():
        for said in (b"first", b"second"):
            assert len(running) == 1
            yield b"f", said
        running[0][1]()

    monkeypatch.setattr(process.threading, "Timer", Clock)
    child = Child()
    watch = process._Watch(child, 90)
    for _ in watch.over(spoken()):
        assert running == [] and not watch.was_slow
    assert child.is_killed and watch.was_slow and running == []


def test_a_large_file_may_take_more_processor_time_and_no_more_than_that():
    script = (
        "from niangjia.intake.reading.caps import MIB, Caps, confine; import resource;"
        "confine(Caps(cpu_seconds=50, cpu_seconds_per_mib=2), 3 * MIB + 1); print(resource.getrlimit(resource.RLIMIT_CPU))"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "(56, 56)"


def test_a_line_that_no_list_has_is_refused_by_its_number(monkeypatch):
    head = ",".join(HEAD)
    content = f"{head}\n{'x' * 100},{ID},14091234567,2020-05-06\n".encode()
    assert next(text.blocks(content, Caps())).rows.height == 2
    monkeypatch.setattr(text, "_GIANT", 32)
    with pytest.raises(TooLarge) as told:
        next(text.blocks(content, Caps()))
    assert told.value.params["where"].startswith("csv: ")
