import polars as pl
import pytest

from niangjia.core.intake import unions

LISTED = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "code": ["X1", None, "X3", "X4"],
        "name": ["甲工会", "乙工会", "乙工会", "丙工会"],
        "path_text": ["省/甲工会", "省/南/乙工会", "省/北/乙工会", "省/丙工会"],
        "in_scope": [True, True, True, False],
    }
)


def match(name, code=None, **more):
    row = pl.DataFrame(
        {"union": [name], "union_code": [code]}, schema={"union": pl.String, "union_code": pl.String}
    )
    ids, found = unions.match(row, LISTED, **more)
    return ids[0], found["code"].to_list()


@pytest.mark.parametrize(
    ("name", "code", "union"),
    [
        ("甲工会", None, "a"), ("甲 工 会", "X1", "a"), (None, "X1", "a"), ("写错的名字", "X1", "a"), ("省/南/乙工会", None, "b"),
        ("乙工会", "X3", "c"),
    ],
)  # fmt: skip
def test_a_union_is_found_by_code_name_or_line(name, code, union):
    assert match(name, code) == (union, [])


@pytest.mark.parametrize(
    ("name", "code", "finding"),
    [
        ("丁工会", None, "UNION_UNKNOWN"), (None, None, "UNION_BLANK"), ("丁工会", "X9", "UNION_UNKNOWN"),
        ("乙工会", None, "UNION_AMBIGUOUS"), ("甲工会", "X3", "UNION_AMBIGUOUS"), ("甲工会", "X9", "UNION_AMBIGUOUS"),
        ("丙工会", "X1", "UNION_AMBIGUOUS"), ("丙工会", None, "UNION_OUT_OF_SCOPE"), (None, "X4", "UNION_OUT_OF_SCOPE"),
    ],
)  # fmt: skip
def test_what_does_not_tell_one_union_is_held(name, code, finding):
    assert match(name, code) == (None, [finding])


def test_a_row_that_names_none_means_the_union_whose_clerk_hands_it_in():
    assert match(None, own="b") == ("b", [])
    assert match("丁工会", own="b") == (None, ["UNION_UNKNOWN"])
