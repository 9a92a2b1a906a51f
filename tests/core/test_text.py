import re
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import text
from niangjia.core.findings import each, findings
from niangjia.core.variants import FOLDED

NONCHARACTERS = {*range(0xFDD0, 0xFDF0), *(p << 16 | end for p in range(17) for end in (0xFFFE, 0xFFFF))}
DIRECTION = {0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
SPECIAL = "张三·•・･ \u3000\u00a0\u2002\t\n！Ａｚ～\u200b\ufeff\u202e\u2066\ue000\U00100000\ufffd\ufdd0\U0001fffe㛃𠮷葛\U000e0100"
# Not Cn: what Unicode had not given out when Python's tables were made, polars' newer ones may know as something else.
typed = st.text(st.sampled_from(SPECIAL) | st.characters(exclude_categories=["Cs", "Cn"]), max_size=12)


def one(function, value):
    return pl.DataFrame({"text": pl.Series([value], dtype=pl.String)}).select(function(pl.col("text"))).item()


def tidied_slowly(value):
    out = []
    for character in value:
        code = ord(character)
        if 0xFF01 <= code <= 0xFF5E:
            character = chr(code - 0xFF01 + 0x21)
        elif character in "•・･‧⋅∙᛫":
            character = "·"
        out.append(character)
    spaced = ["\0" if unicodedata.category(c) == "Zs" else c for c in strip_slowly("".join(out))]
    return re.sub("\0+", " ", "".join(spaced).replace(" ", "\0")) or None


def strip_slowly(value):
    white = {*"\t\n\v\f\r\x85\u2028\u2029"}
    characters = list(value)
    while characters and (characters[0] in white or unicodedata.category(characters[0]) == "Zs"):
        characters.pop(0)
    while characters and (characters[-1] in white or unicodedata.category(characters[-1]) == "Zs"):
        characters.pop()
    return "".join(characters)


def unwanted_slowly(value):
    kinds = [
        ("TEXT_CONTROL", lambda c: unicodedata.category(c) in ("Cc", "Zl", "Zp")),
        ("TEXT_DIRECTION", lambda c: ord(c) in DIRECTION),
        ("TEXT_INVISIBLE", lambda c: unicodedata.category(c) == "Cf"),
        ("TEXT_NONCHARACTER", lambda c: ord(c) in NONCHARACTERS),
        ("TEXT_PRIVATE_USE", lambda c: unicodedata.category(c) == "Co"),
        ("TEXT_LOST", lambda c: c == "\ufffd"),
    ]
    return next((code for code, holds in kinds if any(map(holds, value))), None)


@given(typed)
def test_tidying_agrees_with_the_obvious_slow_way(value):
    if "\0" not in value:
        assert one(text.tidied, value) == tidied_slowly(value)


@given(typed)
def test_unwanted_signs_agree_with_the_obvious_slow_way(value):
    assert one(text.unwanted, value) == unwanted_slowly(value)


@given(typed)
def test_what_is_tidy_stays_as_it_is(value):
    for function in (text.tidied, text.tidied_name, text.match_key):
        once = one(function, value)
        assert one(function, once) == once


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("　张　 三 ", "张三"),
        ("张 三 丰 李", "张三丰李"),
        ("阿依 • 古丽", "阿依·古丽"),
        ("阿依・古丽", "阿依·古丽"),
        ("Ｊｏｈｎ　　Smith", "John Smith"),
        ("\t张三\r\n", "张三"),
        (" \u3000", None),
        (None, None),
    ],
)
def test_names_as_they_are_stored(written, stored):
    assert one(text.tidied_name, written) == stored


@pytest.mark.parametrize("name", ["龍呂", "\uf9dc", "㛃𠮷", "葛\U000e0100城", "é", "e\u0301", "堃喆"])
def test_the_characters_somebody_chose_are_stored(name):
    assert one(text.tidied_name, name) == name


@pytest.mark.parametrize(
    ("one_writing", "another"),
    [
        ("呂龍", "吕龙"),
        ("呉", "吴"),
        ("\uf9dc", "隆"),
        ("⼀", "一"),
        ("葛\U000e0100", "葛"),
        ("阿依·古丽", "阿依.古丽"),
        ("JOHN SMITH", "john smith"),
    ],
)
def test_writings_of_one_name_share_a_key(one_writing, another):
    assert one(text.match_key, one_writing) == one(text.match_key, another)


@pytest.mark.parametrize(("a", "b"), [("张三", "张四"), ("堃", "坤"), ("喆", "哲")])
def test_different_names_have_different_keys(a, b):
    assert one(text.match_key, a) != one(text.match_key, b)


def test_folding_ends_where_nothing_is_folded_any_more():
    assert not set(FOLDED) & {character for value in FOLDED.values() for character in value}


@pytest.mark.parametrize("code", text.MESSAGES)
def test_every_unwanted_sign_is_told_as_a_finding(code):
    example = {
        "TEXT_CONTROL": "a\nb",
        "TEXT_DIRECTION": "a\u202eb",
        "TEXT_INVISIBLE": "a\u200bb",
        "TEXT_NONCHARACTER": "\ufdd0",
        "TEXT_PRIVATE_USE": "\ue000",
        "TEXT_LOST": "\ufffd",
    }[code]
    rows = pl.DataFrame({"name": ["张三", example]}).with_columns(name_finding=text.unwanted(pl.col("name")))
    assert [(found.row, found.code) for found in each(findings(rows, text.rules("name")))] == [(1, code)]
