from datetime import date, time

import pytest

from niangjia.core import parameters
from niangjia.core.parameters import Dated, NoFigure

ON = date(2026, 11, 24)


def decide(value, **more):
    return Dated(
        **{"name": "joining_decide", "value": value, "from_on": date(2020, 1, 1), "source": "order", **more}
    )


def test_shipped_figures_are_attributes():
    today = parameters.at(ON)
    assert (today.joining_contact, today.joining_decide, today.joining_hard_stop) == (1, 3, 15)
    assert (today.minimum_age, today.joining_decide) == (16, 3)
    assert (today.day_closes, today.held_alarm_share) == (time(18), 0.2)


def test_a_figure_says_where_it_comes_from():
    figure = parameters.at(ON).explain("minimum_age")
    assert (figure.value, figure.unit, figure.source) == (16, "years", "《劳动法》第十五条")
    assert figure.from_on == date(1995, 1, 1)


def test_a_figure_has_no_value_before_its_day():
    with pytest.raises(NoFigure, match="minimum_age"):
        _ = parameters.at(date(1994, 12, 31)).minimum_age
    assert parameters.at(date(1995, 1, 1)).minimum_age == 16


def test_an_unknown_figure_is_a_bug():
    with pytest.raises(AttributeError, match="joining_dcide"):
        _ = parameters.at(ON).joining_dcide


@pytest.mark.parametrize(
    ("region", "value"), [(None, 3), ("00", 3), ("35", 3), ("36", 4), ("3602", 4), ("3601", 2), ("360102", 2)]
)
def test_the_most_specific_region_wins(region, value):
    extra = [decide(4, region="36"), decide(2, region="3601", from_on=date(2019, 1, 1))]
    assert parameters.at(ON, region, extra).joining_decide == value


def test_the_later_day_wins_within_a_region():
    extra = [decide(6, from_on=date(2026, 12, 1)), decide(5)]
    assert parameters.at(date(2026, 11, 30), extra=extra).joining_decide == 5
    assert parameters.at(date(2026, 12, 1), extra=extra).joining_decide == 6


def test_a_value_ends_before_its_last_day():
    extra = [decide(7, to_on=ON)]
    assert parameters.at(date(2026, 11, 23), extra=extra).joining_decide == 7
    assert parameters.at(ON, extra=extra).joining_decide == 3


def test_the_deployers_value_wins_over_the_shipped_one_of_the_same_day():
    extra = [decide(9, from_on=date(2018, 1, 1))]
    figure = parameters.at(ON, extra=extra).explain("joining_decide")
    assert (figure.value, figure.source) == (9, "order")


@pytest.mark.parametrize(
    "wrong", [decide(1, name="joining_dcide"), decide("three"), decide(1, name="day_closes")]
)
def test_an_extra_value_that_fits_no_figure_is_refused(wrong):
    with pytest.raises(ValueError, match=wrong.name):
        parameters.at(ON, extra=[wrong])
