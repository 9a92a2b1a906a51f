"""The repair workbook: what came back, cell by cell coloured, with the reason beside each row in the reader's language.

A workbook comes back as it was, with a column and a sheet more. A text table, and a workbook that cannot be edited, comes back as a
workbook of the refused and held rows alone. Either is read again like any other file. docs/algorithms/intake.md, "Repair workbook".
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, Protocol

import polars as pl
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from niangjia.core import plan
from niangjia.core.errors import Invalid
from niangjia.core.findings import SEVERITIES
from niangjia.core.intake.headers import REASON_HEADER, ROW_HEADER, guess
from niangjia.core.intake.lists import Form
from niangjia.core.words import gettext_noop
from niangjia.intake.badrows import Words, write_bad_rows
from niangjia.intake.reading.caps import Caps
from niangjia.intake.reading.mending.marks import Told
from niangjia.intake.reading.process import frames
from niangjia.intake.reading.sheets import Sheet

CHILD = "niangjia.intake.reading.mender"
PATIENT = Caps(cpu_seconds=300, wall_seconds=600)  # it has been read once, and a million rows take their time
SUMMARY_SHEET = gettext_noop("Summary of the check")
_SUMMARY_HEADINGS = (gettext_noop("Verdict"), gettext_noop("How many"))
_FINDING_HEADINGS = (gettext_noop("What to do"), gettext_noop("How many"))
_XLSX = b"PK\x03\x04"


class About(Protocol):
    """What is known of a sheet without its rows."""

    @property
    def name(self) -> str:
        """Of the sheet; "csv" for a text table."""

    @property
    def header_row(self) -> int:
        """As the spreadsheet program counts."""

    @property
    def headers(self) -> list[str]:
        """As typed, "" where there is none."""


def repair_workbook(
    content: BinaryIO,
    sheet: Sheet,
    findings: pl.DataFrame,
    *,
    form: Form,
    verdicts: pl.Series,
    language: str,
    mapping: Mapping[str, int] | None = None,
    caps: Caps | None = None,
    in_place: bool = True,
) -> bytes:
    """Return the workbook that goes back to the clerk, of a sheet that is in memory.

    Args:
        content: the file as it was uploaded.
        sheet: what ``read`` made of it.
        findings: in the schema of ``core.findings``; ``row`` is the place in ``sheet.rows``, from 0.
        form: how a list of this kind speaks.
        verdicts: (n,) of each row of ``sheet.rows``.
        language: "zh-hans" or "en".
        mapping: field → column, as the clerk confirmed it; guessed from the headings if not given.
        in_place: whether the whole workbook is wanted, or its bad rows alone.
    """
    columns = guess(sheet.headers, form.fields) if mapping is None else mapping
    numbered = findings.with_columns(row=sheet.rows["row"].gather(findings["row"]))
    said = dict(verdicts.cast(pl.String).value_counts().iter_rows())
    words = words_of(numbered, said, columns, form, language=language)
    if in_place and is_workbook(content):
        with suppress(Invalid):  # not every workbook that can be read can be written again
            return b"".join(whole(content, sheet, words, caps=caps or PATIENT))
    back = verdicts.cast(pl.String).is_in([plan.Verdict.REFUSED.value, plan.Verdict.HELD.value])
    return bad_rows(sheet, sheet.rows.filter(back), words)


def is_workbook(content: BinaryIO) -> bool:
    """Tell whether a file is one that could be edited."""
    content.seek(0)
    return content.read(len(_XLSX)) == _XLSX


def words_of(
    findings: pl.DataFrame,
    counts: Mapping[str, int],
    mapping: Mapping[str, int],
    form: Form,
    *,
    language: str,
) -> Words:
    """Return what a repair workbook says.

    Args:
        findings: in the schema of ``core.findings``, but ``row`` is the number in the workbook.
        counts: rows by verdict.
    """
    with translation.override(language):
        told = _told(findings, form)
        reasons = told.group_by("row", maintain_order=True).agg(
            reason=pl.col("text").unique(maintain_order=True).str.join("\n")
        )
        place = pl.col("column").replace_strict(mapping, default=None, return_dtype=pl.Int64)
        marks = findings.select("row", place, "severity").drop_nulls("column")
        languages = [code for code, _ in settings.LANGUAGES]
        return Words(
            reasons=reasons.sort("row"),
            marks=marks.group_by("row", "column").agg(pl.col("severity").cast(SEVERITIES).min()),
            summary=_summary(told, counts),
            reason_header=gettext(REASON_HEADER),
            row_header=gettext(ROW_HEADER),
            summary_sheet=gettext(SUMMARY_SHEET),
            fields=form.fields,
            earlier=_in_all(languages, REASON_HEADER),
            earlier_sheets=_in_all(languages, SUMMARY_SHEET),
        )


def _told(findings: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Return the findings with their text: made once for each code and parameter, not for each row."""
    kinds = findings.select("code", "column", "params").unique()
    texts = [_text(code, column, params, form) for code, column, params in kinds.iter_rows()]
    return findings.join(
        kinds.with_columns(pl.Series("text", texts, dtype=pl.String)),
        on=["code", "column", "params"],
        nulls_equal=True,
        maintain_order="left",
    )


def _text(code: str, column: str, params: str | None, form: Form) -> str:
    known = form.messages.get(code)
    said = gettext(known) % (json.loads(params) if params else {}) if known else code
    return f"{gettext(form.label_of(column))}: {said}"


def _summary(told: pl.DataFrame, counts: Mapping[str, int]) -> list[list[Any]]:
    lines: list[list[Any]] = [[gettext(text) for text in _SUMMARY_HEADINGS]]
    lines += [[gettext(label), counts.get(verdict.value, 0)] for verdict, label in plan.LABELS.items()]
    lines += [[], [gettext(text) for text in _FINDING_HEADINGS]]
    by_text = told.group_by("text").len().sort("len", "text", descending=[True, False])
    return [*lines, *([text, n] for text, n in by_text.iter_rows())]


def _in_all(languages: list[str], text: str) -> list[str]:
    found = []
    for language in languages:
        with translation.override(language):
            found.append(gettext(text))
    return found


def whole(content: BinaryIO, sheet: About, words: Words, *, caps: Caps = PATIENT) -> Iterator[bytes]:
    """Yield the same workbook, coloured, piece by piece: made by a child, for it parses the user's file.

    Raises:
        Invalid: it cannot be edited; what was yielded before is worth nothing.
    """
    over = next((k for k, header in enumerate(sheet.headers) if header in words.earlier), None)
    told = Told(
        sheet=sheet.name,
        header_row=sheet.header_row,
        column=len(sheet.headers) if over is None else over,
        over=over is not None,
        reason_header=words.reason_header,
        summary_sheet=words.summary_sheet,
        summary=words.summary,
        earlier_sheets=words.earlier_sheets,
        reasons=words.reasons,
        marks=words.marks.with_columns(pl.col("severity").cast(pl.String)),
    )
    contents = [content, *(io.BytesIO(part) for part in told.packed())]
    for _, piece in frames(CHILD, contents, caps):
        yield piece


def bad_rows(sheet: About, rows: pl.DataFrame, words: Words) -> bytes:
    """Return a workbook of ``rows`` alone, with their numbers and reasons."""
    return write_bad_rows(sheet, rows, words, tmpdir=settings.NIANGJIA_HOME.tmp)
