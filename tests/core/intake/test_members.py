"""The rules over columns agree with a slow reader who takes one row at a time, straight from docs/algorithms/rosters.md."""

import re
import unicodedata
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from niangjia.core.codes import names
from niangjia.core.findings import each
from niangjia.core.identifiers import births
from niangjia.core.intake import dates, fields, members, rules

ON = date(2026, 9, 1)
FIELDS = [field.name for field in fields.MEMBERS]
PERSON = {"name": "张三", "id_number": "369901199001010013", "phone": "14091234567"}


def check(*rows, on=ON):
    data = {
        f"c{k}": pl.Series([row.get(field) for row in rows], dtype=pl.String)
        for k, field in enumerate(FIELDS)
    }
    frame = pl.DataFrame(data).with_row_index("row", offset=2)
    return members.check(frame, {field: k for k, field in enumerate(FIELDS)}, on=on, allow_demo=True)


def codes(checked):
    found = [set() for _ in range(checked.columns.height)]
    for finding in each(checked.findings):
        found[finding.row].add(finding.code)
    return found


def number(birth="19900101", county="369901", order="001"):
    first = f"{county}{birth}{order}"
    return first + ric.calc_check_digit(first + "0")


def day_slowly(cell):
    text = unicodedata.normalize("NFKC", cell).strip()
    if re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text) or re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text
    )
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def judged_slowly(row):
    """Return the codes of one row by itself."""
    found = set()
    if not row["name"].strip():
        found.add("NAME_BLANK")
    digits = row["id_number"]
    right = False
    if not digits:
        found.add("ID_BLANK")
    elif len(digits) != 18:
        found.add("ID_LENGTH")
    elif not re.fullmatch(r"\d{17}[\dX]", digits):
        found.add("ID_CHARACTER")
    else:
        born = day_slowly(digits[6:14])
        if born is None or born > ON or born.year < ON.year - 130:
            found.add("ID_BIRTH")
        elif not digits.startswith("3699"):
            found.add("ID_COUNTY")
        elif ric.calc_check_digit(digits) != digits[17]:
            found.add("ID_CHECK")
        else:
            right = True
    told = day_slowly(row["born_on"]) if row["born_on"] else None
    if row["born_on"] and told is None:
        found.add("DATE_UNREADABLE")
    birth = day_slowly(digits[6:14]) if right else told
    if right and told and told != birth:
        found.add("BIRTH_DIFFERS")
    sex = names("sex").get(row["sex"])
    if right and sex in ("1", "2") and (sex == "1") != (int(digits[16]) % 2 == 1):
        found.add("SEX_DIFFERS")
    if birth and birth > date(ON.year - 16, ON.month, ON.day):
        found.add("AGE_WORKING")
    joined = day_slowly(row["joined_on"]) if row["joined_on"] else None
    if row["joined_on"] and joined is None:
        found.add("DATE_UNREADABLE")
    if joined and joined > ON:
        found.add("JOINED_FUTURE")
    if joined and birth and joined < birth:
        found.add("JOINED_BEFORE_BIRTH")
    if row["phone"] and not re.fullmatch(r"\d{11}", row["phone"]):
        found.add("PHONE_LENGTH")
    elif row["phone"] and not row["phone"].startswith("1409"):
        found.add("PHONE_PREFIX")
    if row["group"] and row["group"] not in names("worker_group"):
        found.add("GROUP_UNKNOWN")
    if row["ethnic"] and row["ethnic"] not in names("ethnic"):
        found.add("NATION_UNKNOWN")
    if row["union_code"] and not uscc.is_valid(row["union_code"]):
        found.add("CREDIT_CHECK")
    return found


days = st.sampled_from(
    [
        "",
        "1990-01-01",
        "1990/1/1",
        "19900101",
        "1990年1月1日",
        "32874",
        "2030.5.6",
        "1980-02-30",
        "不详",
        "2015-03-04",
    ]
)
people = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["张三", "李四", "", "  "]),
        "id_number": st.one_of(
            st.sampled_from(["", "369901199001010013", "36990119900101001X", "3699011990010100", "36990119900101O013"]),
            st.builds(number, st.sampled_from(["19900101", "20150304", "20261301", "18500101"]), st.sampled_from(["369901", "369801"])),
        ),
        "sex": st.sampled_from(["", "男", "女", "男性", "2", "9", "?"]),
        "born_on": days,
        "joined_on": days,
        "phone": st.sampled_from(["", "14091234567", "1409123456", "12345678901", "1409123456a"]),
        "group": st.sampled_from(["", "快递员", "外卖员", "星际信使"]),
        "ethnic": st.sampled_from(["", "汉", "土家族", "岚族"]),
        "union_code": st.sampled_from(["", "8136010200000000AJ", "8136010200000000AK"]),
    }
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(people, min_size=1, max_size=25))
def test_agrees_with_one_row_at_a_time(rows):
    among_rows = {rule.code for rule in rules.REPEATS}

    assert [found - among_rows for found in codes(check(*rows))] == [judged_slowly(row) for row in rows]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("甲乙"), st.sampled_from(["001", "003"]), st.sampled_from("12"), st.booleans()
        ),
        max_size=7,
    )
)
def test_repetitions_agree_with_comparing_every_pair(drawn):
    rows = [
        {
            "name": f"张{name}",
            "id_number": number(order=order),
            "phone": f"1409123456{phone}",
            "group": "跑腿" if odd else "快递员",
        }
        for name, order, phone, odd in drawn
    ]
    for row, (*_, odd) in zip(rows, drawn, strict=True):
        row["joined_on"] = "2030-01-01" if odd else "2020-01-01"  # to come: refused

    found = codes(check(*rows))

    for k, row in enumerate(rows):
        mine = [one for one in rows if one["id_number"] == row["id_number"]]
        sound = [one for one in mine if one["joined_on"] < "2026"]
        other_name = len({one["name"] for one in mine}) > 1
        differs = row in sound and any(one != row for one in sound)
        assert ("DUPLICATE_CONFLICT" in found[k]) == (other_name or differs)
        again = not other_name and not differs and row in sound and rows.index(row) < k
        assert ("DUPLICATE_SAME" in found[k]) == again
        same_person = [one for one in rows if (one["name"], one["phone"]) == (row["name"], row["phone"])]
        assert ("LIKELY_SAME_PERSON" in found[k]) == (len({one["id_number"] for one in same_person}) > 1)


def test_a_repetition_names_the_row_that_it_repeats_and_is_the_same():
    checked = check(
        PERSON, PERSON | {"name": "李四", "id_number": number(order="005")}, PERSON | {"name": "张　三"}
    )

    assert checked.columns["repeats"].to_list() == [None, None, 0]
    assert checked.verdicts.to_list() == ["new", "new", "same"]


def test_a_refused_row_is_repeated_by_none():
    checked = check(PERSON | {"joined_on": "2030-01-01"}, PERSON)

    assert checked.verdicts.to_list() == ["refused", "new"]


@pytest.mark.parametrize("name", ["张\u202e三", "张\x86三", "张3", "张@三", "13812345678", "张\u200b三"])
def test_what_belongs_in_no_name(name):
    assert codes(check(PERSON | {"name": name})) == [{"NAME_CHARACTER"}]


@pytest.mark.parametrize(
    "name",
    ["张〇", "𠮷田", "买买提·艾力", "John Smith", "O'Brien", "欧阳-小明", "\U0002ebf0三", "葛\U000e0100城"],
)
def test_what_belongs_in_names(name):
    checked = check(PERSON | {"name": name})

    assert codes(checked) == [set()] and checked.columns["name"].to_list() == [name]


def test_other_documents_are_checked_by_shape():
    passport = {
        "name": "John",
        "id_kind": "护照",
        "id_number": "e 1234567",
        "sex": "M",
        "born_on": "1990-01-01",
    }

    checked = check(
        passport,
        passport | {"id_number": "?!"},
        passport | {"id_number": ""},
        passport | {"id_kind": "身份证"},
    )

    assert codes(checked) == [set(), {"PERMIT_NUMBER"}, {"ID_BLANK"}, {"ID_LENGTH"}]
    assert checked.columns.select("id_kind", "id_number", "sex", "birth_on").row(0) == (
        "passport",
        "E1234567",
        "1",
        date(1990, 1, 1),
    )


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("cell", ["=1+1", " ＝cmd|' /c calc'!A0"])
def test_formulas_are_refused_in_every_field(field, cell):
    assert "FORMULA_CELL" in codes(check(PERSON | {field: cell}))[0]


def test_a_wrong_credit_code_holds_whatever_is_wrong_with_it():
    for code in ("8136010200000000AK", "81360102", "I136010200000000AJ"):
        checked = check(PERSON | {"union_code": code})
        assert checked.verdicts.to_list() == ["held"]


def test_sixteen_is_old_enough_and_a_day_less_is_not():
    old = check(PERSON | {"id_number": number("20100901")})
    young = check(PERSON | {"id_number": number("20100902")})

    assert codes(old) == [set()] and codes(young) == [{"AGE_WORKING"}]


def test_the_right_end_of_a_number_is_told_and_no_cell():
    checked = check(PERSON | {"id_number": "369901199001010014"})

    (finding,) = each(checked.findings)
    assert finding.params == {"expected": "3"} and "369901" not in str(finding)


def test_every_code_has_a_sentence_in_both_languages():
    from django.utils import translation

    for message in rules.MESSAGES.values():
        with translation.override("zh-hans"):
            assert translation.gettext(message) != message


@given(st.text(st.sampled_from("0123456789-/.年月日 不"), max_size=11))
def test_days_agree_with_the_obvious_slow_way(cell):
    said = dates.day_column(pl.Series([cell]))
    expected = day_slowly(cell)

    if expected is not None and 1900 <= expected.year < births.FIRST_YEAR + births.YEARS:
        assert said["day"].to_list() == [expected]
    assert said["is_unreadable"].to_list() == [bool(cell.strip()) and said["day"][0] is None]


def test_nothing_in_gives_nothing_out():
    checked = check()

    assert checked.columns.height == 0 and checked.findings.height == 0
