"""The rules of a roster of members, with what is told to the clerk: the table in docs/algorithms/rosters.md, as code.

They read the frame that ``members.check`` makes. A sentence never holds a cell's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from niangjia.core.findings import Rule, Severity, by_code, finding_is
from niangjia.core.identifiers.rules import CITIZEN, CREDIT, PHONE
from niangjia.core.intake.fields import MEMBERS
from niangjia.core.words import gettext_noop

LEAST_AGE = 16
DUPLICATE_SAME = "DUPLICATE_SAME"

_NAME = {
    "NAME_BLANK": gettext_noop("The name is missing."),
    "NAME_CHARACTER": gettext_noop("The name holds a sign that belongs in no name. Type the name again."),
    "NAME_PRIVATE_USE": gettext_noop(
        "The name holds a rare character in a font of its own, which others cannot read. Look it up in an input method for "
        "GB 18030 and type it again."
    ),
}
_PERMIT = gettext_noop("The number does not look like one of this kind of document. Check the document.")
_BIRTH_DIFFERS = gettext_noop("Birth date and ID number say different days. Check the card which is right.")
_SEX_DIFFERS = gettext_noop("Sex and ID number do not agree. Check the card which is right.")
_AGE_WORKING = gettext_noop("Under 16: check the birth date.")
_DATE_UNREADABLE = gettext_noop("This is no day of the calendar. Write it like 2026-11-24.")
_JOINED_FUTURE = gettext_noop("The day of joining is yet to come. Check the date.")
_JOINED_BEFORE_BIRTH = gettext_noop("The day of joining is before the birth. Check both dates.")
_GROUP_UNKNOWN = gettext_noop("This group of workers is not known. Choose one from the list.")
_NATION_UNKNOWN = gettext_noop("This ethnic group is not known. The row goes in without it.")
_FORMULA_CELL = gettext_noop("This is a formula or starts with “=”. Type the text itself.")
_DUPLICATE_SAME = gettext_noop("This row says the same as one above it. The first one stands.")
_DUPLICATE_CONFLICT = gettext_noop(
    "Another row has the same ID number and says something else. Check both against the cards."
)
_LIKELY_SAME_PERSON = gettext_noop(
    "Another row has the same name, phone and birth date, and another ID number. Check both against the cards."
)
UNIONS = {
    "UNION_UNKNOWN": gettext_noop(
        "No union under your office has this name or code. Check the spelling, or enter the union first."
    ),
    "UNION_BLANK": gettext_noop(
        "The union is missing. Fill it in, in every row: a merged cell counts for its first row alone."
    ),
    "UNION_AMBIGUOUS": gettext_noop("Name and code do not tell one union. Give its credit code."),
    "UNION_OUT_OF_SCOPE": gettext_noop(
        "This union is not under your office. Its own office has to take the row."
    ),
}


def _named(kind: str, column: str, messages: Mapping[str, str], source: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(code, column, message, source, finding_is(f"{kind}_finding", code))
        for code, message in messages.items()
    )


def _credit(kind: str, column: str) -> tuple[Rule, ...]:
    """Return the rules for one of the two credit codes: each holds the row, for name and code cannot both be trusted."""
    found = [
        rule for rule in CREDIT if rule.code != "CREDIT_BLANK"
    ]  # many unions have none, and the name tells
    return tuple(
        replace(
            rule,
            column=column,
            severity=Severity.HOLD,
            test=finding_is(f"{kind}_finding", rule.code),
            params=dict.fromkeys(rule.params, f"{kind}_expected"),
        )
        for rule in found
    )


def _flag(column: str) -> pl.Expr:
    return ~pl.col(column)


_HOLD, _NOTE = Severity.HOLD, Severity.NOTE
_LAW = "《劳动法》第十五条"
_DEFAULT = "product default"

ROWS: tuple[Rule, ...] = (
    *_named("name", "name", _NAME, "GB 18030"),
    *CITIZEN,
    Rule("PERMIT_NUMBER", "id_number", _PERMIT, _DEFAULT, finding_is("id_finding", "PERMIT_NUMBER")),
    Rule("BIRTH_DIFFERS", "born_on", _BIRTH_DIFFERS, "GB 11643-1999", lambda c: c["born_told"] == c["id_born_on"], _HOLD),
    Rule("SEX_DIFFERS", "sex", _SEX_DIFFERS, "GB 11643-1999", lambda c: c["sex_told"] == c["id_sex"], _HOLD),
    # A blank phone is no finding; letters or two numbers in one cell are not the eleven digits either.
    *(
        replace(rule, column="phone", test=lambda c: ~c["phone_finding"].is_in(["PHONE_LENGTH", "PHONE_CHARACTER"]))
        if rule.code == "PHONE_LENGTH"
        else replace(rule, column="phone")
        for rule in PHONE
        if rule.code in ("PHONE_LENGTH", "PHONE_PREFIX")
    ),
    Rule("AGE_WORKING", "id_number", _AGE_WORKING, _LAW, lambda c: c["birth_on"] <= c["latest_birth_on"]),
    Rule("DATE_UNREADABLE", "born_on", _DATE_UNREADABLE, _DEFAULT, lambda c: _flag("born_unreadable")),
    Rule("DATE_UNREADABLE", "joined_on", _DATE_UNREADABLE, _DEFAULT, lambda c: _flag("joined_unreadable")),
    Rule("JOINED_FUTURE", "joined_on", _JOINED_FUTURE, _DEFAULT, lambda c: c["joined_on"] <= c["today"]),
    Rule("JOINED_BEFORE_BIRTH", "joined_on", _JOINED_BEFORE_BIRTH, _DEFAULT, lambda c: c["joined_on"] >= c["birth_on"]),
    *_credit("union", "union_code"),
    *_credit("employer", "employer_code"),
    Rule("GROUP_UNKNOWN", "group", _GROUP_UNKNOWN, _DEFAULT, lambda c: _flag("group_unknown"), _HOLD),
    Rule("NATION_UNKNOWN", "ethnic", _NATION_UNKNOWN, "GB/T 3304-1991", lambda c: _flag("ethnic_unknown"), _NOTE),
    *(
        Rule("FORMULA_CELL", field.name, _FORMULA_CELL, _DEFAULT, lambda c, name=field.name: _flag(f"{name}_formula"))  # type: ignore[misc]
        for field in MEMBERS
    ),
)  # fmt: skip
REPEATS: tuple[Rule, ...] = (
    Rule(DUPLICATE_SAME, "id_number", _DUPLICATE_SAME, _DEFAULT, lambda c: _flag("repeats_same"), _NOTE),
    Rule("DUPLICATE_CONFLICT", "id_number", _DUPLICATE_CONFLICT, _DEFAULT, lambda c: _flag("conflicts"), _HOLD),
    Rule("LIKELY_SAME_PERSON", "id_number", _LIKELY_SAME_PERSON, _DEFAULT, lambda c: _flag("likely_same"), _HOLD),
)  # fmt: skip
MESSAGES = {code: rule.message for code, rule in by_code((*ROWS, *REPEATS)).items()} | UNIONS
