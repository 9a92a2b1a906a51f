"""The empty list that a clerk fills in: headings that are known, drop-downs of the code tables, numbers as texts."""

from __future__ import annotations

import io
from datetime import date

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core.codes import table
from niangjia.core.intake.fields import Field
from niangjia.core.intake.lists import Form
from niangjia.core.words import gettext_noop

ROWS = 5_000
WIDTH, WIDE = 14, 26
HELP, LISTS = gettext_noop("How to fill it in"), "lists"
LONGEST_SHEET_NAME = 31
HELP_HEADINGS = (gettext_noop("Column"), gettext_noop("Must it be there?"), gettext_noop("What to write"), gettext_noop("For example"))  # fmt: skip
YES, NO = gettext_noop("yes"), gettext_noop("no")
CHOOSE = gettext_noop("Choose one of the list, or leave the cell blank.")


def template(form: Form, *, language: str, on: date) -> bytes:
    """Return the empty list of one kind, with the codes that stand on the day ``on``.

    Args:
        language: "zh-hans" or "en".
    """
    out = io.BytesIO()
    with translation.override(language), xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        needed = book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet, lists = book.add_worksheet(gettext(form.label)[:LONGEST_SHEET_NAME]), book.add_worksheet(LISTS)
        for column, field in enumerate(form.fields):
            sheet.set_column(column, column, WIDE if field.name in form.examples else WIDTH, text)
            sheet.write_string(0, column, heading(field, language), needed if field.is_needed else head)
            if choices := choices_of(form, field, language=language, on=on):
                lists.write_column(0, column, choices)
                last = xlsxwriter.utility.xl_rowcol_to_cell(len(choices) - 1, column, True, True)
                first = xlsxwriter.utility.xl_rowcol_to_cell(0, column, True, True)
                rule = {"validate": "list", "source": f"={LISTS}!{first}:{last}", "error_type": "information"}
                sheet.data_validation(1, column, ROWS, column, rule)
        sheet.freeze_panes(1, 1)
        lists.hide()
        _write_help(book.add_worksheet(gettext(HELP)), form, language, head, wrapped)
    return out.getvalue()


def heading(field: Field, language: str) -> str:
    """Return how the column is headed: one of the words by which it is known again."""
    if language != "en":
        return field.headers[0]
    known = next(each for each in field.headers if each.isascii())
    return (field.label if field.label.lower() in field.headers else known).capitalize()


def choices_of(form: Form, field: Field, *, language: str, on: date) -> list[str]:
    """Return the names that may be chosen in the column of ``field``; none where anything may be typed."""
    if field.name not in form.tables:
        return []
    codes = [code for code in table(form.tables[field.name]) if code.stands(on)]
    return [code.name_en if language == "en" else code.name_zh for code in codes]


def _write_help(page, form: Form, language: str, head, wrapped) -> None:  # type: ignore[no-untyped-def]  # of xlsxwriter, untyped
    for column, width in enumerate((24, 18, 70, 24)):
        page.set_column(column, column, width)
    page.write_row(0, 0, [gettext(each) for each in HELP_HEADINGS], head)
    for line, field in enumerate(form.fields, start=1):
        hint = form.hints.get(field.name) or (CHOOSE if field.name in form.tables else "")
        told = [
            heading(field, language),
            gettext(YES if field.is_needed else NO),
            hint and gettext(hint),
            form.examples.get(field.name, ""),
        ]
        for column, cell in enumerate(told):
            page.write_string(line, column, cell, wrapped)
