"""Rosters: the same for the same seed, and wrong exactly where the truth says so."""

import re
import unicodedata
from datetime import date, timedelta

import polars as pl
import pytest
from stdnum import numdb
from stdnum.cn import ric, uscc

from niangjia.cli.synth import errors, noise, rosters, sheet
from niangjia.cli.synth.organisations import city
from niangjia.core.codes import names

ROSTER = rosters.roster(3000, seed=5)
DAY = rosters.DAY


def column(roster, field):
    """Return the cells of one field, blank rows left out."""
    cells = roster.cells[roster.fields.index(field)]
    return [cells[position] for position in roster.truth["position"]]


def rows_with(error):
    """Return the cells of each row with one kind of error, by field."""
    columns = {field: column(ROSTER, field) for field in sheet.FIELDS}
    found = ROSTER.truth.with_row_index().filter(pl.col("error") == error)["index"]
    return [{field: cells[row] for field, cells in columns.items()} for row in found]


def test_the_same_seed_gives_the_same_roster_and_another_gives_another():
    again, other = rosters.roster(3000, seed=5), rosters.roster(3000, seed=6)

    assert again.frame.equals(ROSTER.frame) and again.truth.equals(ROSTER.truth)
    assert not other.truth.equals(ROSTER.truth)


def test_every_kind_of_error_and_of_noise_occurs():
    assert set(ROSTER.truth["error"]) == {"", *errors.KINDS}
    assert set(ROSTER.truth["noise"].explode().drop_nulls()) == {one.name for one in noise.NOISE}
    assert len(errors.KINDS) >= 14 and len(noise.NOISE) >= 12


def test_small_rosters_hold_every_kind_too():
    small = rosters.roster(60, seed=1)

    assert set(small.truth["error"]) == {"", *errors.KINDS}


def test_too_few_rows_are_an_error():
    with pytest.raises(ValueError, match="too few"):
        rosters.roster(20, seed=1)


def test_verdicts_follow_the_kind_and_right_rows_have_no_codes():
    right = ROSTER.truth.filter(pl.col("error") == "")
    assert set(right["verdict"]) == {"new"} and right["codes"].list.len().sum() == 0
    for kind in errors.ERRORS:
        rows = ROSTER.truth.filter(pl.col("error") == kind.name)
        assert set(rows["verdict"]) == {kind.verdict}
        assert rows["codes"].to_list() == [list(kind.codes)] * rows.height


def test_one_row_in_ten_is_wrong():
    assert ROSTER.truth.filter(pl.col("error") != "").height == pytest.approx(300, abs=40)


def test_blank_rows_are_in_the_sheet_and_not_in_the_truth():
    blank = [row for row, cells in enumerate(ROSTER.frame.iter_rows()) if not any(cells)]

    assert blank and set(blank).isdisjoint(ROSTER.truth["position"])
    assert ROSTER.frame.height == ROSTER.truth.height + len(blank)


def test_headers_are_synonyms_in_a_clerks_order_with_extra_columns():
    for field, header in zip(ROSTER.fields, ROSTER.headers, strict=True):
        assert header in (sheet.HEADERS[field] if field else (sheet.SERIAL, *sheet.EXTRAS))
    assert [field for field in ROSTER.fields if field] != list(sheet.FIELDS)


def test_a_clean_roster_is_clean():
    clean = rosters.roster(200, seed=3, kinds=(), noisy=False, title=False)

    assert set(clean.truth["verdict"]) == {"new"} and clean.first_row == 2
    assert [field for field in clean.fields if field] == list(sheet.FIELDS)
    assert all(number[-1] == ric.calc_check_digit(number) for number in column(clean, "number"))
    assert all(uscc.is_valid(code) for code in column(clean, "credit") if code)
    assert set(column(clean, "group")) <= set(names("worker_group"))
    assert set(column(clean, "ethnic")) <= set(names("ethnic"))
    assert set(column(clean, "education")) <= set(names("education"))
    assert set(column(clean, "status")) <= set(names("work_status"))
    assert set(column(clean, "hukou")) <= set(names("hukou"))


def test_right_rows_have_right_numbers_whatever_the_noise():
    right = ROSTER.truth.filter(pl.col("verdict") == "new")

    assert all(number[-1] == ric.calc_check_digit(number) for number in right["number"])
    assert right["number"].n_unique() == right.height


@pytest.mark.parametrize(
    "error", ["id_check", "id_birth", "id_county", "birth_differs", "sex_differs", "under_age"]
)
def test_only_a_wrong_check_is_a_wrong_check(error):
    for row in rows_with(error):
        right = row["number"][-1] == ric.calc_check_digit(row["number"])
        assert right is (error != "id_check")


def test_a_birth_that_is_no_day_is_none():
    for row in rows_with("id_birth"):
        with pytest.raises(ValueError):
            date(int(row["number"][6:10]), int(row["number"][10:12]), int(row["number"][12:14]))


def test_a_county_of_nowhere_was_never_issued():
    for row in rows_with("id_county"):
        found = {key for _, facts in numdb.get("cn/loc").info(row["number"][:6]) for key in facts}
        assert "county" not in found and not row["number"].startswith("3699")


def test_lengths_letters_and_blanks():
    assert all(len(row["number"]) in (16, 17) for row in rows_with("id_short"))
    assert all(len(row["number"]) == 19 for row in rows_with("id_long"))
    assert all(row["number"].count("O") == 1 and len(row["number"]) == 18 for row in rows_with("id_letter"))
    assert all(row["number"] == "" for row in rows_with("id_blank"))
    assert all(row["name"] == "" for row in rows_with("name_blank"))
    assert all(8 <= len(row["phone"]) <= 10 for row in rows_with("phone_length"))
    assert all(len(row["phone"]) == 11 and row["phone"][:4] != "1409" for row in rows_with("phone_prefix"))


def test_number_cells_have_lost_their_last_digits():
    for row in rows_with("id_number_cell"):
        assert isinstance(row["number"], float)
        assert abs(row["number"] - round(row["number"], -3)) < 64  # what a float this large can tell apart


def test_columns_contradict_the_number_where_the_truth_says_so():
    for row in rows_with("birth_differs"):
        assert row["birth"] != row["number"][6:14] and isinstance(row["birth"], str)
    for row in rows_with("sex_differs"):
        assert (row["sex"] in ("男", "男性", "1")) != (int(row["number"][16]) % 2 == 1)


def test_children_are_children():
    for row in rows_with("under_age"):
        assert DAY.year - 14 <= int(row["number"][6:10]) <= DAY.year - 6


def test_unknown_texts_are_unknown():
    assert all(row["group"] not in names("worker_group") for row in rows_with("group_unknown"))
    assert all(row["ethnic"] not in names("ethnic") for row in rows_with("nation_unknown"))
    known = {one.name for one in city()}
    assert all(row["union"] not in known for row in rows_with("union_unknown"))
    assert all(row["union"].startswith("赣岚铁路") for row in rows_with("union_out_of_scope"))
    assert all(row["credit"] == "" for row in rows_with("union_ambiguous"))
    assert all(not uscc.is_valid(row["credit"]) for row in rows_with("credit_check"))
    assert all(row["employer"].startswith("=") for row in rows_with("formula_cell"))


def test_pairs_are_pairs_and_nobody_else_shares_a_number():
    truth = ROSTER.truth.filter(pl.col("number").str.len_chars() == 18)
    twice = truth.filter(pl.col("number").is_duplicated())

    assert set(twice["error"]) == {"duplicate_same", "duplicate_conflict"}
    assert set(
        truth.filter(pl.col("error").is_in(["duplicate_same", "duplicate_conflict"]))["number"]
    ) == set(twice["number"])
    same = truth.filter(pl.col("error") == "duplicate_same").sort("number", "position")
    assert same["verdict"].to_list() == ["new", "same"] * (same.height // 2)


def test_held_pairs_differ_where_they_should():
    likely = [(row["name"], row["number"]) for row in rows_with("likely_same")]
    conflict = [row["name"].replace("\u3000", "").strip() for row in rows_with("duplicate_conflict")]

    assert len({number for _, number in likely}) == len(likely)
    assert len(likely) % 2 == len(conflict) % 2 == 0


def test_a_countys_roster_names_its_own_unions_and_finds_others_outside():
    county = rosters.roster(400, seed=2, scope="369904", kinds=("union_out_of_scope",))
    named = {str(cell).strip() for cell in column(county, "union")}
    own = {"望溪县快递行业联合工会", "城关镇新就业形态劳动者联合工会", "望溪溪川服饰有限公司工会"}

    assert own <= named and len(named) > len(own)
    assert set(county.truth["union"].drop_nulls()) == {"wangxi-express", "wangxi-town", "garment"}


def test_a_kind_that_the_scope_has_no_union_for_is_an_error():
    with pytest.raises(ValueError, match="no such union"):
        rosters.roster(400, seed=2, scope="369904", kinds=("union_ambiguous",))
    with pytest.raises(ValueError, match="keeps a roll"):
        rosters.roster(400, seed=2, scope="nowhere")


def number_as_meant(text):
    """Return a number of 18 characters from whatever a clerk typed, one step after another."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    if len(plain) == 15:
        widened = plain[:6] + "19" + plain[6:]
        plain = widened + ric.calc_check_digit(widened + "0")
    return plain


def day_as_meant(cell):
    """Return a day from whatever a clerk typed or the program made of it."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float):
        return date(1899, 12, 30) + timedelta(days=cell)
    if cell.isdecimal():
        return date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    return date(*(int(part) for part in re.split(r"\D+", cell.strip("日"))))


def test_noise_is_harmless_to_a_patient_reader():
    right = ROSTER.truth.with_row_index().filter(pl.col("verdict") == "new")
    columns = {field: column(ROSTER, field) for field in sheet.FIELDS}
    unions = {one.key: one.name for one in city()}
    for row, number, union in right.select("index", "number", "union").iter_rows():
        cells = {field: cells[row] for field, cells in columns.items()}
        phone = re.sub(r"\D", "", unicodedata.normalize("NFKC", sheet.text_of(cells["phone"]))).removeprefix(
            "86"
        )
        assert number_as_meant(cells["number"]) == number
        assert day_as_meant(cells["birth"]).strftime("%Y%m%d") == number[6:14]
        assert day_as_meant(cells["birth"]) < day_as_meant(cells["joined"]) <= DAY
        assert names("sex")[cells["sex"]] == ("1" if int(number[16]) % 2 else "2")
        assert len(phone) == 11 and phone.startswith("1409")
        assert cells["union"].strip() == unions[union]
        assert cells["group"] in names("worker_group")
        assert uscc.is_valid(cells["credit"].upper()) or cells["credit"] == ""
