import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from niangjia.core.findings import each, findings
from niangjia.core.identifiers import rules
from niangjia.core.identifiers.credit import ALPHABET, checked, checked_one, credit_checks

LETTERS = ALPHABET.decode()
first_17s = st.builds(
    lambda head, region, tail: head + region + tail,
    st.text(LETTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(LETTERS, min_size=9, max_size=9),
)


def with_check(first_17):
    total = sum(LETTERS.index(c) * 3**k for k, c in enumerate(first_17))
    return first_17 + LETTERS[(31 - total % 31) % 31]


def finding_slowly(code):
    if not code:
        return "CREDIT_BLANK"
    if len(code) != 18:
        return "CREDIT_LENGTH"
    if any(c not in LETTERS for c in code):
        return "CREDIT_CHARACTER"
    if not code[2:8].isdigit():
        return "CREDIT_REGION"
    return None if with_check(code[:17]) == code else "CREDIT_CHECK"


# 1E5 is how a spreadsheet writes a number, also with the length of a code: tested apart.
any_codes = (first_17s.map(with_check) | st.text(LETTERS + "IOSVZ", max_size=20)).filter(
    lambda code: not code.replace("E", "", 1).isdigit() or "E" not in code
)


@given(st.lists(any_codes, max_size=20))
def test_a_column_agrees_with_the_obvious_slow_way(codes):
    found = checked(pl.Series(codes, dtype=pl.String))
    slow = [finding_slowly(code) for code in codes]
    assert found["credit_finding"].to_list() == slow
    assert found["credit_code"].to_list() == [
        code if why is None else None for code, why in zip(codes, slow, strict=True)
    ]


@given(first_17s)
def test_the_check_character_is_that_of_python_stdnum(first_17):
    values = np.array([[LETTERS.index(c) for c in first_17]], dtype=np.uint8)
    assert chr(credit_checks(values)[0]) == uscc.calc_check_digit(first_17) == with_check(first_17)[17]


@pytest.mark.parametrize(
    ("code", "is_union"),
    [("91350100M000100Y43", False), ("8136010200000000AJ", True), ("9136010200000000AH", False)],
)
def test_known_codes(code, is_union):
    told = checked_one(code)
    assert (told.credit_code, told.credit_finding, told.is_union) == (code, None, is_union)


def test_small_letters_spaces_and_full_width_are_the_same_code():
    assert checked_one(" 9136 0102-00000000ａｈ").credit_code == "9136010200000000AH"


def test_a_chinese_character_is_one_character():
    assert checked_one("9136010200000000年H").credit_finding == "CREDIT_CHARACTER"
    assert checked_one("913601020000000年").credit_finding == "CREDIT_LENGTH"  # 18 bytes, 16 characters


def test_a_wrong_check_tells_the_character_that_would_be_right():
    told = checked_one("8136010200000000AK")
    assert (told.credit_finding, told.credit_expected, told.credit_code) == ("CREDIT_CHECK", "J", None)


def test_every_finding_is_told_by_a_rule():
    cells = ["", "9.13601E+17", "1", "9136010200000000IH", "91A6010200000000AH", "9136010200000000AA"]
    told = [(found.row, found.code) for found in each(findings(checked(pl.Series(cells)), rules.CREDIT))]
    assert told == list(enumerate([rule.code for rule in rules.CREDIT]))
