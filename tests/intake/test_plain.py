"""The stream of a plain workbook gives what the slow reader gives: the same cells, flags and rows, or the same refusal."""

import io
import re
from datetime import date, datetime, timedelta

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from niangjia.cli.synth.rosters import roster
from niangjia.cli.synth.writers import write_xlsx
from niangjia.core.errors import Invalid
from niangjia.core.intake.headers import WITHIN_ROWS
from niangjia.intake.reading import read, workbook
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.kinds import LOOKED_AT, Kind, kind_of
from niangjia.intake.reading.plain import book as plain_book
from niangjia.intake.reading.plain import extent, grammar, marks, pieces, sheet, texts
from niangjia.intake.reading.zipped import Parts
from tests.intake import books
from tests.intake.mutants import _ON_BOOKS, BOOKS, ROSTERS, STYLES, base, mutant

CAPS = Caps()
ID = "369901199001010013"
HEAD = ["姓名", "身份证号", "手机号", "入会日期"]
NOT_READ = "refused"


def is_plain(content, caps=CAPS):
    parts = Parts(content, caps)
    return plain_book.plain_of(content, parts, workbook.places_of(parts), caps) is not None


def told(content, caps=CAPS):
    """Return what is read: the name and the rows, those of the top and all that are not blank; or the refusal."""
    try:
        blocks = list(workbook.blocks(content, caps))
        rows = pl.concat([block.rows for block in blocks])
        shown = [column for column in rows.columns if column[1:].isdecimal()]
        filled = pl.any_horizontal(pl.col(shown).is_not_null())
        return {block.sheet for block in blocks}, rows.filter((pl.col("row") <= WITHIN_ROWS) | filled)
    except Invalid as refusal:
        return NOT_READ, (refusal.code, refusal.params)
    except (
        BaseException
    ) as error:  # a day that no calendar has: the library ends the child, which is a refusal too
        if not isinstance(error, OverflowError) and type(error).__name__ != "PanicException":
            raise
        return NOT_READ, ("file_broken", {})


def assert_same(content, monkeypatch, caps=CAPS):
    """Compare the stream with the slow reader; return whether it was the stream that read."""
    quick = told(content, caps)
    with monkeypatch.context() as patched:
        patched.setattr(workbook, "plain_of", lambda *_: None)
        slow = told(content, caps)
    assert quick[0] == slow[0]
    if quick[0] == NOT_READ:
        assert quick[1] == slow[1]
    else:
        assert_frame_equal(quick[1], slow[1])
    return quick[0] != NOT_READ and is_plain(content, caps)


def filled(fill, **options):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, options)
    page = made.add_worksheet("名册")
    page.write_row(0, 0, HEAD)
    fill(made, page)
    made.close()
    return out.getvalue()


def with_cells(cells, *, styles=STYLES, more=""):
    """Return a workbook with these cells, as XML, below its headings."""
    found = books.parts({"名册": books.sheet_xml(books.rows(books.HEADINGS, books.PERSON, *cells))})
    found["xl/styles.xml"] = styles
    rels = "xl/_rels/workbook.xml.rels"
    found[rels] = found[rels].replace(
        "</Relationships>",
        f'<Relationship Id="rIdT" Type="{books.RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    )
    found["xl/workbook.xml"] = found["xl/workbook.xml"].replace("<sheets>", f"{more}<sheets>")
    return books.zipped(found)


# What is plain is read by the stream


@pytest.mark.parametrize("seed", range(5))
def test_a_made_up_roster_is_read_by_the_stream_as_by_the_slow_reader(tmp_path, monkeypatch, seed):
    write_xlsx(roster(700, 300 + seed), tmp_path / "x.xlsx")
    monkeypatch.setattr(pieces, "PIECE", 60_000)
    monkeypatch.setattr(plain_book, "BLOCK_ROWS", 150)

    assert assert_same((tmp_path / "x.xlsx").read_bytes(), monkeypatch)


@pytest.mark.parametrize("number", range(ROSTERS))
@pytest.mark.parametrize("writer", BOOKS)
def test_what_each_program_writes_is_plain(monkeypatch, writer, number):
    assert assert_same(base(number, writer), monkeypatch)


def test_a_table_of_strings_in_pieces_is_read(monkeypatch):
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    for k in range(900):
        made.active.append(
            [
                f" 张{k} <&> _x00{k:02x}_",
                ID[:-3] + f"{k:03}",
                14_000_000_000 + k,
                date(2020, 1, 1) + timedelta(k),
            ]
        )
    out = io.BytesIO()
    made.save(out)
    monkeypatch.setattr(pieces, "PIECE", 9_000)

    assert assert_same(out.getvalue(), monkeypatch)


def test_one_visible_sheet_among_hidden_ones_is_read_by_the_stream(monkeypatch):
    made = books.parts({"名册": books.sheet_xml(), "字典": books.sheet_xml()})
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace('name="字典"', 'name="字典" state="hidden"')

    assert assert_same(books.zipped(made), monkeypatch)


FORMATS = ("yyyy/m/d", "yyyy-mm-dd hh:mm", "m/d", "h:mm", "[h]:mm:ss", 'yyyy"年"m"月"d"日"', "0.00", "@", "#,##0", "General", "0E+00", '"d"0', "[Red]0", "mmm-yy", 14, 22, 46, 47, 45, 1, 49)  # fmt: skip
odd_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8) | st.sampled_from(
    ["", " ", " a ", "\n", "a\nb", "\t", "_x000D_", "a_x000a_b", "_x00+5_", "_x00zz_", "_x005F_x000D_", "&amp;lt;", "<b>", "'", '"', "]]>", "𪚦", "😀", "\u3000", "\u200b", "\ufffd", "\x7f", "\x85", "\u2028", "007", "1e5", "TRUE", "张三\r\n"]
)  # fmt: skip
numbers = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e90, max_value=1e90), st.integers(10**17, 10**18 - 1),
    st.sampled_from([0, -0.0, 0.1, 1e15, 1e16, 999999999999999, 1e20, 1e-7, 43957, 43957.5, 60, 61, 2958465, -1, 369901199001011000]),
)  # fmt: skip
days = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)) | st.floats(-10, 3_000_000).map(float)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("tnbdo"), odd_text, numbers, st.booleans(), days, st.sampled_from(FORMATS)), max_size=25), st.booleans(), st.booleans())  # fmt: skip
def test_cells_of_all_kinds_are_read_alike(monkeypatch, cells, is_1904, in_memory):
    def fill(made, page):
        for k, (kind, text, number, yes, day, form) in enumerate(cells):
            style = made.add_format({"num_format": form})
            row, column = 1 + k // 4, k % 4
            if kind == "t":
                page.write_string(row, column, text)
            elif kind == "b":
                page.write_boolean(row, column, yes, style)
            elif kind == "d" and isinstance(day, datetime):
                page.write_datetime(row, column, day, style)
            elif kind == "o":
                page.write_blank(row, column, None, style)
            else:
                page.write_number(row, column, day if kind == "d" else number, style)

    content = filled(fill, date_1904=is_1904, constant_memory=not in_memory, strings_to_formulas=False)

    assert_same(content, monkeypatch)


CELLS = {
    "an entity": '<c r="A3" t="inlineStr"><is><t>&lt;&amp;lt;&gt;&quot;&apos;</t></is></c>',
    "kept blanks": '<c r="A3" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>',
    "blanks that are cut": '<c r="A3" t="inlineStr"><is><t> \n a\t</t></is></c>',
    "blanks alone": '<c r="A3" t="inlineStr"><is><t>  </t></is></c>',
    "an escape": '<c r="A3" t="inlineStr"><is><t>a_x000D_b_x00+5__x00</t></is></c>',
    "an escape in the text of a formula's cell": '<c r="A3" t="str"><v> a_x000D_b </v></c>',
    "no text": '<c r="A3" t="inlineStr"><is><t></t></is></c><c r="B3" t="inlineStr"><is><t/></is></c><c r="C3" t="str"><v></v></c>',
    "no text in the last column": '<c r="A3"><v>1</v></c><c r="H3" t="inlineStr"><is><t /></is></c>',
    "no cell": '<c r="A3"/><c r="B3" s="1"/><c r="C3" s="1" /><c r="D3" t="n"></c><c r="Z3" s="0"/>',
    "odd numbers": "".join(f'<c r="{chr(65 + k)}3"><v>{number}</v></c>' for k, number in enumerate(["007", "-0", "1.0", "1E+17", "1e-9", "12345678901234567890123", "0.1", "-5", "00", "1.5e3", "999999999999999", "1000000000000000", "123456789012345678"])),
    "days": "".join(f'<c r="{chr(65 + k)}3" s="{k % 3}" t="n"><v>{number}</v></c>' for k, number in enumerate(["43957", "43957", "43957", "0", "0", "60", "1", "43957.5", "9", "-3", "-3.25", "2958466", "1e9", "99999999999", "1e60"])),
    "a style that is not there": '<c r="A3" s="77"><v>43957</v></c>',
    "both truths": '<c r="A3" t="b"><v>1</v></c><c r="B3" t="b"><v>0</v></c>',
    "a double letter": '<c r="AA3"><v>1</v></c><c r="GR3" t="str"><v>x</v></c>',
}  # fmt: skip


@pytest.mark.parametrize("more", ["", '<workbookPr date1904="1"/>'])
@pytest.mark.parametrize("name", CELLS)
def test_each_kind_of_plain_cell_is_read_alike(monkeypatch, name, more):
    assert assert_same(with_cells([CELLS[name]], more=more), monkeypatch)


ROWS = {
    "a gap at the top": '<row r="9">{}</row><row r="12">{}</row>',
    "a gap below the top": '<row r="1">{}</row><row r="40">{}</row><row r="90000">{}</row>',
    "what programs say of rows": '<row r="1" spans="1:3" ht="15.5" customHeight="1" s="2" customFormat="1" hidden="0">{}</row><row r="2"/><row r="3" />',
    "lines of their own": '\n<row r="1">\n{}</row>\n<row r="2"/>\n<row r="3" ht="9">\n{}</row>\n',
    "the last row": '<row r="1">{}</row><row r="1048576">{}</row>',
    "headings beyond the thirtieth row": '<row r="31">{}</row>',
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_keep_their_numbers(monkeypatch, name):
    lines = iter([books.HEADINGS, books.PERSON, books.PERSON])
    made = re.sub(
        r'(<row r="(\d+)"[^<>]*>\n?)\{\}', lambda one: one[1] + re.sub(r'r="([A-Z])\d+"', rf'r="\g<1>{one[2]}"', next(lines)), ROWS[name]
    )  # fmt: skip
    content = books.book({"a": books.sheet_xml(made)})

    assert assert_same(content, monkeypatch) or name == "headings beyond the thirtieth row"
    assert is_plain(content)


def test_a_namespace_of_rows_must_be_known(monkeypatch):
    sheet_xml = books.sheet_xml().replace("<row ", '<row x14ac:dyDescent="0.25" ').replace('<row x14ac:dyDescent="0.25" r="1"', '<row r="1" x14ac:dyDescent="0.25"').replace('<row x14ac:dyDescent="0.25" r="2"', '<row r="2" x14ac:dyDescent="0.25"')  # fmt: skip
    known = sheet_xml.replace("<worksheet ", '<worksheet xmlns:x14ac="http://example.invalid/ac" ')

    assert assert_same(books.book({"a": known}), monkeypatch)
    assert not assert_same(books.book({"a": sheet_xml}), monkeypatch)


STRINGS = {
    "plain": "<si><t>甲</t></si>",
    "kept blanks": '<si><t xml:space="preserve"> 甲 </t></si>',
    "no text": "<si><t/></si>",
    "a language": '<si><t>甲</t><phoneticPr fontId="1" type="noConversion"/></si>',
    "runs": '<si><r><rPr><b/></rPr><t>*</t></r><r><t xml:space="preserve"> 姓&amp;名_x000D_</t></r></si>',
    "a reading": '<si><t>甲</t><rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/></si>',
    "a reference": "<si><t>&#30002;\r\n</t></si>",
    "nothing": "<si></si>",
}
NOT_STRINGS = {
    "an item in itself": "<si><si><t>甲</t></si>",
    "nothing at all": "<si/>",
    "a remark": "<si><t>甲</t><!-- </si> --></si>",
    "a section": "<si><t><![CDATA[甲]]></t></si>",
    "an open text": "<si><r><t>甲</r></si>",
    "white space": "<si><t>甲</t></si>\n",
    "a prefix": "<x:si><t>甲</t></x:si>",
    "an unknown entity": "<si><t>&a;</t></si>",
}


def with_strings(items):
    found = books.parts(
        {
            "名册": books.sheet_xml(
                books.rows(
                    books.HEADINGS,
                    books.PERSON,
                    "".join(f'<c r="{chr(65 + k)}3" t="s"><v>{k}</v></c>' for k in range(len(items))),
                )
            )
        }
    )
    found["xl/sharedStrings.xml"] = (
        f'{books.HEAD}<sst {books.MAIN} count="9" uniqueCount="9">{"".join(items)}</sst>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    found[rels] = found[rels].replace(
        "</Relationships>",
        f'<Relationship Id="rIdS" Type="{books.RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    return books.zipped(found)


@pytest.mark.parametrize("name", STRINGS)
def test_strings_are_read_alike_in_runs_or_not(monkeypatch, name):
    assert assert_same(
        with_strings([STRINGS["plain"], STRINGS[name], STRINGS["runs"], STRINGS["plain"]]), monkeypatch
    )


@pytest.mark.parametrize("name", NOT_STRINGS)
def test_an_odd_table_of_strings_is_left_to_the_slow_reader(monkeypatch, name):
    assert not assert_same(with_strings([STRINGS["plain"], NOT_STRINGS[name]]), monkeypatch)


def test_a_large_table_of_strings_needs_a_simple_zip(monkeypatch):
    content = base(1, "shared")
    remark = content[:-2] + b"\1\0x"
    odd = content[:-2] + b"\xff\0"
    monkeypatch.setattr(plain_book, "_LIGHT", 0)

    assert assert_same(content, monkeypatch)
    assert is_plain(content) and not is_plain(remark) and not is_plain(odd)
    for each in (remark, odd):
        assert_same(each, monkeypatch)


# What is not plain is left to the slow reader

NOT_PLAIN = {
    "a formula": lambda text: text.replace("<is>", "<f>1</f><is>", 1),
    "an error": lambda text: text.replace("</row></sheetData>", '<c r="D2" t="e"><v>#REF!</v></c></row></sheetData>'),
    "a rich text": lambda text: text.replace("<t>张三</t>", "<r><t>张</t></r><r><t>三</t></r>"),
    "two texts": lambda text: text.replace("<t>张三</t>", "<t>张</t><t>三</t>"),
    "a reading": lambda text: text.replace("<t>张三</t>", '<t>张三</t><rPh sb="0" eb="1"><t>x</t></rPh>'),
    "a number in words": lambda text: text.replace("</row></sheetData>", '<c r="D2"><v>nan</v></c></row></sheetData>'),
    "a day in words": lambda text: text.replace("</row></sheetData>", '<c r="D2" t="d"><v>2020-01-01</v></c></row></sheetData>'),
    "a reference to a sign": lambda text: text.replace("张三", "张&#19977;"),
    "an unknown entity": lambda text: text.replace("张三", "&a;"),
    "a control": lambda text: text.replace("张三", "张\x01三"),
    "no character": lambda text: text.replace("张三", "张\ufffe三"),
    "the end of a section": lambda text: text.replace("张三", "张]]>三"),
    "a return": lambda text: text.replace("张三", "张\r\n三"),
    "a cell twice": lambda text: text.replace('r="B2"', 'r="A2"'),
    "cells out of order": lambda text: text.replace('r="A2"', 'r="Q2"'),
    "a cell of another row": lambda text: text.replace('r="B2"', 'r="B3"'),
    "a cell of row 20 in row 2": lambda text: text.replace('r="B2"', 'r="B20"'),
    "a cell without a place": lambda text: text.replace(' r="B2"', ""),
    "a row without a number": lambda text: text.replace('<row r="2"', "<row"),
    "rows out of order": lambda text: text.replace('r="1"', 'r="7"').replace('1"', '7"'),
    "a row twice": lambda text: text.replace('<row r="2">', '<row r="1">').replace('2" t', '1" t'),
    "a row behind the last": lambda text: text.replace('<row r="2">', '<row r="1048577">').replace('2" t', '1048577" t'),
    "a row that says one thing twice": lambda text: text.replace('<row r="2">', '<row r="2" ht="1" ht="1">'),
    "a row that says something else": lambda text: text.replace('<row r="2">', '<row r="2" what="1">'),
    "a row that is closed and goes on": lambda text: text.replace('<row r="2">', '<row r="2"/>'),
    "other quotation marks": lambda text: text.replace('r="A2"', "r='A2'"),
    "another order": lambda text: text.replace('r="A2" t="inlineStr"', 't="inlineStr" r="A2"'),
    "a remark": lambda text: text.replace("<sheetData>", "<sheetData><!-- x -->"),
    "a remark above": lambda text: text.replace("<sheetData>", "<!-- <sheetData> --><sheetData>"),
    "a remark below": lambda text: text.replace("</worksheet>", "<!-- x --></worksheet>"),
    "white space": lambda text: text.replace("</row>", "</row>\n  "),
    "rows twice": lambda text: text.replace("</worksheet>", "<sheetData/></worksheet>"),
    "a formula below": lambda text: text.replace("</worksheet>", "<f>1</f></worksheet>"),
    "an open end": lambda text: text.replace("</worksheet>", ""),
    "a wrong end": lambda text: text.replace("</worksheet>", "</worksheets>"),
    "an open row": lambda text: text.replace("</row></sheetData>", "</sheetData>"),
    "a prefix": lambda text: re.sub(r"<(/?)(\w+)", r"<\1x:\2", text.replace(books.HEAD, "")).replace("xmlns=", "xmlns:x="),
    "another encoding": lambda text: text.replace('encoding="UTF-8"', 'encoding="us-ascii"'),
    "an encoding in a text": lambda text: text.replace("姓名", 'encoding="gbk"', 1).replace(books.HEAD, ""),
    "a pointer to nowhere": lambda text: text.replace("</row></sheetData>", '<c r="D2" t="s"><v>0</v></c></row></sheetData>'),
    "a far cell": lambda text: text.replace("</row></sheetData>", '<c r="AAA2"><v>1</v></c></row></sheetData>'),
    "a wide sheet": lambda text: text.replace("</row></sheetData>", '<c r="ZZ2"><v>1</v></c></row></sheetData>'),
    "no rows": lambda text: re.sub("<row.*</row>", "", text),
    "a wrong dimension": lambda text: text.replace('ref="A1:C2"', 'ref=""'),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_written_otherwise_is_left_to_the_slow_reader(monkeypatch, name):
    text = books.sheet_xml()
    other = NOT_PLAIN[name](text)
    assert other != text

    assert not assert_same(books.book({"a": other}), monkeypatch)
    assert not is_plain(books.book({"a": other}))


@pytest.mark.parametrize("sheets", [[""], ["甲", "乙"]])
def test_a_sheet_without_a_name_and_two_visible_ones_are_left_to_the_slow_reader(monkeypatch, sheets):
    assert not assert_same(books.book(dict.fromkeys(sheets, books.sheet_xml())), monkeypatch)


def test_bytes_that_are_no_utf_8_are_left_to_the_slow_reader(monkeypatch):
    content = books.book({"a": books.sheet_xml().encode().replace("张三".encode(), "张三".encode("gb18030"))})

    assert not assert_same(content, monkeypatch)


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_wrong_checksum_is_refused_before_any_row_is_given_out(name):
    content = books.patched(books.book(), name, crc=1)

    with pytest.raises(Invalid) as refused:
        next(workbook.blocks(content, CAPS))

    assert refused.value.code == "file_broken"


def test_what_is_wrong_in_the_last_row_is_found_before_the_first_is_given_out(monkeypatch):
    lines = [books.HEADINGS, *([books.PERSON.replace('2"', '{row}"')] * 400)]
    data = "".join(
        f'<row r="{k}">{line.replace("{row}", str(k))}</row>' for k, line in enumerate(lines, start=1)
    )
    monkeypatch.setattr(pieces, "PIECE", 5_000)
    sound, bad = books.sheet_xml(data), books.sheet_xml(data[:-6] + "&a;</row>")
    assert assert_same(books.book({"a": sound}), monkeypatch)

    with pytest.raises(Invalid):
        next(workbook.blocks(books.book({"a": bad}), CAPS))


def test_a_day_that_no_calendar_has_is_refused_when_its_row_comes(monkeypatch):
    durations = STYLES.replace('numFmtId="14"', 'numFmtId="46"')
    content = with_cells(['<c r="A3" s="1"><v>1e9</v></c>'], styles=durations)

    assert not assert_same(content, monkeypatch)
    with pytest.raises(Invalid) as refused:
        read(io.BytesIO(content), name="x")

    assert refused.value.code == "file_broken" and is_plain(content)


def test_too_many_rows_are_refused_alike(monkeypatch):
    content = books.book(
        {"a": books.sheet_xml(books.rows(books.HEADINGS) + '<row r="900"><c r="A900"><v>1</v></c></row>')}
    )

    assert is_plain(content)
    assert (
        not assert_same(content, monkeypatch, Caps(rows=500))
        and told(content, Caps(rows=500))[1][0] == "file_too_many_rows"
    )


# Mutants


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", range(len(_ON_BOOKS)))
def test_no_mutant_is_read_otherwise(monkeypatch, kind, seed):
    content = mutant(kind, 7_000 + seed).content
    if content.startswith(b"PK\3\4") and kind_of(content[:LOOKED_AT]) is Kind.XLSX:
        assert_same(content, monkeypatch)


# Controls


def differs(content, monkeypatch):
    try:
        return not assert_same(content, monkeypatch)
    except AssertionError:
        return True


def loosened(pattern, old, new):
    assert old in pattern
    return pattern.replace(old, new)


def test_the_control_a_grammar_that_lets_errors_pass_is_noticed(monkeypatch):
    content = with_cells(['<c r="A3" t="e"><v>7</v></c>'])
    assert not is_plain(content)
    monkeypatch.setattr(extent, "ROWS", loosened(grammar.ROWS, '(?: t="n")?><v>', '(?: t="[ne]")?><v>'))

    assert is_plain(content) and differs(content, monkeypatch)


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        (lambda m: m.setattr(texts, "_BLANKS", ""), "blanks that are cut"),
        (lambda m: m.setattr(texts, "_resolved", lambda some: some), "an entity"),
        (lambda m: m.setattr(texts, "_unescaped", lambda some: some), "an escape"),
        (lambda m: m.setattr(sheet, "_SAME_AS_TEXT", ".*"), "odd numbers"),
        (lambda m: m.setattr(plain_book, "frozenset", lambda _: frozenset(), raising=False), "days"),
    ],
)
def test_the_control_each_step_left_out_is_noticed(monkeypatch, change, cell):
    content = with_cells([CELLS[cell]])
    assert not differs(content, monkeypatch)
    change(monkeypatch)

    assert differs(content, monkeypatch)


def test_the_control_cells_in_the_row_of_another_are_looked_for(monkeypatch):
    content = books.book({"a": books.sheet_xml().replace('r="B2"', 'r="B3"')})
    assert not is_plain(content)
    columns = marks._columns

    def careless(tags, cell_at, rows, digits):
        at = tags.at[cell_at] + 7
        return columns(tags, cell_at, tags.words[at], tags.number(at, 7)[1])

    monkeypatch.setattr(marks, "_columns", careless)

    assert is_plain(content) and differs(content, monkeypatch)
