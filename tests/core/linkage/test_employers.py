import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.cli.synth.numbers import credit_code
from niangjia.core.linkage.employers import CAUTIONS, MESSAGES, MOST_CANDIDATES, TIERS, same_employers
from niangjia.core.linkage.firms import COMPANIES, parsed
from niangjia.core.linkage.names import sound_hashes

CODES = [credit_code("91", "369901", serial) for serial in range(4)]
# Each takes a tenth of a second: the places of the whole country are looked up.
EXAMPLES = 20
SCHEMA = {"name": pl.String, "credit_code": pl.String}


def entries(*rows):
    return pl.DataFrame(
        [(row, None) if isinstance(row, str) else row for row in rows], schema=SCHEMA, orient="row"
    )


def told(left, right):
    """Return what is told of one entry of each list: (decision, tier, caution)."""
    found = same_employers(entries(left), entries(right))
    return found.select("decision", "tier", "caution").row(0) if found.height else None


def parts(name):
    row = parsed(pl.Series([name], dtype=pl.String)).row(0, named=True)
    return row["place"], row["brand"], row["trade"], row["form"], row["office"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("南昌鸿运物流有限公司", ("3601", "鸿运", "物流", "有限公司", None)),
        ("江西省南昌市进贤县鸿运物流有限责任公司", ("360124", "鸿运", "物流", "有限公司", None)),
        ("鸿运（南昌）物流有限公司", ("3601", "鸿运", "物流", "有限公司", None)),
        ("吉安县鸿运网络科技股份有限公司", ("360821", "鸿运", "网络科技", "股份有限公司", None)),
        ("吉安鸿运贸易商行", ("3608", "鸿运", "贸易", "商行", None)),
        ("南昌和平餐饮店", ("3601", "和平", "餐饮", "店", None)),
        ("鼓楼区鸿运超市", ("鼓楼区", "鸿运", "", "店", None)),
        ("福州市鼓楼区鸿运超市", ("350102", "鸿运", "", "店", None)),
        ("南昌鸿运物流有限公司赣州分公司", ("3601", "鸿运", "物流", "有限公司", "赣州分公司")),
        ("南昌鸿运物流有限公司(赣州分公司)", ("3601", "鸿运", "物流", "有限公司", "赣州分公司")),
        ("南昌鸿运物流有限公司（2026年新增）", ("3601", "鸿运", "物流", "有限公司", None)),
        ("南昌鸿运管理合伙企业（有限合伙）", ("3601", "鸿运", "管理", "合伙企业", None)),
        ("鸿运", (None, "鸿运", "", None, None)),
        ("物流有限公司", (None, "物流", "", "有限公司", None)),
        (None, (None, None, "", None, None)),
    ],
)
def test_a_name_falls_into_its_parts(name, expected):
    assert parts(name) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("南昌鸿运物流有限公司", "南昌鸿运物流有限公司", ("same", "EMPLOYER_NAME_EQUAL", None)),
        ("南昌鸿运物流有限公司", " 南昌市鴻運物流 有限责任公司", ("same", "PARTS_EQUAL", None)),
        ("南昌鸿运物流有限公司", "南昌鸿运物流", ("same", "FORM_MISSING", None)),
        (("南昌鸿运物流有限公司", CODES[0]), ("赣州兴达贸易店", CODES[0]), ("same", "CODE_EQUAL", None)),
        ("南昌鸿运物流有限公司", "鸿运物流有限公司", ("likely", "PLACE_MISSING", None)),
        ("南昌鸿运物流有限公司", "江西鸿运物流有限公司", ("likely", "PLACE_WITHIN", None)),
        ("南昌鸿运物流有限公司", "南昌鸿运物流股份有限公司", ("likely", "FORM_CHANGED", None)),
        ("南昌鸿运网络科技有限公司", "南昌鸿运网络有限公司", ("likely", "TRADE_PART", None)),
        ("南昌鸿运物流有限公司", "南昌宏运物流有限公司", ("likely", "EMPLOYER_SOUNDS", None)),
        ("南昌鸿运达物流有限公司", "南昌鸿运通物流有限公司", ("likely", "ONE_EDIT", None)),
        ("南昌鸿运达物流有限公司", "南昌鸿达物流有限公司", ("likely", "ONE_EDIT", None)),
        ("南昌鸿运物流有限公司", "南昌兴达贸易店（原南昌鸿运物流有限公司）", ("likely", "FORMER_NAME", None)),
        (
            ("南昌鸿运物流有限公司", CODES[0]),
            ("南昌鸿运物流有限公司赣州分公司", CODES[0]),
            ("likely", "CODE_EQUAL", "OFFICE_UNLIKE"),
        ),
    ],
)
def test_tiers(left, right, expected):
    assert told(left, right) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("南昌鸿运物流有限公司", "南昌鸿运物流有限公司赣州分公司"),
        ("南昌鸿运物流有限公司", "赣州鸿运物流有限公司"),
        ("南昌鸿运物流有限公司", "南昌鸿运物流经营部"),
        ("南昌鸿运物流有限公司", "南昌鸿运贸易有限公司"),
        (None, None),
        ("（总部）", "（园区）"),
    ],
)
def test_others_are_not_even_asked_about(left, right):
    assert told((left, None), (right, None)) is None


def test_several_candidates_are_left_to_a_person():
    found = same_employers(
        entries("南昌鸿运物流有限公司", "南昌市鸿运物流有限责任公司"), entries("南昌鸿运物流")
    )
    assert found.select("decision", "caution").rows() == [("likely", "CANDIDATES")] * 2


def test_more_candidates_than_a_person_can_look_through_are_dropped():
    towns = ["南昌", "赣州", "吉安", "九江", "宜春", "上饶"]
    assert len(towns) > MOST_CANDIDATES
    assert same_employers(
        entries(*(f"{town}鸿运物流有限公司" for town in towns)), entries("鸿运物流")
    ).is_empty()


def test_each_code_has_words_of_its_own():
    assert {*TIERS, *CAUTIONS.categories} == set(MESSAGES)
    assert len(set(MESSAGES.values())) == len(MESSAGES)


def test_empty_lists_match_nothing():
    assert same_employers(entries(), entries("南昌鸿运物流有限公司")).is_empty()
    assert same_employers(entries("南昌鸿运物流有限公司"), entries()).is_empty()


any_name = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "南昌", "南昌市", "江西", "赣州"]),
        st.sampled_from(["鸿运", "宏运", "鸿运达", "鸿达"]),
        st.sampled_from(["物流", "网络", "网络科技"]),
        st.sampled_from(["", "有限公司", "有限责任公司", "股份有限公司", "店"]),
        st.sampled_from(["", "", "第一分公司", "（南昌鸿运物流）"]),
    ),
)
any_list = st.lists(
    st.tuples(any_name, st.sampled_from([None, None, *CODES, CODES[0][:-1] + "?"])), max_size=6
)


def facts(found, row="row", other="other"):
    return set(found.select(row, other, "decision", "tier", "caution").iter_rows())


@settings(deadline=None, max_examples=EXAMPLES)
@given(any_list, any_list)
def test_the_lists_may_change_places(left, right):
    assert facts(same_employers(entries(*left), entries(*right))) == facts(
        same_employers(entries(*right), entries(*left)), "other", "row"
    )


@settings(deadline=None, max_examples=EXAMPLES)
@given(any_list, any_list, st.randoms())
def test_the_order_of_entries_decides_nothing(left, right, random):
    order, others = (random.sample(range(len(rows)), len(rows)) for rows in (left, right))
    shuffled = same_employers(entries(*(left[k] for k in order)), entries(*(right[k] for k in others)))
    back = {(order[a], others[b], *rest) for a, b, *rest in facts(shuffled)}
    assert back == facts(same_employers(entries(*left), entries(*right)))


@settings(deadline=None, max_examples=EXAMPLES)
@given(any_list, any_list)
def test_two_right_codes_that_differ_are_never_one(left, right):
    found = same_employers(entries(*left), entries(*right))
    codes = [(left[a][1], right[b][1]) for a, b in found.select("row", "other").iter_rows()]
    assert not [pair for pair in codes if set(pair) <= set(CODES) and pair[0] != pair[1]]


@settings(deadline=None, max_examples=EXAMPLES)
@given(any_list, any_list)
def test_nobody_has_two_partners_by_name(left, right):
    same = same_employers(entries(*left), entries(*right)).filter(
        (pl.col("decision") == "same") & (pl.col("tier") != "CODE_EQUAL")
    )
    assert same["row"].n_unique() == same["other"].n_unique() == same.height


def slow_tier(a, b):
    """Return the tier of one pair by hand, from the parts of both names."""
    codes = {a["code"], b["code"]}
    if a["code"] and a["code"] == b["code"]:
        return "CODE_EQUAL"
    if codes <= set(CODES) or a["office"] != b["office"]:
        return None
    core, others = a["brand"] + a["trade"], b["brand"] + b["trade"]
    sounds = sound_hashes(pl.Series([core, others]))
    places = a["place"], b["place"]
    same_place = places[0] is not None and places[0] == places[1]
    fits = (
        a["form"] == b["form"] or None in (a["form"], b["form"]) or {a["form"], b["form"]} <= set(COMPANIES)
    )
    if same_place and a["full"] == b["full"]:
        return "EMPLOYER_NAME_EQUAL"
    if not fits:
        return None
    if core == others:
        if same_place:
            if a["form"] == b["form"]:
                return "PARTS_EQUAL"
            return "FORM_MISSING" if None in (a["form"], b["form"]) else "FORM_CHANGED"
        if None in places:
            return "PLACE_MISSING"
        return "PLACE_WITHIN" if places[0].startswith(places[1]) or places[1].startswith(places[0]) else None
    if not same_place:
        return None
    if a["brand"] == b["brand"]:
        return "TRADE_PART" if {a["trade"], b["trade"]} == {"网络", "网络科技"} else None
    if sounds[0] == sounds[1]:
        return "EMPLOYER_SOUNDS"
    near = {frozenset(pair) for pair in (("鸿运", "鸿运达"), ("鸿运达", "鸿达"))}
    return "ONE_EDIT" if a["trade"] == b["trade"] and {a["brand"], b["brand"]} in near else None


@settings(deadline=None, max_examples=EXAMPLES)
@given(any_list, any_list)
def test_agrees_with_reading_each_pair_by_hand(left, right):
    """Short lists without former names: every pair that is told has its tier, and every pair by code is told."""
    left, right = ([(n.replace("（南昌鸿运物流）", ""), code) for n, code in rows] for rows in (left, right))
    sides = [
        [
            row | {"code": code}
            for row, (_, code) in zip(parsed(entries(*rows)["name"]).iter_rows(named=True), rows, strict=True)
        ]
        for rows in (left, right)
    ]
    slow = {
        (i, j): tier
        for i, a in enumerate(sides[0])
        for j, b in enumerate(sides[1])
        if (tier := slow_tier(a, b)) is not None
    }
    found = same_employers(entries(*left), entries(*right))
    told_tiers = {(a, b): tier for a, b, tier in found.select("row", "other", "tier").iter_rows()}
    assert told_tiers.items() <= slow.items()
    settled = found.filter(pl.col("decision") == "same")
    taken, others = set(settled["row"]), set(settled["other"])
    crowded = {side: [pair[side] for pair in slow] for side in (0, 1)}
    for pair, tier in slow.items():
        free = pair[0] not in taken and pair[1] not in others
        few = all(crowded[side].count(pair[side]) <= MOST_CANDIDATES for side in (0, 1))
        coded = tier == "CODE_EQUAL"
        same_office = sides[0][pair[0]]["office"] == sides[1][pair[1]]["office"]
        if (coded and same_office) or (free and (few or coded)):
            assert told_tiers[pair] == tier
