import pytest

from niangjia.core import parameters
from niangjia.core.parameters import shipped

FIRST_SLICE = [
    "joining_contact",
    "joining_decide",
    "joining_remind_superior",
    "joining_superior_decides",
    "joining_hard_stop",
    "need_more_days",
    "minimum_age",
    "day_closes",
    "phone_code_minutes",
    "session_idle_minutes",
    "session_absolute_hours",
    "batch_undo_days",
    "merge_undo_days",
    "roster_file_days",
    "held_alarm_per_day",
    "held_alarm_share",
    "unmask_minutes",
    "file_max_rows",
    "upload_max_mib",
]


def test_every_figure_of_the_first_slice_is_there():
    assert set(FIRST_SLICE) <= set(parameters.names())


@pytest.mark.parametrize("name", parameters.names())
def test_every_figure_has_a_known_unit_a_source_and_one_kind_of_value(name):
    values = shipped.dated_values()[name]
    assert parameters.units()[name] in shipped.UNITS
    assert len({type(value.value) for value in values}) == 1
    assert all(value.source == shipped.PRODUCT_DEFAULT or value.source.startswith("《") for value in values)


@pytest.mark.parametrize("name", parameters.names())
def test_no_two_values_claim_the_same_region_and_day(name):
    keys = [(value.region, value.from_on) for value in shipped.dated_values()[name]]
    assert len(set(keys)) == len(keys)
