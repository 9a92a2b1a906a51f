import polars as pl
import pytest
from polars.testing import assert_frame_equal

from niangjia.cli.synth import employers
from niangjia.cli.synth.duplicates import BY_NAME, HELD_OUT_KINDS, KINDS, crowd, true_pairs
from niangjia.core.codes.phones import demo_prefix

ROWS = 6000


@pytest.fixture(scope="module")
def made():
    return crowd(ROWS, 7)


def test_the_same_arguments_give_the_same_crowd(made):
    again = crowd(ROWS, 7)
    assert_frame_equal(made.rows, again.rows)
    assert_frame_equal(made.truth, again.truth)


def test_every_kind_occurs(made):
    assert set(made.truth["kind"]) == {"", *BY_NAME}
    assert sum(kind.is_same for kind in KINDS) >= 14
    assert set(HELD_OUT_KINDS) < set(BY_NAME)


def test_second_rows_belong_to_somebody_and_those_alike_to_nobody(made):
    people = made.truth.with_columns(size=pl.len().over("person"))
    same = [kind.name for kind in KINDS if kind.is_same]
    assert people.filter(pl.col("kind").is_in(same))["size"].min() >= 2
    first = people.filter(~pl.col("kind").is_in(["", *same]))
    assert first["size"].max() == 1


def test_true_pairs_are_all_two_rows_of_one_person():
    truth = pl.DataFrame({"person": [1, 2, 1, 1], "kind": ["", "", "exact", "moved"]})
    assert sorted(true_pairs(truth).rows()) == [(2, 0, "exact"), (3, 0, "moved"), (3, 2, "moved")]


def test_nobody_else_has_a_number_but_by_borrowing_it(made):
    known = pl.concat([made.rows, made.truth], how="horizontal").filter(
        pl.col("id_number").str.len_chars() == 18
    )
    owners = (
        known.filter(pl.col("kind") != "borrowed_number")
        .group_by("id_number")
        .agg(pl.col("person").n_unique())
    )
    # A slip may by chance make a number that somebody has.
    assert owners.filter(pl.col("person") > 1).height <= 2


def test_phones_are_made_up(made):
    assert made.rows["phone"].drop_nulls().str.starts_with(demo_prefix()[:2]).mean() > 0.99


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        crowd(100, 1, kinds=["telepathy"])


def test_lists_of_employers_are_the_same_for_the_same_arguments():
    one, other = employers.lists(2000, 7), employers.lists(2000, 7)
    assert_frame_equal(one.right, other.right)
    assert_frame_equal(one.truth, other.truth)
    assert set(one.kinds) == {"", *(kind.name for kind in employers.KINDS)}


def test_each_entry_has_one_partner_at_most():
    truth = employers.lists(2000, 7).truth
    assert truth["row"].n_unique() == truth["other"].n_unique() == truth.height
