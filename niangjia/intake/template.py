"""The empty roster that a clerk fills in: headings that are known, drop-downs of the code tables, numbers as texts."""

from __future__ import annotations

import io
from datetime import date

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core.codes import table
from niangjia.core.intake.fields import MEMBERS, Field
from niangjia.core.words import gettext_noop

ROWS = 5_000
WIDTH, WIDE = 14, 26
TABLES = {"sex": "sex", "id_kind": "id_kind", "ethnic": "ethnic", "group": "worker_group", "education": "education",
    "work_status": "work_status", "household": "hukou"}  # fmt: skip
HINTS = {
    "name": gettext_noop("As on the document. Rare characters and middle dots stay as they are."),
    "id_number": gettext_noop("Type it into a text cell, as here: a number cell loses the last digits."),
    "id_kind": gettext_noop("Leave it blank for a resident identity card."),
    "phone": gettext_noop("Eleven digits. With it a member is found again when the number changes."),
    "born_on": gettext_noop("Leave it blank where the document number tells it."),
    "employer": gettext_noop("The full name, as on the business licence."),
    "employer_code": gettext_noop("Eighteen characters; with it the employer is found for sure."),
    "union": gettext_noop("The full name. Names from the top, parted by /, tell unions of one name apart."),
    "union_code": gettext_noop("Eighteen characters; with it the union is found for sure."),
    "joined_on": gettext_noop("A blank cell means the day on which the roster comes in."),
    "region": gettext_noop("Name or code of the county."),
}
EXAMPLES = {"name": "张三", "id_number": "11010519491231002X", "phone": "13800000000", "born_on": "1949-12-31",
    "employer": "曙光软件有限公司", "joined_on": "2026-05-01", "region": "360102"}  # fmt: skip
ROSTER, HELP, LISTS = gettext_noop("Roster"), gettext_noop("How to fill it in"), "lists"
HELP_HEADINGS = (gettext_noop("Column"), gettext_noop("Must it be there?"), gettext_noop("What to write"), gettext_noop("For example"))  # fmt: skip
YES, NO = gettext_noop("yes"), gettext_noop("no")
CHOOSE = gettext_noop("Choose one of the list, or leave the cell blank.")


def template(*, language: str, on: date) -> bytes:
    """Return the workbook, with the codes that stand on the day ``on``.

    Args:
        language: "zh-hans" or "en".
    """
    out = io.BytesIO()
    with translation.override(language), xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        needed = book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet, lists = book.add_worksheet(gettext(ROSTER)), book.add_worksheet(LISTS)
        for column, field in enumerate(MEMBERS):
            sheet.set_column(column, column, WIDE if field.name in EXAMPLES else WIDTH, text)
            sheet.write_string(0, column, heading(field, language), needed if field.is_needed else head)
            if choices := choices_of(field, language=language, on=on):
                lists.write_column(0, column, choices)
                last = xlsxwriter.utility.xl_rowcol_to_cell(len(choices) - 1, column, True, True)
                first = xlsxwriter.utility.xl_rowcol_to_cell(0, column, True, True)
                rule = {"validate": "list", "source": f"={LISTS}!{first}:{last}", "error_type": "information"}
                sheet.data_validation(1, column, ROWS, column, rule)
        sheet.freeze_panes(1, 1)
        lists.hide()
        _write_help(book.add_worksheet(gettext(HELP)), language, head, wrapped)
    return out.getvalue()


def heading(field: Field, language: str) -> str:
    """Return how the column is headed: one of the words by which it is known again."""
    if language != "en":
        return field.headers[0]
    known = next(each for each in field.headers if each.isascii())
    return (field.label if field.label.lower() in field.headers else known).capitalize()


def choices_of(field: Field, *, language: str, on: date) -> list[str]:
    """Return the names that may be chosen in the column of ``field``; none where anything may be typed."""
    if field.name not in TABLES:
        return []
    codes = [code for code in table(TABLES[field.name]) if code.stands(on)]
    return [code.name_en if language == "en" else code.name_zh for code in codes]


def _write_help(page, language: str, head, wrapped) -> None:  # type: ignore[no-untyped-def]  # of xlsxwriter, untyped
    for column, width in enumerate((24, 18, 70, 24)):
        page.set_column(column, column, width)
    page.write_row(0, 0, [gettext(each) for each in HELP_HEADINGS], head)
    for line, field in enumerate(MEMBERS, start=1):
        hint = CHOOSE if field.name in TABLES and field.name != "id_kind" else HINTS.get(field.name, "")
        told = [
            heading(field, language),
            gettext(YES if field.is_needed else NO),
            hint and gettext(hint),
            EXAMPLES.get(field.name, ""),
        ]
        for column, cell in enumerate(told):
            page.write_string(line, column, cell, wrapped)
