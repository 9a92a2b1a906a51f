import math
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.core.identifiers.citizen import CHECKS, citizen_checks
from niangjia.core.linkage import people
from niangjia.core.linkage.names import NAME_LEVELS, sound_hashes
from niangjia.core.linkage.people import COLUMNS, LEVELS, MESSAGES, counted, reasons, same_people
from niangjia.core.text import match_key

DAY = date(1990, 1, 2)
PHONE, OTHER_PHONE = "14090000001", "14091234567"


def number(stem):
    digits = pl.Series([stem]).str.split("").explode().cast(pl.UInt8).to_numpy().reshape(1, 17)
    return stem + chr(citizen_checks(digits).item())


NUMBER = number("36990119900102012")
TWIN = number("36990119900102014")
STRANGER = number("36990219850707123")


def row(**cells):
    usual = {
        "id_kind": "citizen",
        "id_number": NUMBER,
        "name_key": "张小明",
        "phone": PHONE,
        "birth_on": DAY,
        "sex": "2",
        "employer_key": "e1",
        "union_key": "u1",
    }
    return usual | cells


def register(*rows):
    return pl.DataFrame(list(rows), schema=COLUMNS)


def decision(first, second):
    """Return what is decided of two rows, and why."""
    pairs = same_people(register(first, second), keep_different=True).pairs
    if pairs.is_empty():
        return "different", []
    return pairs["decision"].item(), reasons(pairs).item().to_list()


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"phone": OTHER_PHONE, "union_key": "u2", "employer_key": "e2"},
        {"id_number": NUMBER[:6] + NUMBER[8:17]},
        {"id_number": None},
        {"id_number": None, "name_key": "张晓明"},
        {"id_number": NUMBER[:16] + "9" + NUMBER[17:]},
        {"id_number": NUMBER[:11] + NUMBER[12] + NUMBER[11] + NUMBER[13:]},
        {"name_key": "张小朋"},
        {"name_key": "张小鹏", "phone": None},
        {"id_kind": "hk_macao_pass", "id_number": "H12345678"},
    ],
)
def test_slips_leave_a_person_the_same(cells):
    assert decision(row(), row(**cells))[0] == "same"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"id_number": STRANGER}, "ID_DIFFERS"),
        ({"name_key": "王芳"}, "NUMBER_BORROWED"),
        ({"id_number": None, "name_key": "张小亮"}, "TWINS_POSSIBLE"),
    ],
)
def test_what_can_be_two_people_is_for_a_person_to_decide(cells, reason):
    told, why = decision(row(), row(**cells))
    assert told == "likely"
    assert reason in why


@pytest.mark.parametrize(
    "cells",
    [
        {"id_number": STRANGER, "name_key": "王芳", "birth_on": date(1985, 7, 7)},  # an office's phone
        {"id_number": STRANGER, "phone": OTHER_PHONE, "birth_on": date(1985, 7, 7)},  # a namesake
        {"id_number": TWIN, "name_key": "张小亮"},
        {"id_number": TWIN, "name_key": "张晓明"},
    ],
)
def test_people_who_share_much_are_different(cells):
    assert decision(row(), row(**cells))[0] == "different"


names_of_twins = st.lists(
    st.sampled_from(["明", "亮", "强", "华", "鹏", "军"]), min_size=2, max_size=2, unique=True
)
orders = st.lists(st.integers(1, 499), min_size=2, max_size=2, unique=True)


@given(names_of_twins, orders, st.sampled_from([DAY, date(1971, 12, 31), date(2004, 2, 29)]), st.booleans())
def test_twins_are_never_one(lasts, sequences, born, is_known):
    ids = [number(f"369901{born:%Y%m%d}{2 * k - 1:03}") for k in sequences]
    if not is_known:
        ids[1] = None
    twins = [
        row(id_number=i, name_key="李晓" + last, birth_on=born) for i, last in zip(ids, lasts, strict=True)
    ]
    told, why = decision(*twins)
    assert told == ("different" if is_known else "likely")
    assert why[-1] == ("TWINS" if is_known else "TWINS_POSSIBLE")


def test_a_row_without_a_number_that_fits_two_people_is_left_to_a_person():
    one, other = row(), row(id_number=number("36990119900102032"))
    pairs = same_people(register(one, other, row(id_number=None))).pairs
    told = {pair[:2]: pair[2:] for pair in pairs.select("row", "other", "decision", "caution").iter_rows()}
    assert told[2, 0] == told[2, 1] == ("likely", "CONTESTED")
    assert told[1, 0] == ("likely", None)


def test_a_number_that_too_many_have_is_told_and_not_paired():
    rows = [row(id_number="0" * 18, name_key=f"x{k}", phone=None, birth_on=None) for k in range(80)]
    found = same_people(register(*rows))
    assert found.pairs.is_empty()
    assert ("id", 80) in found.left_out.rows()


def test_a_filler_for_a_number_makes_nobody_the_same():
    filler = {"id_number": "1" * 18, "phone": None, "birth_on": None, "union_key": None, "employer_key": None}
    told, why = decision(row(**filler), row(**filler))
    assert told == "likely"
    assert "ID_EQUAL_WRONG" in why


def test_each_code_has_words_of_its_own():
    codes = {code for levels in LEVELS.values() for code in levels}
    assert codes == set(MESSAGES)
    assert len(set(MESSAGES.values())) == len(MESSAGES)


@pytest.mark.parametrize("rows", [[], [row()], [dict.fromkeys(COLUMNS)] * 2])
def test_nothing_is_found_among_nobody(rows):
    assert same_people(register(*rows), keep_different=True).pairs.is_empty()


any_number = st.sampled_from(
    [None, NUMBER, NUMBER[:6] + NUMBER[8:17], TWIN, STRANGER, NUMBER[:16] + "9" + NUMBER[17:], "H12345678"]
)
any_row = st.builds(
    row,
    id_kind=st.sampled_from(["citizen", None]),
    id_number=any_number,
    name_key=st.sampled_from(
        [None, "张小明", "张晓明", "张小朋", "张小亮", "买买提艾力", "买买提", "艾力买买提"]
    ),
    phone=st.sampled_from([None, PHONE, PHONE[:-1] + "7", OTHER_PHONE]),
    birth_on=st.sampled_from([None, DAY, date(1990, 2, 1), date(1985, 7, 7)]),
    sex=st.sampled_from([None, "1", "2"]),
    employer_key=st.sampled_from([None, "e1", "e2"]),
    union_key=st.sampled_from([None, "u1", "u2"]),
)
crowds = st.lists(any_row, max_size=7)


def told_of(rows, order, counts=None):
    """Return what is told of each two rows, whatever their order: {rows: (decision, weight, reasons)}."""
    pairs = same_people(register(*(rows[k] for k in order)), counts=counts, keep_different=True).pairs
    facts = zip(pairs["decision"], pairs["weight"].round(3), reasons(pairs).to_list(), strict=True)
    ends = ((order[a], order[b]) for a, b in pairs.select("row", "other").iter_rows())
    return {frozenset(end): fact for end, fact in zip(ends, facts, strict=True)}


@settings(deadline=None, max_examples=50)
@given(crowds, st.randoms())
def test_the_order_of_rows_decides_nothing(rows, random):
    order = list(range(len(rows)))
    shuffled = random.sample(order, len(order))
    assert told_of(rows, order) == told_of(rows, shuffled)


@settings(deadline=None, max_examples=50)
@given(crowds, st.data())
def test_a_part_of_the_register_is_told_the_same(rows, data):
    order = list(range(len(rows)))
    part = [k for k in order if data.draw(st.booleans())]
    whole = told_of(rows, order)
    counts = counted(register(*rows))
    chosen = counts.of(pl.Series(part, dtype=pl.Int64).to_numpy())
    told = told_of(rows, part, chosen)
    assert told.keys() == {pair for pair in whole if pair <= set(part)}
    for pair, (decided, weight, why) in told.items():
        # In the whole, more rows can contest what is the same in the part.
        if "CONTESTED" not in whole[pair][2]:
            assert (decided, weight, why) == whole[pair]


def one_apart(a, b):
    unlike = [k for k in range(len(a)) if a[k] != b[k]]
    crossed = (
        len(unlike) == 2
        and unlike[1] == unlike[0] + 1
        and a[unlike[0]] + a[unlike[1]] == b[unlike[1]] + b[unlike[0]]
    )
    return len(a) == len(b) and (len(unlike) == 1 or crossed)


def wide(text):
    return number(text[:6] + "19" + text[6:]) if text and len(text) == 15 else text


def is_right(text):
    return len(text) == 18 and text[:17].isdigit() and number(text[:17]) == text


def name_level(a, b):
    pair = pl.Series([a, b], dtype=pl.String)
    sounds = sound_hashes(pair)
    if a is None or b is None:
        return "NAME_DIFFERS"
    if a == b:
        return "NAME_EQUAL"
    if sounds[0] == sounds[1]:
        return "NAME_SOUNDS"
    short, long = sorted((a, b), key=len)
    if len(a) == len(b) >= 4 and sorted(a) == sorted(b):
        return "NAME_TURNED"
    if {a, b} <= {"张小明", "张晓明", "张小朋", "张小亮"}:
        return "NAME_LOOKS" if {a[2], b[2]} == {"明", "朋"} and a[1] == b[1] else looks_else(a, b)
    return "NAME_PART" if len(long) - len(short) >= 2 and long.startswith(short) else "NAME_DIFFERS"


def looks_else(a, b):
    return "NAME_ONE" if sum(x != y for x, y in zip(a, b, strict=True)) == 1 else "NAME_DIFFERS"


def slow_pair(a, b, counts, n):
    """Decide one pair by hand: (decision, weight, codes without the caution CONTESTED)."""
    codes, weight = {}, 0.0
    first, second = wide(a["id_number"]), wide(b["id_number"])
    codes["id"] = None
    if first and second:
        if first == second:
            codes["id"] = "ID_EQUAL_WRONG" if len(first) == 18 and not is_right(first) else "ID_EQUAL"
        elif a["id_kind"] and b["id_kind"] and a["id_kind"] != b["id_kind"]:
            codes["id"] = "ID_OTHER_KIND"
        elif is_right(first) and is_right(second):
            codes["id"] = "ID_DIFFERS"
        else:
            codes["id"] = (
                "ID_SLIP" if len(first) == len(second) == 18 and one_apart(first, second) else "ID_UNSURE"
            )
        weight += people.ID_WEIGHTS[people.ID_LEVELS.index(codes["id"])]
    name = codes["name"] = name_level(a["name_key"], b["name_key"])
    place = NAME_LEVELS.index(name)
    rare = rarity(
        max(counts["name_key"][a["name_key"]], counts["name_key"][b["name_key"]]),
        n,
        people.NAME_PRIOR,
        people.MOST_NAME,
    )
    weight += people.NAME_WEIGHTS[place] + people.NAME_SHARES[place] * rare
    codes["phone"] = None
    if a["phone"] and b["phone"]:
        equal = a["phone"] == b["phone"]
        level = 0 if equal else 1 if one_apart(a["phone"], b["phone"]) else 2
        codes["phone"] = people.PHONE_LEVELS[level]
        weight += people.PHONE_WEIGHTS[level]
        if equal:
            weight += rarity(counts["phone"][a["phone"]], n, people.PHONE_PRIOR, people.MOST_PHONE)
    codes["birth"] = None
    if a["birth_on"] and b["birth_on"]:
        x, y = (f"{r['birth_on']:%Y%m%d}" for r in (a, b))
        level = 0 if x == y else 1 if one_apart(x, y) or x[:4] + x[6:] + x[4:6] == y else 2
        codes["birth"] = people.BIRTH_LEVELS[level]
        with_id = codes["id"] in ("ID_EQUAL", "ID_SLIP")
        weight += (people.BIRTH_WEIGHTS_WITH_ID if with_id else people.BIRTH_WEIGHTS)[level]
    codes["sex"] = "SEX_DIFFERS" if a["sex"] and b["sex"] and a["sex"] != b["sex"] else None
    weight += people.SEX_WEIGHT if codes["sex"] else 0
    codes["place"] = None
    for key, code in (("union_key", "UNION_EQUAL"), ("employer_key", "EMPLOYER_EQUAL")):
        if a[key] and a[key] == b[key]:
            codes["place"], common = code, counts[key][a[key]]
    if codes["place"] and codes["phone"] != "PHONE_EQUAL":
        weight += rarity(common, n, people.PLACE_PRIOR, people.MOST_PLACE)
    return (*slow_decision(codes, weight, first, second), round(weight, 3))


def slow_decision(codes, weight, first, second):
    name, ids = codes["name"], codes["id"]
    caution = None
    if ids == "ID_DIFFERS" and first[:14] == second[:14] and name != "NAME_EQUAL":
        caution = "TWINS"
    elif (
        name in ("NAME_ONE", "NAME_DIFFERS")
        and ids != "ID_EQUAL"
        and (codes["birth"], codes["phone"]) == ("BIRTH_EQUAL", "PHONE_EQUAL")
    ):
        caution = "TWINS_POSSIBLE"
    elif ids == "ID_EQUAL" and name == "NAME_DIFFERS":
        caution = "NUMBER_BORROWED"
    why = [code for code in (*codes.values(), caution) if code]
    sure = caution is None and ids not in ("ID_DIFFERS", "ID_UNSURE") and name != "NAME_DIFFERS"
    sure &= ids == "ID_EQUAL" or name not in ("NAME_PART", "NAME_ONE")
    sure &= ids != "ID_SLIP" or name == "NAME_EQUAL"
    if caution == "TWINS" or weight < people.LIKELY_FROM:
        return "different", why
    return ("same" if sure and weight >= people.SAME_FROM else "likely"), why


def rarity(count, n, prior, most):
    return min(-math.log2((count + prior) / (n + people.PRIOR_ROWS)), most)


@settings(deadline=None, max_examples=50)
@given(crowds)
def test_agrees_with_deciding_each_pair_by_hand(rows):
    keys = ("name_key", "phone", "employer_key", "union_key")
    counts = {key: {r[key]: sum(o[key] == r[key] for o in rows) for r in rows} for key in keys}
    for pair, (decided, weight, why) in told_of(rows, list(range(len(rows)))).items():
        a, b = (rows[k] for k in pair)
        slow, slow_why, slow_weight = slow_pair(a, b, counts, len(rows))
        assert weight == pytest.approx(slow_weight, abs=0.01)
        if why[-1] == "CONTESTED":
            assert (slow, slow_why) == ("same", why[:-1])
        else:
            assert (decided, why) == (slow, slow_why)


def test_match_keys_are_what_names_are_compared_by():
    """The middle dot and old characters fall away before the finder sees a name."""
    keys = (
        pl.DataFrame({"name": ["買買提・艾力", "买买提·艾力"]}).select(match_key(pl.col("name"))).to_series()
    )
    assert keys.n_unique() == 1
    assert len(CHECKS) == 11
