from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from niangjia.core.findings import each, findings
from niangjia.core.identifiers import citizen, rules
from niangjia.core.identifiers.citizen import OLDEST_YEARS, checked, checked_one
from niangjia.core.identifiers.counties import FIRST_NUMBERS, PERMITS, STILL, dated_codes

ON = date(2026, 11, 24)
DEMO = frozenset(f"3699{k:02d}" for k in range(1, 10))
STANDARD_SAMPLE = "11010519491231002X"  # GB 11643-1999
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

counties = st.sampled_from(sorted(DEMO))
births = st.dates(date(1900, 1, 1), date(2030, 1, 1))
orders = st.integers(0, 999)


def with_check(first_17):
    return first_17 + "10X98765432"[sum(int(c) * w for c, w in zip(first_17, WEIGHTS, strict=True)) % 11]


def made_up(county="369901", born="19900101", order="001"):
    return with_check(county + born + order)


def check(*cells, **more):
    return checked(pl.Series(cells, dtype=pl.String), on=ON, extra=DEMO, **more)


def finding(cell):
    return checked_one(cell, on=ON, extra=DEMO).id_finding


def existed(county, born):
    """Tell slowly whether a county code existed at some time since the birth, or since numbers were first given."""
    since = max(born.year, FIRST_NUMBERS)
    return county in DEMO | set(PERMITS) or any(
        dated.code == county and (dated.to_year or STILL) >= since for dated in dated_codes()
    )


def finding_slowly(number):
    """Check one number the obvious way: 18 or 15 characters, already bare."""
    if not number:
        return "ID_BLANK"
    if len(number) not in (15, 18):
        return "ID_LENGTH"
    digits, last = (number[:17], number[17]) if len(number) == 18 else (number, "0")
    if not all(c in "0123456789" for c in digits) or last not in "0123456789X":
        return "ID_CHARACTER"
    if len(number) == 15:
        digits = number[:6] + ("18" if int(number[12:]) >= 996 else "19") + number[6:]
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return "ID_BIRTH"
    if not date(ON.year - OLDEST_YEARS, ON.month, 1) <= born <= ON:
        return "ID_BIRTH"
    if not existed(digits[:6], born):
        return "ID_COUNTY"
    if len(number) == 15:
        return "ID_15_DIGITS"
    return None if with_check(digits) == number else "ID_CHECK"


near_numbers = st.builds(
    lambda county, born, order, last: f"{county}{born:%Y%m%d}{order:03d}{last}",
    counties | st.sampled_from(["810000", "000000", "369999"]),
    births,
    orders,
    st.sampled_from("0123456789X"),
)
right_numbers = near_numbers.map(lambda number: with_check(number[:17]))
old_numbers = st.builds(
    lambda county, born, order: f"{county}{born:%y%m%d}{order:03d}", counties, births, orders
)
spoilt = st.builds(
    lambda number, at, by: number[:at] + by + number[at + 1 :],
    right_numbers,
    st.integers(0, 17),
    st.sampled_from("0129XAZ"),
)


@given(
    st.lists(
        near_numbers | right_numbers | old_numbers | spoilt | st.text("0123456789X", max_size=20), max_size=20
    )
)
def test_a_column_agrees_with_the_obvious_slow_way(numbers):
    assert check(*numbers)["id_finding"].to_list() == [finding_slowly(number) for number in numbers]


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_character_is_that_of_python_stdnum(first_17):
    assert with_check(first_17)[17] == ric.calc_check_digit(first_17 + "0")
    digits = np.array([list(first_17.encode())], dtype=np.uint8) - ord("0")
    assert chr(citizen.citizen_checks(digits)[0]) == ric.calc_check_digit(first_17 + "0")


@given(right_numbers, st.integers(0, 17), st.integers(1, 9))
def test_any_one_wrong_digit_is_found(number, at, by):
    if number[at] == "X":
        return
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert finding(wrong) is not None


def test_a_right_number_tells_birth_sex_and_county():
    told = checked_one(STANDARD_SAMPLE, on=ON)
    assert told == citizen.Checked(STANDARD_SAMPLE, None, None, "citizen", date(1949, 12, 31), "2", "110105")
    assert checked_one("360102199001010018", on=ON).sex == "1"


@pytest.mark.parametrize(
    "cell",
    [
        " 110105 19491231 002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002X",
        "'11010519491231002X",
        "\ufeff11010519491231002\u0425",  # a Cyrillic letter
        "11010519491231002×",
    ],
)
def test_a_number_written_otherwise_is_the_same_number(cell):
    assert checked_one(cell, on=ON).id_number == STANDARD_SAMPLE


def test_odd_rows_do_not_move_the_others():
    right, spaced = made_up(order="001"), made_up(order="002")
    found = check(None, right, f" {spaced}", "", right, "1")
    assert found["id_number"].to_list() == [None, right, spaced, None, right, None]
    assert found["id_finding"].to_list() == ["ID_BLANK", None, None, "ID_BLANK", None, "ID_LENGTH"]


def test_fifteen_digits_are_widened_and_noted():
    told = checked_one("110105491231002", on=ON)
    assert (told.id_number, told.id_finding, told.born_on) == (
        STANDARD_SAMPLE,
        "ID_15_DIGITS",
        date(1949, 12, 31),
    )


def test_a_wrong_check_tells_the_character_that_would_be_right_and_nothing_else():
    told = checked_one("110105194912310021", on=ON)
    assert (told.id_finding, told.id_expected) == ("ID_CHECK", "X")
    assert (told.id_number, told.born_on, told.sex, told.county_code) == (None, None, None, None)


@pytest.mark.parametrize(
    ("county", "kind"),
    [
        ("369901", "citizen"),
        ("810000", "hk_macao_residence"),
        ("820000", "hk_macao_residence"),
        ("830000", "taiwan_residence"),
    ],
)
def test_residence_permits_are_told_apart(county, kind):
    assert check(made_up(county=county))["id_kind"].item() == kind


def test_a_made_up_county_holds_only_where_the_demo_is_loaded():
    assert checked_one(made_up(), on=ON, extra=DEMO).id_finding is None
    assert checked_one(made_up(), on=ON).id_finding == "ID_COUNTY"


@pytest.mark.parametrize("born", ["19900230", "19901301", "19900100", "18800101", "20261125", "00000101"])
def test_an_impossible_birth_is_found(born):
    assert finding(made_up(born=born)) == "ID_BIRTH"


def test_a_birth_on_the_day_itself_is_possible():
    assert finding(made_up(born=f"{ON:%Y%m%d}")) is None
    assert finding(made_up(born=f"{ON + timedelta(days=1):%Y%m%d}")) == "ID_BIRTH"


@pytest.mark.parametrize("cell", ["3.69901E+17", "3.69901199001010E17"])
def test_a_number_that_a_spreadsheet_rounded_is_not_guessed_at(cell):
    assert finding(cell) == "ID_NUMBER_CELL"


def test_a_cell_typed_as_a_number_is_refused_even_if_its_digits_would_do():
    right = made_up()
    found = check(right, right, "", numeric=pl.Series([True, False, True]))
    assert found["id_finding"].to_list() == ["ID_NUMBER_CELL", None, "ID_BLANK"]
    assert checked(pl.Series([1.5e17, None]), on=ON)["id_finding"].to_list() == ["ID_NUMBER_CELL", "ID_BLANK"]


def test_an_empty_column_is_an_empty_answer():
    assert check().is_empty()


def test_every_finding_is_told_by_a_rule():
    cells = ["", "1E17", "1", made_up()[:10] + "A" * 8, made_up(born="19900230"), made_up(county="369999")]
    cells += [made_up()[:17] + ("1" if made_up()[17] != "1" else "2"), "369901900101001", made_up()]
    told = [(found.row, found.code) for found in each(findings(check(*cells), rules.CITIZEN))]
    assert told == list(enumerate([rule.code for rule in rules.CITIZEN]))


def test_only_the_expected_character_reaches_a_finding():
    wrong = made_up()[:17] + ("1" if made_up()[17] != "1" else "2")
    (found,) = each(findings(check(wrong), rules.CITIZEN))
    assert found.params == {"expected": made_up()[17]}
