from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.workdays import (
    Calendar,
    add_working_days,
    deadline,
    is_provisional,
    is_working_day,
    working_days_between,
)

# National Day 2026 as an example: 1 to 7 October off, Saturday 10 October made up.
OCTOBER = Calendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    makeup_days=frozenset({date(2026, 10, 10)}),
    published_to=date(2026, 12, 31),
)
days = st.dates(date(2026, 9, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday made up
        (date(2026, 10, 11), False),  # a Sunday
    ],
)
def test_which_days_are_worked(day, worked):
    assert is_working_day(day, OCTOBER) is worked


def test_a_makeup_day_wins_over_a_holiday():
    both = Calendar(frozenset({date(2026, 10, 10)}), frozenset({date(2026, 10, 10)}), date(2026, 12, 31))
    assert is_working_day(date(2026, 10, 10), both)


@pytest.mark.parametrize(
    ("n", "last"),
    [(1, date(2026, 10, 8)), (2, date(2026, 10, 9)), (3, date(2026, 10, 10)), (4, date(2026, 10, 12))],
)
def test_a_term_runs_over_holidays_and_counts_makeup_days(n, last):
    assert add_working_days(date(2026, 9, 30), n, OCTOBER) == last


def test_a_term_of_no_days_ends_on_the_first_day_worked():
    assert add_working_days(date(2026, 9, 30), 0, OCTOBER) == date(2026, 9, 30)
    assert add_working_days(date(2026, 10, 1), 0, OCTOBER) == date(2026, 10, 8)


def test_a_negative_term_is_a_bug():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 9, 30), -1, OCTOBER)


def test_a_deadline_is_when_the_last_day_closes_in_shanghai():
    late_evening = datetime(2026, 9, 30, 15, 0, tzinfo=UTC)  # 23:00 on 30 September
    after_midnight = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)  # 01:00 on 1 October
    assert deadline(late_evening, 3, OCTOBER) == datetime(2026, 10, 10, 10, 0, tzinfo=UTC)
    assert deadline(after_midnight, 1, OCTOBER, closes=time(12)) == datetime(2026, 10, 8, 4, 0, tzinfo=UTC)


def test_days_beyond_the_published_ones_are_provisional():
    assert not is_provisional(date(2026, 12, 31), OCTOBER)
    assert is_provisional(date(2027, 1, 1), OCTOBER)


@given(days, st.integers(1, 40))
def test_a_term_ends_on_a_working_day_with_as_many_behind_it(day, n):
    last = add_working_days(day, n, OCTOBER)
    assert is_working_day(last, OCTOBER)
    assert working_days_between(day, last, OCTOBER) == n
    assert working_days_between(day, last - timedelta(days=1), OCTOBER) == n - 1


@given(days, days)
def test_counting_backwards_is_negative(start, end):
    assert working_days_between(start, end, OCTOBER) == -working_days_between(end, start, OCTOBER)
