import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.findings import each, findings
from niangjia.core.identifiers import rules
from niangjia.core.identifiers.phone import checked, checked_one

PREFIXES = ("1409", "138")
NUMBER = "14091234567"


def finding(cell):
    return checked_one(cell, prefixes=PREFIXES).phone_finding


def finding_slowly(phone):
    if not phone:
        return "PHONE_BLANK"
    bare = re.sub(r"^(?:(?:00)?86|0)(1\d{10})$", r"\1", phone)
    if len(bare) != 11:
        return "PHONE_LENGTH"
    return None if bare.startswith(PREFIXES) else "PHONE_PREFIX"


digits = st.text("0123456789", max_size=14)
right = st.sampled_from(PREFIXES).flatmap(
    lambda p: st.text("0123456789", min_size=11 - len(p), max_size=11 - len(p)).map(p.__add__)
)


@given(st.lists(digits | right | right.map("86".__add__), max_size=20))
def test_a_column_agrees_with_the_obvious_slow_way(phones):
    found = checked(pl.Series(phones, dtype=pl.String), prefixes=PREFIXES)
    assert found["phone_finding"].to_list() == [finding_slowly(phone) for phone in phones]


@pytest.mark.parametrize(
    "cell",
    [
        NUMBER,
        "140 9123 4567",
        "140-9123-4567",
        "+86 140 9123 4567",
        "+86-14091234567",
        "008614091234567",
        "(+86)14091234567",
        "014091234567",
        "１４０９１２３４５６７",
        "14091234567.0",
        "\u202a14091234567\u202c",  # as copied from a telephone's contacts
    ],
)
def test_a_number_written_otherwise_is_the_same_number(cell):
    assert checked_one(cell, prefixes=PREFIXES).phone_number == NUMBER


@pytest.mark.parametrize("cells", [[14091234567, None], [14091234567.0, None]])
def test_a_cell_typed_as_a_number_has_lost_nothing(cells):
    found = checked(pl.Series(cells), prefixes=PREFIXES)
    assert found["phone_number"].to_list() == [NUMBER, None]
    assert found["phone_finding"].to_list() == [None, "PHONE_BLANK"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1409123456", "PHONE_LENGTH"),
        ("140912345678", "PHONE_LENGTH"),
        ("14081234567", "PHONE_PREFIX"),
        ("07918888888", "PHONE_PREFIX"),
        ("see above", "PHONE_CHARACTER"),
        ("14091234567/14091234568", "PHONE_CHARACTER"),
        (" ", "PHONE_BLANK"),
    ],
)
def test_what_is_wrong_with_a_phone(cell, code):
    assert finding(cell) == code


def test_a_made_up_phone_holds_only_where_its_prefix_does():
    assert checked_one(NUMBER, prefixes=["138"]).phone_finding == "PHONE_PREFIX"


def test_every_finding_is_told_by_a_rule():
    cells = pl.Series(["", "a", "1", "19900000000"])
    told = [
        (found.row, found.code) for found in each(findings(checked(cells, prefixes=PREFIXES), rules.PHONE))
    ]
    assert told == list(enumerate([rule.code for rule in rules.PHONE]))
