"""The findings of identifiers as rules: what is told for each code, and what becomes of the row.

They read the columns that ``citizen.checked``, ``credit.checked`` and ``phone.checked`` return.
"""

from __future__ import annotations

from collections.abc import Mapping

from niangjia.core.findings import Rule, Severity, finding_is
from niangjia.core.words import gettext_noop

_CITIZEN = {
    "ID_BLANK": gettext_noop("The ID number is missing."),
    "ID_NUMBER_CELL": gettext_noop(
        "The ID number was stored as a number, and its last digits are lost. Set the cell to text and type the number again."
    ),
    "ID_LENGTH": gettext_noop("The ID number should have 18 characters. Check the card."),
    "ID_CHARACTER": gettext_noop(
        "The ID number holds a character that cannot be in it: 17 digits, then a digit or X. Check the card."
    ),
    "ID_BIRTH": gettext_noop("Digits 7 to 14 of the ID number are no possible birth date. Check the card."),
    "ID_COUNTY": gettext_noop(
        "The ID number starts with a county code that never existed then. Check the card."
    ),
    "ID_CHECK": gettext_noop("The ID number should end in %(expected)s. Check the card."),
    "ID_15_DIGITS": gettext_noop("An old ID number of 15 digits was widened to 18. Ask for the new card."),
}
_CREDIT = {
    "CREDIT_BLANK": gettext_noop("The credit code is missing."),
    "CREDIT_NUMBER_CELL": gettext_noop(
        "The credit code was stored as a number, and its last digits are lost. Set the cell to text and type the code again."
    ),
    "CREDIT_LENGTH": gettext_noop("The credit code should have 18 characters. Check the certificate."),
    "CREDIT_CHARACTER": gettext_noop(
        "The credit code holds a character that cannot be in it: digits, and capitals without I, O, S, V, Z. Check the "
        "certificate."
    ),
    "CREDIT_REGION": gettext_noop(
        "Characters 3 to 8 of the credit code should be digits. Check the certificate."
    ),
    "CREDIT_CHECK": gettext_noop("The credit code should end in %(expected)s. Check the certificate."),
}
_PHONE = {
    "PHONE_BLANK": gettext_noop("The phone number is missing."),
    "PHONE_CHARACTER": gettext_noop("The phone number should be digits only. Ask the person."),
    "PHONE_LENGTH": gettext_noop("A mobile number has 11 digits. Ask the person."),
    "PHONE_PREFIX": gettext_noop("No mobile number starts like this. Ask the person."),
}


def _rules(kind: str, column: str, messages: Mapping[str, str], source: str) -> tuple[Rule, ...]:
    """Return the rules over ``<kind>_finding``; a wrong check tells the character that would be right."""
    return tuple(
        Rule(
            code,
            column,
            message,
            source,
            finding_is(f"{kind}_finding", code),
            Severity.NOTE if code == "ID_15_DIGITS" else Severity.REFUSE,
            {"expected": f"{kind}_expected"} if code.endswith("_CHECK") else {},
        )
        for code, message in messages.items()
    )


CITIZEN = _rules("id", "id_number", _CITIZEN, "GB 11643-1999")
CREDIT = _rules("credit", "credit_code", _CREDIT, "GB 32100-2015")
PHONE = _rules("phone", "phone_number", _PHONE, "《电信网编号计划》")
