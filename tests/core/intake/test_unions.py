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


@pytest.mark.parametrize(
    ("name", "code", "said", "union"),
    [
        ("丁工会", None, {"丁工会": "a"}, "a"), ("丁 工会", None, {"丁工会": "a"}, "a"), (None, None, {"": "b"}, "b"),
        ("乙工会", None, {"乙工会": "b"}, "b"), ("丙工会", None, {"丙工会": "a"}, "a"), ("丁工会", "X9", {"丁工会": "b"}, "b"),
        ("甲工会", None, {"丁工会": "b"}, "a"),
    ],
)  # fmt: skip
def test_a_clerk_says_which_union_a_name_means(name, code, said, union):
    assert match(name, code, said=said) == (union, [])


@pytest.mark.parametrize(
    ("name", "code", "said", "finding"),
    [
        ("丁工会", "X3", {"丁工会": "a"}, "UNION_AMBIGUOUS"), ("丁工会", "X9", {"丁工会": "a"}, "UNION_AMBIGUOUS"),
        ("丁工会", None, {"丁工会": "d"}, "UNION_UNKNOWN"), ("丁工会", None, {"丁工会": "gone"}, "UNION_UNKNOWN"),
        ("戊工会", None, {"丁工会": "a"}, "UNION_UNKNOWN"), (None, None, {"": "d"}, "UNION_BLANK"), (None, None, {"": "gone"}, "UNION_BLANK"),
    ],
)  # fmt: skip
def test_what_a_clerk_says_stands_neither_against_a_code_nor_for_a_union_elsewhere(name, code, said, finding):
    assert match(name, code, said=said) == (None, [finding])


def told(names, codes=None, where=None, most=50):
    rows = pl.DataFrame(
        {"union": names, "union_code": codes or [None] * len(names)},
        schema={"union": pl.String, "union_code": pl.String},
    )
    _, found = unions.match(rows, LISTED)
    counted = pl.Series(where or [True] * len(names), dtype=pl.Boolean)
    parts = [
        unions.unfound(part, found.filter(pl.col("row") == k).with_columns(row=pl.lit(0, pl.UInt32)), one)
        for k, (part, one) in enumerate(zip(rows.iter_slices(1), [counted[k : k + 1] for k in range(len(names))], strict=True))
    ]  # fmt: skip
    whole = unions.most_frequent([unions.unfound(rows, found, counted)], most)
    assert unions.most_frequent(parts, most) == whole  # however the list was cut
    return [(each["text"], each["rows"]) for each in whole]


def test_names_that_tell_no_union_are_told_with_their_rows_the_most_frequent_first():
    names = ["丁工会", "甲工会", None, "戊工会", "戊 工会", "乙工会", "戊工会", None]
    assert told(names) == [("戊 工会", 3), ("", 2), ("丁工会", 1), ("乙工会", 1)]
    assert told(names, most=1) == [("戊 工会", 3)]
    assert told(names, where=[False] * 7 + [True]) == [("", 1)]


def test_a_name_beside_a_code_is_not_asked_for_and_what_may_be_a_number_is_never_kept():
    assert told(["丁工会"], codes=["X9"]) == []
    assert told(["369921199001011037", "电话19900000001", "长" * 121, "第12345工会"]) == [("第12345工会", 1)]
    assert told([]) == []
