from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.linkage import TIERS, duplicates, matches

BORN = date(1990, 1, 1)
SCHEMA = {"id_token": pl.String, "name_key": pl.String, "phone_token": pl.String, "born_on": pl.Date}


def people(*rows):
    return pl.DataFrame([(*row, BORN) for row in rows], schema=SCHEMA, orient="row")


def told(pairs):
    return [tuple(row) for row in pairs.iter_rows()]


def test_the_same_id_number_is_the_same_person_whatever_else_differs():
    roll = people(("i9", "x", "p9"), ("i1", "old name", "p2"))
    assert told(matches(people(("i1", "new name", "p1")), roll)) == [(0, 1, "same_id", False)]


def test_name_phone_and_birth_count_where_an_id_number_is_missing():
    roll = people((None, "a", "p1"))
    assert told(matches(people(("i1", "a", "p1")), roll)) == [(0, 0, "same_name_phone_birth", False)]


def test_two_different_id_numbers_leave_it_to_a_person():
    roll = people(("i2", "a", "p1"))
    assert told(matches(people(("i1", "a", "p1")), roll)) == [(0, 0, "same_name_phone_birth", True)]


def test_more_than_one_candidate_leaves_it_to_a_person():
    roll = people((None, "a", "p1"), (None, "a", "p1"))
    assert [pair[3] for pair in told(matches(people((None, "a", "p1")), roll))] == [True, True]


def test_a_surer_tier_hides_the_less_sure():
    roll = people((None, "a", "p1"), ("i1", "b", "p2"))
    assert told(matches(people(("i1", "a", "p1")), roll)) == [(0, 1, "same_id", False)]


@pytest.mark.parametrize("row", [(None, "a", None), (None, None, "p1")])
def test_a_missing_value_equals_nothing(row):
    assert matches(people(row), people(row)).is_empty()
    assert duplicates(people(row, row)).is_empty()


def test_a_file_that_repeats_a_person_pairs_each_with_the_first():
    rows = people(("i1", "a", "p1"), ("i2", "b", "p2"), ("i1", "a", "p1"), ("i1", "c", "p3"))
    assert told(duplicates(rows)) == [(2, 0, "same_id", False), (3, 0, "same_id", False)]


def test_different_id_numbers_in_one_group_put_the_whole_group_in_doubt():
    rows = people((None, "a", "p1"), ("i1", "a", "p1"), ("i2", "a", "p1"))
    assert [pair[1:] for pair in told(duplicates(rows))] == [(0, "same_name_phone_birth", True)] * 2


def pairs_the_slow_way(rows):
    """Compare every two rows by every tier: those that are equal must end in one group."""
    table = rows.to_dicts()
    return {
        (later, earlier)
        for tier in TIERS
        for later in range(len(table))
        for earlier in range(later)
        if all(table[later][c] is not None and table[later][c] == table[earlier][c] for c in tier.columns)
    }


some = st.sampled_from([None, "1", "2"])


@given(st.lists(st.tuples(some, some, some), max_size=12))
def test_duplicates_are_exactly_the_rows_that_equal_an_earlier_one(rows):
    frame = people(*rows)
    found = {pair[:2] for pair in told(duplicates(frame))}
    slow = pairs_the_slow_way(frame)
    assert found <= slow
    assert {row for row, _ in found} == {row for row, _ in slow}
