"""No spreadsheet program takes a text for a formula, and no number loses its last digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.plaincells import plain_cell

SIGNS = "=+-@|%＝＋－＠"


@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u3000", " \u3000\t"])
@pytest.mark.parametrize("sign", SIGNS)
def test_what_begins_as_a_formula_does_gets_an_apostrophe(before, sign):
    text = f"{before}{sign}1+1"
    assert plain_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["369901199001010013", "36990119900101001X", "0123", "3E10", "\ttext", "a\tb"[1:]]
)
def test_what_a_program_would_read_as_a_number_or_cut_gets_one_too(text):
    assert plain_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    ["张三", "阿不都·热合曼", "14091234567", "2026-11-24", "青岚=工会", "", "A-1", "3699**********0013"],
)
def test_a_plain_text_stays_as_it_is(text):
    assert plain_cell(text) == text


@given(st.text(max_size=30))
def test_nothing_but_the_apostrophe_is_added(text):
    assert plain_cell(text) in (text, "'" + text)
    assert plain_cell(text)[:1] not in tuple(SIGNS)
