from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.days import day_of, moment_at


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2024, 2, 28, 16, 0, tzinfo=UTC), date(2024, 2, 29)),
        (
            datetime(1988, 7, 1, 15, 0, tzinfo=UTC),
            date(1988, 7, 2),
        ),  # summer time: Shanghai was nine hours ahead
    ],
)
def test_a_day_starts_at_midnight_in_shanghai(moment, day):
    assert day_of(moment) == day


def test_a_moment_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 11, 24))


def test_a_closing_time_is_eight_hours_ahead_of_utc():
    assert moment_at(date(2026, 11, 24), time(18)) == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_midnight_that_was_skipped_still_falls_on_its_day():
    assert day_of(moment_at(date(1940, 6, 1), time(0))) == date(1940, 6, 1)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.times())
def test_the_day_of_a_moment_on_a_day_is_that_day(day, clock_time):
    assert day_of(moment_at(day, clock_time)) == day
