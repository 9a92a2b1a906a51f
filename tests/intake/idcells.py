"""ID cells as clerks leave them, each with the verdict it deserves, worked out beforehand and by nothing of the product's.

The table of truth is ``KINDS``: for each kind of cell how it is written in the workbook, what is to be found in it, and what is to
be stored. The numbers are nobody's: their counties (3699…) were never issued, or their birth is impossible with their county.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from tests.intake.books import HEAD, MAIN, cell, parts, sheet_xml, zipped
from tests.intake.typed import last_of

ON = date(2026, 9, 1)
FIRST, COLUMN = 5, "D"  # a title, a remark and a blank row stand above the headings
COUNTIES = ("369901", "369902", "369903")
STYLES = f'{HEAD}<styleSheet {MAIN}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
Rng = random.Random


@dataclass(frozen=True)
class Cell:
    """One ID cell.

    Attributes:
        xml: the cell as it stands in the sheet, ``{at}`` for its address.
        document: what the column of the kind of document says.
        codes: what is to be found at this cell, and nothing else.
        stored: what is to be stored; None for a refused one.
        expected: the last character that the finding tells, for ID_CHECK.
        is_hidden: whether its row is.
        merged: over how many rows it is merged; those below are blank.
    """

    xml: str
    codes: tuple[str, ...] = ()
    stored: str | None = None
    document: str = ""
    expected: str | None = None
    is_hidden: bool = False
    merged: int = 1


@dataclass(frozen=True)
class Truth:
    """One row of the table of truth."""

    kind: str
    address: str
    row: int
    cell: Cell
    is_below: bool = False

    @property
    def verdict(self) -> str:
        """What the row is to become."""
        return "refused" if set(self.cell.codes) - {"ID_15_DIGITS"} else "new"


def stem(rng: Rng, *, birth: str | None = None, county: str | None = None) -> str:
    """Return 17 digits of somebody who works."""
    day = date(1960, 1, 1) + timedelta(days=rng.randrange(16_000))
    return f"{county or rng.choice(COUNTIES)}{birth or f'{day:%Y%m%d}'}{rng.randrange(1, 990):03d}"


def right(rng: Rng, **said: str) -> str:
    """Return a right number."""
    digits = stem(rng, **said)
    return digits + last_of(digits)


def ending_in_x(rng: Rng) -> str:
    """Return a right number that ends in X."""
    while not (number := right(rng)).endswith("X"):
        pass
    return number


def old(rng: Rng, *, birth: str | None = None, county: str | None = None, order: int | None = None) -> str:
    """Return a number of 15 digits."""
    day = date(1960, 1, 1) + timedelta(days=rng.randrange(14_000))
    return f"{county or rng.choice(COUNTIES)}{birth or f'{day:%y%m%d}'}{order or rng.randrange(1, 990):03d}"


def widened(number: str, century: str = "19") -> str:
    """Return a number of 15 digits as one of 18."""
    digits = number[:6] + century + number[6:]
    return digits + last_of(digits)


def text(content: str, *codes: str, stored: str | None = None, **more: object) -> Cell:
    """Return a text cell."""
    return Cell(cell("{at}", escape(content)), codes, stored, **more)  # type: ignore[arg-type]


def number(digits: str, *codes: str, **more: object) -> Cell:
    """Return a number cell, as the file of a spreadsheet program keeps it."""
    return Cell('<c r="{at}"><v>' + digits + "</v></c>", codes, **more)  # type: ignore[arg-type]


# Accepted, and stored in one form


def _spread(rng: Rng, signs: str) -> Cell:
    number_ = right(rng)
    cuts = sorted(rng.sample(range(1, 18), 2))
    sign = rng.choice(signs)
    return text(
        f"{number_[: cuts[0]]}{sign}{number_[cuts[0] : cuts[1]]}{sign}{number_[cuts[1] :]}", stored=number_
    )


def _like_x(rng: Rng, signs: str) -> Cell:
    number_ = ending_in_x(rng)
    return text(number_[:17] + rng.choice(signs), stored=number_)


def _around(rng: Rng, signs: tuple[str, ...]) -> Cell:
    number_ = right(rng)
    sign = rng.choice(signs)
    return text(
        rng.choice((f"{sign}{number_}", f"{number_}{sign}", f"{sign}{number_}{sign}")), stored=number_
    )


def _full_width(rng: Rng) -> Cell:
    number_ = right(rng)
    return text(
        "".join(chr(ord(c) + 0xFEE0) if rng.random() < 0.7 or k == 0 else c for k, c in enumerate(number_)),
        stored=number_,
    )


def _apostrophe(rng: Rng) -> Cell:
    number_ = right(rng)
    return text(rng.choice("'‘’`") + number_, stored=number_)


def _runs(rng: Rng) -> Cell:
    number_, at = right(rng), rng.randrange(1, 17)
    xml = (
        '<c r="{at}" t="inlineStr"><is><r><t>'
        + number_[:at]
        + "</t></r><r><rPr><b/></rPr><t>"
        + number_[at:]
        + "</t></r></is></c>"
    )
    return Cell(xml, (), number_)


def _fifteen(rng: Rng) -> Cell:
    number_ = old(rng)
    return text(number_, "ID_15_DIGITS", stored=widened(number_))


def _very_old(rng: Rng) -> Cell:
    number_ = old(rng, birth=f"{rng.choice((97, 98, 99))}0315", order=rng.choice((996, 997, 998, 999)))
    return text(number_, "ID_15_DIGITS", stored=widened(number_, "18"))


def _residence(rng: Rng) -> Cell:
    county = rng.choice(("810000", "820000", "830000"))
    # Born before 1900: nobody who could have such a permit, which there are since 2018.
    number_ = right(
        rng, county=county, birth=f"18{rng.choice((97, 98, 99))}0{rng.randrange(1, 10)}1{rng.randrange(10)}"
    )
    document = rng.choice(("", "港澳居民居住证" if county < "83" else "台湾居民居住证"))
    return text(number_, stored=number_, document=document)


def _passport(rng: Rng) -> Cell:
    number_ = rng.choice("EGDSP") + f"{rng.randrange(10**8):08d}"
    return text(
        rng.choice((number_, number_.lower(), f" {number_} ")),
        stored=number_,
        document=rng.choice(("护照", "普通护照")),
    )


def _permit(rng: Rng) -> Cell:
    document, number_ = rng.choice((
        ("港澳居民来往内地通行证", f"H{rng.randrange(10**8):08d}"), ("回乡证", f"M{rng.randrange(10**8):08d}"), ("台胞证", f"{rng.randrange(10**7, 10**8)}"),
        ("外国人永久居留证", f"USA{rng.randrange(10**12):012d}"),
    ))  # fmt: skip
    return text(number_, stored=number_, document=document)


def _just_sixteen(rng: Rng) -> Cell:
    number_ = right(rng, birth="20100901")
    return text(number_, stored=number_)


def _hidden_right(rng: Rng) -> Cell:
    number_ = right(rng)
    return text(number_, stored=number_, is_hidden=True)


# Refused


def _number_cell(rng: Rng) -> Cell:
    digits = stem(rng)
    return number(
        rng.choice((f"{digits[:15]}000", f"{float(digits[:15] + '000'):.14E}", f"{digits[:15]}000.0")),
        "ID_NUMBER_CELL",
    )


def _number_cell_of_a_permit(rng: Rng) -> Cell:
    return number(str(rng.randrange(10**7, 10**8)), "ID_NUMBER_CELL", document=rng.choice(("台胞证", "护照")))


def _exponent(rng: Rng) -> Cell:
    return text(f"3.6990{rng.randrange(10)}E+17", "ID_NUMBER_CELL")


def _wrong_check(rng: Rng) -> Cell:
    digits = stem(rng)
    last = last_of(digits)
    return text(digits + rng.choice([c for c in "0123456789X" if c != last]), "ID_CHECK", expected=last)


def _turned(rng: Rng) -> Cell:
    """Two digits of the order changed places: the check character notices."""
    while True:
        digits = stem(rng)
        turned = digits[:15] + digits[16] + digits[15]
        if turned != digits and turned[14:] != "000":
            return text(turned + last_of(digits), "ID_CHECK", expected=last_of(turned))


def _wrong_residence(rng: Rng) -> Cell:
    digits = stem(rng, county=rng.choice(("810000", "820000", "830000")), birth="18980315")
    last = last_of(digits)
    return text(digits + rng.choice([c for c in "0123456789X" if c != last]), "ID_CHECK", expected=last)


def _length(rng: Rng) -> Cell:
    number_ = right(rng)
    odd = (number_[:17], number_[:16], number_[1:], number_ + "0", number_ * 2, number_[:14], "1", f"{number_}/{right(rng)}", f"{number_}（新）",
           f"{number_};{right(rng)}", "无", "待补", "?", "00000000", "身份证")  # fmt: skip
    return text(rng.choice(odd), "ID_LENGTH")


def _of_fifteen_bytes(rng: Rng) -> Cell:
    """Words instead of a number, which take as many bytes as a number would."""
    odd = rng.choice(
        ("补办中abéé", "无1号待补xy", "12éé3456789ab", "éééé1234567", "1证件遗失中12", "𠀀ab𠀀cdef𠀀")
    )
    assert len(odd.encode()) in (15, 18) and len(odd) not in (15, 18)
    return text(odd, "ID_LENGTH")


def _swapped_letter(rng: Rng, digit: str, letters: str) -> Cell:
    while digit not in (number_ := right(rng))[:17]:
        pass
    at = rng.choice([k for k, c in enumerate(number_[:17]) if c == digit])
    return text(number_[:at] + rng.choice(letters) + number_[at + 1 :], "ID_CHARACTER")


def _odd_character(rng: Rng) -> Cell:
    number_, at = right(rng), rng.randrange(17)
    return text(number_[:at] + rng.choice("АEZ#*?零一٣४_.,:㊀X") + number_[at + 1 :], "ID_CHARACTER")


def _odd_end(rng: Rng) -> Cell:
    return text(stem(rng) + rng.choice("ABYZ*KkУ"), "ID_CHARACTER")


def _no_day(rng: Rng) -> Cell:
    birth = rng.choice(
        (
            "19900230",
            "19901332",
            "19900000",
            "19900431",
            "19000229",
            "19850229",
            "20010101"[:4] + "1301",
            "19751100",
            "00000101",
        )
    )
    return text(right(rng, birth=birth), "ID_BIRTH")


def _future(rng: Rng) -> Cell:
    birth = rng.choice(
        (ON + timedelta(days=1), ON + timedelta(days=rng.randrange(2, 20_000)), date(2199, 12, 31))
    )
    return text(right(rng, birth=f"{birth:%Y%m%d}"), "ID_BIRTH")


def _too_old(rng: Rng) -> Cell:
    return text(
        right(rng, birth=rng.choice(("18890101", "18100101", "17990101", "18951231", "10000101"))), "ID_BIRTH"
    )


def _child(rng: Rng) -> Cell:
    born = date(2010, 9, 1) + timedelta(days=rng.randrange(1, 5_800))
    return text(right(rng, birth=f"{born:%Y%m%d}"), "AGE_WORKING")


def _nowhere(rng: Rng) -> Cell:
    # 110104 and 510202 had gone before these births.
    county, birth = rng.choice((("999999", "19800101"), ("360199", "19900101"), ("369801", "19700707"), ("000000", "19700707"), ("110104", "20110801"),
                                ("510202", "20010203"), ("840000", "19800101"), ("810101", "19800101"), ("369999", "19880808")))  # fmt: skip
    return text(right(rng, county=county, birth=birth), "ID_COUNTY")


def _old_without_day(rng: Rng) -> Cell:
    return text(old(rng, birth=rng.choice(("701332", "700230", "000000", "750431"))), "ID_BIRTH")


def _old_of_nowhere(rng: Rng) -> Cell:
    return text(old(rng, county=rng.choice(("999999", "369801", "000000"))), "ID_COUNTY")


def _old_with_letter(rng: Rng) -> Cell:
    number_, at = old(rng), rng.randrange(15)
    return text(number_[:at] + rng.choice("OXlA") + number_[at + 1 :], "ID_CHARACTER")


def _foreign_unsaid(rng: Rng) -> Cell:
    number_ = rng.choice(
        (
            f"E{rng.randrange(10**8):08d}",
            f"H{rng.randrange(10**8):08d}",
            f"{rng.randrange(10**7, 10**8)}",
            "K1234567",
        )
    )
    return text(number_, "ID_LENGTH", document=rng.choice(("", "身份证", "某种证件")))


def _permanent_unsaid(rng: Rng) -> Cell:
    return text(f"USA{rng.randrange(10**12):012d}", "ID_CHARACTER")


def _no_passport(rng: Rng) -> Cell:
    odd = rng.choice(("E12", "E1234567/8", "护照号码", "E" * 19, "E123.4567", "Е1234567", "E12345678号"))
    return text(
        odd, "PERMIT_NUMBER", document=rng.choice(("护照", "回乡证", "台胞证", "外国人永久居留身份证"))
    )


def _blank(rng: Rng) -> Cell:
    odd = rng.choice(("", " ", "\u3000", "\u00a0", "\u200b", "  \t ", "-", "——", "'", "\ufeff"))
    xml = rng.choice(('<c r="{at}"/>', "", '<c r="{at}" s="1"/>')) if odd == "" else cell("{at}", escape(odd))
    return Cell(xml, ("ID_BLANK",), document=rng.choice(("", "护照")))


def _formula(rng: Rng) -> Cell:
    number_ = right(rng)
    xml = rng.choice(
        (
            '<c r="{at}" t="str"><f>A1&amp;B1</f><v>' + number_ + "</v></c>",
            '<c r="{at}" t="str"><f t="shared" ref="{at}" si="0">T(1)</f><v>' + number_ + "</v></c>",
        )
    )
    return Cell(xml, ("FORMULA_CELL",))


def _formula_of_a_number(rng: Rng) -> Cell:
    return Cell(
        '<c r="{at}"><f>1+1</f><v>' + stem(rng)[:15] + "000</v></c>", ("FORMULA_CELL", "ID_NUMBER_CELL")
    )


def _formula_text(rng: Rng) -> Cell:
    number_ = right(rng)
    return text(rng.choice((f'="{number_}"', f"={number_}", f"＝{number_}")), "FORMULA_CELL", "ID_LENGTH")


def _day(rng: Rng) -> Cell:
    return Cell('<c r="{at}" s="1"><v>' + str(rng.randrange(20_000, 44_000)) + "</v></c>", ("ID_LENGTH",))


def _truth(rng: Rng) -> Cell:
    return Cell('<c r="{at}" t="b"><v>' + str(rng.randrange(2)) + "</v></c>", ("ID_LENGTH",))


def _mistake(rng: Rng) -> Cell:
    return Cell(
        '<c r="{at}" t="e"><v>' + rng.choice(("#N/A", "#REF!", "#VALUE!")) + "</v></c>",
        ("FORMULA_CELL", "ID_BLANK"),
    )


def _merged(rng: Rng) -> Cell:
    number_ = right(rng)
    return text(number_, stored=number_, merged=rng.choice((2, 3)))


def _hidden_wrong(rng: Rng) -> Cell:
    digits = stem(rng)
    last = last_of(digits)
    return text(
        digits + rng.choice([c for c in "0123456789X" if c != last]),
        "ID_CHECK",
        expected=last,
        is_hidden=True,
    )


KINDS: dict[str, Callable[[Rng], Cell]] = {
    "right": lambda rng: (lambda n: text(n, stored=n))(right(rng)),
    "small x": lambda rng: _like_x(rng, "x"),
    "full-width X": lambda rng: _like_x(rng, "Ｘｘ"),
    "Cyrillic, Greek and multiplying X": lambda rng: _like_x(rng, "хХχΧ×✕"),
    "full-width digits": _full_width,
    "spaces inside": lambda rng: _spread(rng, " \u3000\u00a0\t\n"),
    "invisible signs inside": lambda rng: _spread(rng, "\u200b\ufeff\u2060\u00ad"),
    "dashes inside": lambda rng: _spread(rng, "-–—−"),
    "spaces around": lambda rng: _around(
        rng, (" ", "\u3000", "\t", "\n", "\u00a0", "\u202c", "\r\n".replace("\r", ""))
    ),
    "leading apostrophe": _apostrophe,
    "rich text": _runs,
    "15 digits": _fifteen,
    "15 digits of a very old person": _very_old,
    "residence permit 81, 82, 83": _residence,
    "passport": _passport,
    "permits of Hong Kong, Macao, Taiwan, and foreigners": _permit,
    "sixteen today": _just_sixteen,
    "right in a hidden row": _hidden_right,
    "merged over rows": _merged,
    "number cell": _number_cell,
    "number cell of 15 digits": lambda rng: number(old(rng), "ID_NUMBER_CELL"),
    "small number cell": lambda rng: number(str(rng.randrange(1, 99_999)), "ID_NUMBER_CELL"),
    "number cell of a permit": _number_cell_of_a_permit,
    "written with an exponent": _exponent,
    "wrong check character": _wrong_check,
    "two digits changed places": _turned,
    "residence permit with a wrong check": _wrong_residence,
    "too short, too long, two in one": _length,
    "words of fifteen bytes": _of_fifteen_bytes,
    "O for 0": lambda rng: _swapped_letter(rng, "0", "OoОоDQ"),
    "l for 1": lambda rng: _swapped_letter(rng, "1", "lI|Li"),
    "B for 8": lambda rng: _swapped_letter(rng, "8", "BВ"),
    "another sign": _odd_character,
    "another sign at the end": _odd_end,
    "impossible day": _no_day,
    "future birth": _future,
    "too old": _too_old,
    "child": _child,
    "county that never was": _nowhere,
    "15 digits, impossible day": _old_without_day,
    "15 digits, county that never was": _old_of_nowhere,
    "15 characters, a letter": _old_with_letter,
    "foreign number, document not said": _foreign_unsaid,
    "foreign card, document not said": _permanent_unsaid,
    "no such passport": _no_passport,
    "blank": _blank,
    "formula": _formula,
    "formula of a number": _formula_of_a_number,
    "text like a formula": _formula_text,
    "day cell": _day,
    "truth value": _truth,
    "error value": _mistake,
    "wrong in a hidden row": _hidden_wrong,
}


def workbook(each: int, seed: int) -> tuple[bytes, list[Truth]]:
    """Return a workbook with ``each`` cells of every kind in shuffled order, and the truth about each row."""
    rng = random.Random(seed)
    taken: set[str | None] = set()
    drawn = [(kind, _unlike(KINDS[kind], rng, taken)) for kind in KINDS for _ in range(each)]
    rng.shuffle(drawn)
    lines, merges, truths, row = [], [], [], FIRST
    for kind, one in drawn:
        for below in range(one.merged):
            at = f"{COLUMN}{row}"
            blank = Cell("", ("ID_BLANK",))
            truths.append(Truth(kind, at, row, blank if below else one, is_below=below > 0))
            xml = "" if below else one.xml.replace("{at}", at)
            lines.append(_line(row, xml, one, len(truths)))
            row += 1
        if one.merged > 1:
            merges.append(f"{COLUMN}{row - one.merged}:{COLUMN}{row - 1}")
        row += rng.random() < 0.05  # a blank row: addresses go on as the program shows them
    merged = "".join(f'<mergeCell ref="{place}"/>' for place in ["A1:E1", *merges])
    heads = "".join(
        cell(f"{letter}4", head)
        for letter, head in zip("ABCDE", ("序号", "姓名", "证件类型", "证件号码", "备注"), strict=True)
    )
    top = f'<row r="1">{cell("A1", "工会会员名册")}</row><row r="2">{cell("B2", "填表说明：证件号码须为文本")}</row><row r="4">{heads}</row>'
    sheet = sheet_xml(
        top + "".join(lines),
        dimension=f"A1:E{row}",
        after=f'<mergeCells count="{len(merges) + 1}">{merged}</mergeCells>',
    )
    return zipped(parts({"名册": sheet}, **{"xl/styles.xml": STYLES})), truths


def _unlike(draw: Callable[[Rng], Cell], rng: Rng, taken: set[str | None]) -> Cell:
    """Return a cell with a number that no other has: two rows with one number would be held, and rightly."""
    while (one := draw(rng)).stored in taken:
        pass
    taken.update({one.stored} - {None})
    return one


def _line(row: int, xml: str, one: Cell, number_: int) -> str:
    name = "".join(chr(0x4E00 + (number_ * 7 + 31 * k + number_ // (97 + k)) % 900) for k in range(3))
    hidden = ' hidden="1"' if one.is_hidden else ""
    document = cell(f"C{row}", one.document) if one.document else ""
    return f'<row r="{row}"{hidden}><c r="A{row}"><v>{number_}</v></c>{cell(f"B{row}", name)}{document}{xml}{cell(f"E{row}", "已核")}</row>'
