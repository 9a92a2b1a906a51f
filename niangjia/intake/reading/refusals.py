"""Why a file is not read: each with a code and a sentence that says what, where and what to do."""

from __future__ import annotations

import json
import re

from niangjia.core.errors import Invalid
from niangjia.core.words import gettext_noop

# What a file may look like, and what it may hold, beside the names of formats, which are the same in every language.
KINDS = (
    EMPTY_ZIP := gettext_noop("an empty zip"),
    PICTURE := gettext_noop("a picture"),
    PROGRAM := gettext_noop("a program"),
    BINARY := gettext_noop("raw data"),
)
HARMS = (
    LINK := gettext_noop("a link to another file"),
    MACRO := gettext_noop("a macro"),
    ODD_NAME := gettext_noop("a part with a name that leads elsewhere"),
    ENTITIES := gettext_noop("declarations of a document type"),
    ENCODING := gettext_noop("another encoding than UTF-8"),
    STRAY_FORMULA := gettext_noop("a formula outside a cell"),
)
BREAKS = (PACKING := gettext_noop("the packing of the file"), WHOLE := gettext_noop("the content as a whole"))
PLACES = (
    MEMORY := gettext_noop("it takes too much memory"),
    MANY_PARTS := gettext_noop("it has too many parts"),
    SIZE := gettext_noop("unpacked it is far larger"),
)
_LONGEST = 80
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def as_told(refusal: Invalid) -> str:
    """Return a refusal as one process tells it to another: JSON, its code and its parameters, each short and printable."""
    params = {key: _NOT_SHOWN.sub("�", str(value)[:_LONGEST]) for key, value in refusal.params.items()}
    return json.dumps([refusal.code, params])


class WrongKind(Invalid):
    """Neither a workbook nor a text table."""

    code = "file_wrong_kind"
    words = frozenset(KINDS)
    message = gettext_noop(
        "This is no .xlsx workbook and no .csv text, whatever its name says (it looks like %(kind)s). Open it in a "
        "spreadsheet program and save it as .xlsx."
    )


class Empty(Invalid):
    """No cell has a value."""

    code = "file_empty"
    message = gettext_noop("The file is empty. Fill in the template and upload it again.")


class NoHeader(Invalid):
    """No row of headings."""

    code = "file_no_header"
    message = gettext_noop(
        "No headings of such a list were found in the first %(rows)s rows of %(sheet)s: at least two of the template's must be "
        "there, one of them a column that cannot be left out. Use the headings of the template."
    )


class OtherKind(Invalid):
    """A list, but of another kind; ``kind`` is its name."""

    code = "file_other_kind"
    message = gettext_noop(
        "These are the headings of another kind of list. Have the file checked as that kind, or correct the headings."
    )


class SeveralRosters(Invalid):
    """More than one sheet has headings; none of them is left out in silence."""

    code = "file_several_rosters"
    message = gettext_noop(
        "Two sheets hold a roster: %(first)s and %(second)s. Put all rows on one sheet, or upload two files."
    )


class Encrypted(Invalid):
    """Behind a password."""

    code = "file_encrypted"
    message = gettext_noop("The file is protected by a password. Save it without one and upload it again.")


class Broken(Invalid):
    """Cut, changed, or not built as it says."""

    code = "file_broken"
    words = frozenset(BREAKS)
    message = gettext_noop(
        "The file is damaged at %(where)s. Open it in a spreadsheet program, save it again as .xlsx and upload that."
    )


class TooLarge(Invalid):
    """More than a reader may take on."""

    code = "file_too_large"
    words = frozenset(PLACES)
    message = gettext_noop(
        "The file is too large to be read safely (%(where)s). Delete what lies outside the roster, or split it, and upload it "
        "again."
    )


class FarCell(Invalid):
    """A cell so far out that the sheet cannot be a roster."""

    code = "file_far_cell"
    message = gettext_noop(
        "There is something in cell %(cell)s of %(sheet)s, far outside the roster. Delete it and upload the file again."
    )


class TooManyColumns(Invalid):
    """Too many columns."""

    code = "file_too_many_columns"
    message = gettext_noop(
        "%(sheet)s has %(columns)s columns; at most %(most)s can be read. Delete those that are not needed."
    )


class TooManyRows(Invalid):
    """Too many rows."""

    code = "file_too_many_rows"
    message = gettext_noop("%(sheet)s has %(rows)s rows; at most %(most)s can be read. Split the file.")


class Unsafe(Invalid):
    """Holds what no roster needs: links to other files, macros, entities, strange names."""

    code = "file_unsafe"
    words = frozenset(HARMS)
    message = gettext_noop(
        "The file holds something that no roster needs: %(what)s, in its part %(where)s. Copy the cells as values into the template "
        "and upload that."
    )


class MixedEncodings(Invalid):
    """A text whose lines are not all in one encoding."""

    code = "file_mixed_encodings"
    message = gettext_noop(
        "Line %(line)s is in another encoding than the lines above. Open the file in a spreadsheet program and save it as .xlsx."
    )


class RaggedLine(Invalid):
    """A line with more cells than there are headings: a comma in a text moved the rest."""

    code = "file_ragged_line"
    message = gettext_noop(
        "Row %(row)s has more cells than there are headings: a comma inside a text needs quotes around it. Better save the "
        "file as .xlsx."
    )


class OpenQuote(Invalid):
    """A text table with a quotation mark that never closes."""

    code = "file_open_quote"
    message = gettext_noop(
        "The quotation marks near row %(row)s do not match. Correct them, or save the file as .xlsx."
    )


class TooSlow(Invalid):
    """The reader was stopped by its limits."""

    code = "file_too_slow"
    message = gettext_noop(
        "Reading the file took too long and was stopped. Copy the rows into the template, or split the file."
    )


class Unexpected(Invalid):
    """The fault is not the file's, as far as anybody knows."""

    code = "file_unexpected"
    message = gettext_noop(
        "The check stopped because of an error on our side, and was tried again for half an hour. Nothing was written. Ask the "
        "administrator to look into the log, then upload the file again."
    )


BY_CODE: dict[str, type[Invalid]] = {
    one.code: one
    for one in (
        WrongKind, Empty, NoHeader, OtherKind, SeveralRosters, Encrypted, Broken, TooLarge, FarCell, TooManyColumns, TooManyRows, Unsafe,
        MixedEncodings, RaggedLine, OpenQuote, TooSlow, Unexpected,
    )
}  # fmt: skip
