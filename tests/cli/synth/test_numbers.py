"""Numbers of nobody: right by their standards, as python-stdnum reckons them one at a time."""

from datetime import date

import numpy as np
import pytest
from stdnum.cn import ric, uscc

from niangjia.cli.synth import numbers, organisations, people
from niangjia.core.codes import phones


@pytest.fixture(scope="module")
def workers():
    return people.draw_people(np.random.default_rng(7), 3000, on=date(2026, 9, 1))


def test_check_characters_agree_with_the_slow_way(workers):
    assert all(number[-1] == ric.calc_check_digit(number) for number in workers.numbers)


def test_the_numbers_say_what_the_columns_say(workers):
    for number, birth, sex in zip(workers.numbers, workers.births.astype(str), workers.sexes, strict=True):
        assert number[:4] == "3699" and "01" <= number[4:6] <= "09"
        assert number[6:14] == birth.replace("-", "")
        assert int(number[16]) % 2 == int(sex) % 2


def test_nobody_is_there_twice(workers):
    assert len(set(workers.numbers)) == len(set(workers.phones)) == 3000


def test_everybody_joined_at_sixteen_or_later_and_not_after_the_day(workers):
    ages = (workers.joined - workers.births).astype(int)

    assert ages.min() >= 16 * 365
    assert workers.joined.max() <= np.datetime64("2026-09-01")


def test_phones_bear_the_made_up_prefix(workers):
    assert all(len(phone) == 11 and phone.startswith(phones.demo_prefix()) for phone in workers.phones)


def test_one_number_agrees_with_the_column():
    assert numbers.citizen_number("36010219900101001") == "360102199001010018"
    assert numbers.citizen_number("11010519491231002") == "11010519491231002X"


def test_credit_codes_are_right_outside_and_inside():
    coded = [one for one in organisations.city() if one.credit_code]
    codes = [one.credit_code for one in coded] + [
        one.employer.credit_code for one in coded if one.employer is not None
    ]

    assert all(uscc.is_valid(code) for code in codes)
    assert all(code[2:6] == "3699" for code in codes)
    assert all(organisation_code_is_right(code[8:17]) for code in codes)
    assert len(set(codes)) == len(codes)


def organisation_code_is_right(code):
    total = sum(
        int(digit) * weight for digit, weight in zip(code[:8], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return code[8] == {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def test_more_people_than_the_made_up_prefix_has_room_for_is_an_error():
    with pytest.raises(ValueError, match="at most"):
        people.draw_people(np.random.default_rng(1), 2_000_001, on=date(2026, 9, 1))


def test_names_are_common_and_rare_and_some_have_middle_dots(workers):
    assert any("·" in name for name in workers.names)
    assert any(ord(character) > 0xFFFF for name in workers.names for character in name)
    assert all(name == name.strip() and name for name in workers.names)
    assert set(workers.ethnics) > {"01", "05", "07"}
