from datetime import date

import polars as pl

from niangjia.core.identifiers.citizen import checked
from niangjia.core.identifiers.counties import FIRST_NUMBERS, STILL, dated_codes, last_years
from tests.core.identifiers.test_citizen import with_check

ON = date(2026, 11, 24)


def first_finding(county, year):
    number = with_check(f"{county}{year}0101000")  # order 000 is never issued
    return checked(pl.Series([number]), on=ON)["id_finding"].item()


def test_a_code_that_went_after_the_birth_is_right():
    assert first_finding("110103", 2010) is None  # 崇文区, until 2010
    assert first_finding("110103", 1950) is None
    assert first_finding("110103", 2011) == "ID_COUNTY"


def test_a_code_that_came_after_the_birth_is_right():
    assert (
        first_finding("110118", 1950) is None
    )  # 密云区, since 2015: people move and get their first number late


def test_a_code_that_went_before_numbers_were_given_is_wrong():
    assert first_finding("110201", 1950) == "ID_COUNTY"  # 昌平县, until 1982


def test_the_last_of_several_divisions_with_one_code_counts():
    assert last_years()[120110] == STILL  # 东郊区 until 1991, 东丽区 since 1992
    assert last_years()[999999] == 0


def test_extra_codes_do_not_leak_into_the_real_table():
    assert last_years(frozenset({"369901"}))[369901] == STILL
    assert last_years()[369901] == 0


def test_the_whole_list_is_read():
    codes = {dated.code for dated in dated_codes()}
    assert len(codes) > 6_500
    assert {code[:2] for code in codes} >= {"11", "36", "65", "71", "81", "82"}


def test_no_code_is_wrongly_refused_in_any_year_in_which_it_could_be_given():
    pairs = [
        (dated.code, year)
        for dated in dated_codes()
        for year in range(1940, ON.year + 1, 7)
        if any(
            (dated.from_year or 0) <= lived <= (dated.to_year or STILL)
            for lived in range(max(year, FIRST_NUMBERS), ON.year + 1)
        )
    ]
    numbers = pl.Series([with_check(f"{code}{year}0101000") for code, year in pairs])
    refused = numbers.filter(checked(numbers, on=ON)["id_finding"].is_not_null())
    assert len(numbers) > 50_000
    assert refused.is_empty()
