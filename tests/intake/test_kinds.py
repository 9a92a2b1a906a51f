"""What the door promises of every kind of list: its template comes back known, its examples come back, and it has words for all."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import polars as pl
import pytest
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core.codes import table_names
from niangjia.core.findings import worst
from niangjia.core.intake import headers
from niangjia.foundation.plans import kinds
from niangjia.intake.reading.refusals import Empty
from niangjia.intake.reading.sheets import read
from niangjia.intake.template import choices_of, heading, template

DAY = date(2026, 9, 1)
LANGUAGES = ("zh-hans", "en")
NAMES = tuple(kinds.lists())
EVERY = pytest.mark.parametrize("kind", kinds.lists().values(), ids=NAMES)


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def filled(kind, language, cells):
    book = openpyxl.load_workbook(io.BytesIO(template(kind.form, language=language, on=DAY)))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    fields = {field.name: field for field in kind.form.fields}
    for name, text in cells.items():
        sheet.cell(2, columns[heading(fields[name], language)], text)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return read(out, name="a.xlsx", lists=(kind.form.fields,))


@EVERY
def test_every_heading_of_the_template_is_known_again_as_its_field(kind, language):
    headings = [heading(field, language) for field in kind.form.fields]
    assert headers.guess(headings, kind.form.fields) == {
        field.name: k for k, field in enumerate(kind.form.fields)
    }


@EVERY
def test_the_headings_of_the_template_tell_its_kind(kind, language):
    headings = [heading(field, language) for field in kind.form.fields]
    every = {name: each.form.fields for name, each in kinds.lists().items()}
    assert headers.likeliest(headings, every) == kind.form.name


@EVERY
def test_an_empty_template_is_told_to_be_empty_and_its_examples_are_no_list(kind, language):
    with pytest.raises(Empty):
        content = io.BytesIO(template(kind.form, language=language, on=DAY))
        read(content, name="a.xlsx", lists=tuple(each.form.fields for each in kinds.lists().values()))


@EVERY
@pytest.mark.parametrize("allow_demo", [False, True])
def test_the_examples_come_back_when_they_are_sent_as_they_are(kind, language, allow_demo):
    sheet = filled(kind, language, kind.form.examples)
    mapping = headers.guess(sheet.headers, kind.form.fields)
    checked = kind.check(sheet.rows, mapping, on=DAY, allow_demo=allow_demo, options={})
    assert worst(checked.findings, 1).to_list() == ["refuse"]


@EVERY
def test_numbers_and_codes_are_text_columns(kind, language):
    sheet = openpyxl.load_workbook(io.BytesIO(template(kind.form, language=language, on=DAY))).worksheets[0]
    widths = sheet.column_dimensions.values()
    assert all(one.number_format == "@" for one in widths)


@EVERY
def test_every_choice_means_one_code_and_every_table_is_there(kind, language):
    for name, table in kind.form.tables.items():
        assert table in table_names()
        field = next(each for each in kind.form.fields if each.name == name)
        choices = choices_of(kind.form, field, language=language, on=DAY)
        assert len(choices) == len(set(choices)) > 1
    assert {each.table for each in kind.form.asked if each.table} <= set(table_names())


@EVERY
def test_every_word_has_both_languages_and_every_code_a_severity(kind):
    form = kind.form
    said = [form.label, form.about, form.undoing, *form.hints.values(), *form.kept.values()]
    said += [field.label for field in form.fields] + [each.label for each in form.asked]
    with translation.override("zh-hans"):
        assert [text for text in (*said, *form.messages.values()) if gettext(text) == text] == []
    assert set(form.messages) == set(form.severities)
    assert set(form.hints) | set(form.tables) | set(form.examples) <= {field.name for field in form.fields}


@EVERY
def test_a_row_of_formulas_is_refused_in_every_column(kind):
    fields = kind.form.fields
    row = {f"c{k}": ["=1+1"] for k in range(len(fields))} | {
        f"c{k}_formula": [True] for k in range(len(fields))
    }
    rows = pl.DataFrame({"row": [2], **row})
    checked = kind.check(
        rows, {field.name: k for k, field in enumerate(fields)}, on=DAY, allow_demo=False, options={}
    )
    told = checked.findings.filter(code="FORMULA_CELL")["column"]
    assert set(told) == {field.name for field in fields}


@pytest.mark.database
@pytest.mark.django_db
@EVERY
def test_a_list_of_which_nothing_goes_in_is_shown_written_and_taken_back(kind):
    from tests.intake.rosters import committed, load_city, planned, rows_of, undone

    office = load_city()
    fields = [field.name for field in kind.form.fields]
    examples = [kind.form.examples.get(name, "") for name in fields]
    sheet, heads = rows_of([field.headers[0] for field in kind.form.fields], [examples])
    trial = planned(office, sheet, heads, kind=kind.form.name)
    assert (trial.rows, trial.counts["refused"]) == (1, 1)

    done = committed(office, trial)

    assert done.status == "committed" and undone(office, done).status == "undone"
