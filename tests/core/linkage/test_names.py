import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.linkage.names import NAME_LEVELS, name_levels, sound_hashes


def level(first, second):
    names = pl.Series([first, second], dtype=pl.String)
    sounds = sound_hashes(names)
    one, other = (name_levels(names, sounds, *pair).item() for pair in (rows(0, 1), rows(1, 0)))
    assert one == other
    return NAME_LEVELS[one]


def rows(left, right):
    return pl.Series([left]).to_numpy(), pl.Series([right]).to_numpy()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("张伟", "张伟", "NAME_EQUAL"),
        ("张伟", "张玮", "NAME_SOUNDS"),
        ("李婷婷", "李停婷", "NAME_SOUNDS"),
        ("李明", "李朋", "NAME_LOOKS"),
        ("李明", "李亮", "NAME_ONE"),
        ("李明", "王芳", "NAME_DIFFERS"),
        ("李明", "李明华", "NAME_DIFFERS"),
        ("买买提艾力", "买买提", "NAME_PART"),
        ("买买提艾力", "艾力买买提", "NAME_TURNED"),
        ("阿依古丽吐尔逊", "阿依古丽吐逊", "NAME_ONE"),
        ("吉克木呷", "吉克", "NAME_PART"),
        ("张𠅤", "张㛃", "NAME_ONE"),
        ("张", "李", "NAME_DIFFERS"),
    ],
)
def test_two_writings_of_a_name(first, second, expected):
    assert level(first, second) == expected


@pytest.mark.parametrize(("first", "second"), [(None, None), (None, "张伟"), ("", "")])
def test_a_missing_name_never_sounds_like_another(first, second):
    names = pl.Series([first, second], dtype=pl.String)
    assert sound_hashes(names).tolist()[0] == 0


def test_without_names_there_is_nothing_to_hear():
    assert sound_hashes(pl.Series([], dtype=pl.String)).tolist() == []


@given(st.lists(st.one_of(st.none(), st.text("张章李丽力明鸣x䶮", max_size=4)), max_size=12))
def test_a_sound_depends_on_its_own_name_only(names):
    together = sound_hashes(pl.Series(names, dtype=pl.String)).tolist()
    assert together == [sound_hashes(pl.Series([name], dtype=pl.String)).item() for name in names]
